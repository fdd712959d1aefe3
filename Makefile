# slurm-checkpoint: written by hand for GNU make.  "make" configures by
# itself; "make B=dir" builds in dir, so that one tree can be built for several
# versions of Slurm, each with its own $(B)/config.mk.  A line that begins with
# "##" says what a goal is for; "make help" prints them.
B ?= build
all:
.SECONDEXPANSION:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# Goals that need no configuration work before there is one.
BARE := help setup demo check check-apps check-fuzz fuzz check-sanitize \
	check-matrix check-dist check-lint check-packages dist deb rpm lint-format lint-shell lint-include \
	clean distclean
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
	$(SANITIZE_FLAGS) $(CPPFLAGS) $(CFLAGS)
BUILD_LDFLAGS = -Wl,-z,relro,-z,now $(SANITIZE_FLAGS) $(LDFLAGS)

pkglibexecdir = $(libexecdir)/slurm-checkpoint

# ---------------------------------------------------------------- parts
LIB_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard lib/*.c))
# All of requeue/ except for the file that calls libslurm.
CTL_SRC := $(wildcard requeue/slurm/ctl*.c)
REQUEUE_OBJ := $(patsubst %.c,$(B)/%.o,$(filter-out $(CTL_SRC),\
	$(wildcard requeue/*/*.c)))
CTL_OBJ := $(CTL_SRC:%.c=$(B)/%.o)
SPANK_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard spank/*.c))
# The methods of --checkpoint-method; they need nothing of the rest.
CRIU_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard methods/criu/*.c))
SCHECKPOINT_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard cmd/scheckpoint/*.c))

LIBCKPT := $(B)/lib/libckptstate.so
LIBCKPT_A := $(B)/lib/libckptstate.a
SOVERSION := 0
PLUGIN := $(B)/spank_checkpoint.so
SCHECKPOINT := $(B)/bin/scheckpoint
LIBEXEC := $(addprefix $(B)/libexec/,supervise settle rpc deliver notice \
	method)
METHODS := $(B)/method/criu

## all: library, plugin, command and helpers (the default goal)
all: $(LIBCKPT) $(PLUGIN) $(SCHECKPOINT) $(LIBEXEC) $(METHODS)

$(B)/%.o: %.c $(B)/config.mk
	@mkdir -p $(@D)
	$(CC) $(BUILD_CFLAGS) $(OBJ_CFLAGS) -c -o $@ $<

$(CTL_OBJ) $(SPANK_OBJ): OBJ_CFLAGS = $(SLURM_CFLAGS)
$(B)/lib/%.o: OBJ_CFLAGS = $(JSON_CFLAGS) $(XXH_CFLAGS)
$(B)/spank/%.o $(B)/cmd/%.o $(B)/requeue/%.o: BUILD_CFLAGS += \
	-DVERSION='"$(VERSION)"' -DSRUN_PATH='"$(SRUN)"' \
	-DBUGREPORT='"$(BUGREPORT)"'

# This object holds the directory of the helpers, for where plugstack.conf does
# not say helpers=DIR.  "make install" may name another prefix than "make" did:
# then it is compiled again.
PATHS_OBJ := $(B)/requeue/settings/site.o
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

# libslurm's symbols stay undefined: Slurm's processes, which load the plugin,
# have them.
$(PLUGIN): $(SPANK_OBJ) $(B)/librequeue.a spank/plugin.map
	$(CC) $(BUILD_LDFLAGS) -shared -Wl,--version-script=spank/plugin.map \
		-o $@ $(SPANK_OBJ) $(B)/librequeue.a

$(SCHECKPOINT): $(SCHECKPOINT_OBJ) $(B)/librequeue.a $(LIBCKPT_A)
	@mkdir -p $(@D)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

# These helpers call slurmctld themselves.
CTL_LIBEXEC := $(addprefix $(B)/libexec/,settle rpc)

$(filter-out $(CTL_LIBEXEC),$(LIBEXEC)): $(B)/libexec/%: $(B)/cmd/helpers/%.o \
		$(B)/librequeue.a $(LIBCKPT_A)
	@mkdir -p $(@D)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

$(CTL_LIBEXEC): $(B)/libexec/%: $(B)/cmd/helpers/%.o $(CTL_OBJ) $(B)/librequeue.a \
		$(LIBCKPT_A)
	@mkdir -p $(@D)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS) $(SLURM_LIBS)

$(METHODS): $(CRIU_OBJ)
	@mkdir -p $(@D)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^

-include $(shell find $(B) -name '*.d' 2>/dev/null)

# ---------------------------------------------------------------- more
include t/t.mk
include $(wildcard examples/examples.mk)
include scripts/install.mk
include scripts/dist.mk
include $(wildcard bench/*.mk)

## clean: remove what was built
clean:
	rm -rf $(B)

## distclean: and what configure has written
distclean: clean
	rm -rf build* dist configure slurm-checkpoint.spec autom4te.cache

help:
	@echo 'Goals of make:'
	@sed -n 's/^## //p' $(filter %Makefile %.mk,$(MAKEFILE_LIST)) | \
		awk -F ': ' '{ printf "  %-16s %s\n", $$1, $$2 }'
	@echo 'Variables: B=DIR builds in DIR; T=TEXT picks the tests of cluster'
	@echo 'and apps by part of their names; J=N runs N of them at once;'
	@echo 'CI=true turns warnings into errors, and skipped tests into failures.'

.PHONY: all clean distclean help FORCE
