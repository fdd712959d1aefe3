# Tests, from a checkout to their result; included by the Makefile.
# "make check" is what CI runs.  Goals in BARE (see the Makefile) work before
# configure: they set up, then call make again.

## setup: install what building and testing need (as root), and build
setup:
	scripts/deps build check
	$(MAKE) --no-print-directory B=$(B) all

## check: all tests of a change, as CI runs them
check: setup
	$(MAKE) --no-print-directory B=$(B) check-unit check-crash check-fuzz \
		check-lib check-cmd check-cluster check-apps-small

## demo: a job over several time limits on a private cluster
demo: setup
	B=$(B) scripts/demo

# ---------------------------------------------------------------- unit
UNIT := $(patsubst %.c,$(B)/%,$(wildcard t/unit/*.c))
UNIT_RUNS := $(addprefix run-,$(UNIT))

$(B)/t/unit/%.o: OBJ_CFLAGS = $(CHECK_CFLAGS) $(JSON_CFLAGS) $(XXH_CFLAGS)

$(UNIT): %: %.o $(B)/librequeue.a $(LIBCKPT_A)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(LIB_LIBS)

## check-unit: unit tests
check-unit: $(UNIT)
	@failed=0; for program in $(UNIT); do \
		$$program || failed=1; done; exit $$failed

# The sanitizers need a build of their own; an error ends the program.
## check-sanitize: unit tests built with the sanitizers
check-sanitize:
	$(MAKE) --no-print-directory B=$(B)-sanitize SANITIZE=1 check-unit

# -------------------------------------------------------------- cluster
# T picks tests by part of the name.  J says how many run at once: they mostly
# wait.
T ?=
J ?= 4

CLUSTER_TESTS = $(sort $(wildcard t/cluster/*$(T)*.t))
# With CORE=yes only tests with a line "# core": CI runs these with the other
# versions of Slurm.
ifneq ($(CORE),)
CLUSTER_TESTS := $(shell grep -l '^\# core$$' $(wildcard t/cluster/*.t))
endif

# Many clusters at once make a small machine slow, and a test may then miss a
# bound.  A test that failed beside others must pass alone; the output shows
# both.  Output and errors come merged: prove reads them apart in turn, and while
# a test has written an error and no result yet, it starts no other.
CLUSTER_PROVE = B=$(B) prove --timer --merge --comments --failures --exec 'timeout -k 60 $(TEST_TIMEOUT)'

# Plugins of Slurm that stand for those of others.
TEST_PLUGINS := $(patsubst %.c,$(B)/%.so,$(wildcard t/cluster/plugins/*.c))

$(TEST_PLUGINS): %.so: %.o
	$(CC) $(BUILD_LDFLAGS) -shared -o $@ $<

$(TEST_PLUGINS:.so=.o): OBJ_CFLAGS = $(SLURM_CFLAGS)

## check-cluster: tests on private Slurm clusters
check-cluster: all $(TEST_PLUGINS)
	@rm -f .prove
	$(CLUSTER_PROVE) --state=save -j $(J) $(CLUSTER_TESTS) || { \
		echo 'The tests that failed, once more, each alone:'; \
		$(CLUSTER_PROVE) --state=failed -j 1; }

TEST_TIMEOUT ?= 900

## check-matrix: build and test with each Slurm version of Debian (as root)
check-matrix:
	scripts/matrix $(MATRIX)

include $(wildcard t/*/*.mk)

# ----------------------------------------------------------------- lint
SOURCES := $(wildcard lib/*.[ch] requeue/*/*.[ch] spank/*.[ch] cmd/*/*.[ch] \
	t/*/*.[ch] bench/*.[ch] examples/*/*.[ch])

## lint: format, shell scripts, licences, includes and calls; names in doc/
lint: lint-format lint-shell lint-include lint-calls lint-doc

lint-format:
	clang-format --dry-run --Werror $(SOURCES)

lint-shell:
	scripts/lint-shell

lint-include:
	scripts/lint-include

lint-doc:
	scripts/lint-doc

# The calls between files are read from the objects.
lint-calls: all
	B=$(B) scripts/lint-calls

.PHONY: setup check demo check-unit check-sanitize check-cluster check-matrix \
	lint lint-format lint-shell lint-include lint-calls lint-doc
