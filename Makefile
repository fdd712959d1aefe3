# slurm-checkpoint: written by hand for GNU make.  "make" configures by
# itself; "make B=dir" builds elsewhere, so that several Slurm releases can
# be built side by side from one tree (each with its own $(B)/config.mk).
B ?= build
all:
.SECONDEXPANSION:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# Targets that need no configuration must work before there is one.
BARE := demo check check-apps check-fuzz fuzz check-sanitize check-matrix setup clean distclean \
	lint lint-format lint-shell lint-include
NEEDS_CONFIG := $(filter-out $(BARE),$(or $(MAKECMDGOALS),all))
ifneq ($(NEEDS_CONFIG),)
-include $(B)/config.mk
endif

$(B)/config.mk: config.mk.in configure
	@mkdir -p $(B)
	cd $(B) && $(CURDIR)/configure --quiet $(CONFIGURE_FLAGS)

configure: configure.ac
	autoconf

# ---------------------------------------------------------------- flags
WARN := -Wall -Wextra -Wformat=2 -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wcast-qual \
	-Wundef -Wvla -Wimplicit-fallthrough $(if $(CI),-Werror)
HARDEN := -fno-common -fvisibility=hidden -fstack-protector-strong \
	$(if $(SANITIZE),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANITIZE_FLAGS := $(if $(SANITIZE),-fsanitize=address -fsanitize=undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer)
BUILD_CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. $(WARN) $(HARDEN) -fPIC -MMD -MP \
	$(SANITIZE_FLAGS) $(CFLAGS)
BUILD_LDFLAGS = -Wl,-z,relro,-z,now $(SANITIZE_FLAGS) $(LDFLAGS)

pkglibexecdir = $(libexecdir)/slurm-checkpoint

# ---------------------------------------------------------------- parts
LIB_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard lib/*.c))
# Everything in requeue/ but the file that speaks to libslurm.
REQUEUE_OBJ := $(patsubst %.c,$(B)/%.o,$(filter-out requeue/slurm/ctl.c,\
	$(wildcard requeue/*/*.c)))
CTL_OBJ := $(B)/requeue/slurm/ctl.o
SPANK_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard spank/*.c))
SCHECKPOINT_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard cmd/scheckpoint/*.c))

LIBCKPT := $(B)/lib/libckptstate.so
LIBCKPT_A := $(B)/lib/libckptstate.a
SOVERSION := 0
PLUGIN := $(B)/spank_checkpoint.so
SCHECKPOINT := $(B)/bin/scheckpoint
LIBEXEC := $(addprefix $(B)/libexec/,supervise settle rpc deliver notice)

all: $(LIBCKPT) $(PLUGIN) $(SCHECKPOINT) $(LIBEXEC)

$(B)/%.o: %.c $(B)/config.mk
	@mkdir -p $(@D)
	$(CC) $(BUILD_CFLAGS) $(OBJ_CFLAGS) -c -o $@ $<

$(B)/requeue/slurm/ctl.o $(SPANK_OBJ): OBJ_CFLAGS = $(SLURM_CFLAGS)
$(B)/lib/%.o: OBJ_CFLAGS = $(JSON_CFLAGS) $(XXH_CFLAGS)
$(B)/spank/%.o $(B)/cmd/%.o $(B)/requeue/%.o: BUILD_CFLAGS += \
	-DVERSION='"$(VERSION)"' -DSRUN_PATH='"$(SRUN)"'

# Where plugin and command find the helpers unless plugstack.conf says
# helpers=DIR.  prefix may be another when it comes to make install: then these
# objects are compiled anew.
PATHS_OBJ := $(B)/requeue/settings/site.o $(B)/cmd/scheckpoint/rpc.o
$(PATHS_OBJ): BUILD_CFLAGS += -DPKGLIBEXECDIR='"$(pkglibexecdir)"'
$(PATHS_OBJ): $(B)/paths

$(B)/paths: FORCE
	@mkdir -p $(@D)
	@echo '$(pkglibexecdir)' | cmp -s - $@ || echo '$(pkglibexecdir)' >$@

FORCE:

LIB_LIBS = $(JSON_LIBS) $(XXH_LIBS)

$(LIBCKPT_A): $(LIB_OBJ)
	rm -f $@ && $(AR) rcs $@ $^

$(LIBCKPT): $(LIB_OBJ) lib/libckptstate.map
	$(CC) $(BUILD_LDFLAGS) -shared -Wl,-soname,libckptstate.so.$(SOVERSION) \
		-Wl,--version-script=lib/libckptstate.map -Wl,--no-undefined \
		-o $@ $(LIB_OBJ) $(LIB_LIBS)
	ln -sf libckptstate.so $@.$(SOVERSION)

$(B)/librequeue.a: $(REQUEUE_OBJ)
	rm -f $@ && $(AR) rcs $@ $^

# libslurm's symbols stay open: Slurm's own processes provide them.
$(PLUGIN): $(SPANK_OBJ) $(B)/librequeue.a spank/plugin.map
	$(CC) $(BUILD_LDFLAGS) -shared -Wl,--version-script=spank/plugin.map \
		-o $@ $(SPANK_OBJ) $(B)/librequeue.a

$(SCHECKPOINT): $(SCHECKPOINT_OBJ) $(B)/librequeue.a $(LIBCKPT_A)
	@mkdir -p $(@D)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

# Those that speak to slurmctld by themselves.
CTL_LIBEXEC := $(addprefix $(B)/libexec/,settle rpc)

$(filter-out $(CTL_LIBEXEC),$(LIBEXEC)): $(B)/libexec/%: $(B)/cmd/helpers/%.o \
		$(B)/librequeue.a $(LIBCKPT_A)
	@mkdir -p $(@D)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

$(CTL_LIBEXEC): $(B)/libexec/%: $(B)/cmd/helpers/%.o $(CTL_OBJ) $(B)/librequeue.a \
		$(LIBCKPT_A)
	@mkdir -p $(@D)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS) $(SLURM_LIBS)

-include $(shell find $(B) -name '*.d' 2>/dev/null)

# ---------------------------------------------------------------- more
include t/t.mk
include $(wildcard examples/examples.mk)
include scripts/install.mk
include $(wildcard bench/*.mk)

clean:
	rm -rf $(B)

distclean: clean
	rm -rf build* configure autom4te.cache

.PHONY: all clean distclean FORCE
