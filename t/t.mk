# Tests, from a checkout to their result; included by the Makefile.
# "make check" is what CI runs.  Targets in BARE (see the Makefile) work
# before configure: they set up, then call make again.

setup:
	scripts/deps build check
	$(MAKE) --no-print-directory B=$(B) all

check: setup
	$(MAKE) --no-print-directory B=$(B) check-unit check-crash check-fuzz \
		check-lib check-cmd check-cluster check-apps-small

demo: setup
	B=$(B) scripts/demo

# ---------------------------------------------------------------- unit
UNIT := $(patsubst %.c,$(B)/%,$(wildcard t/unit/*.c))
UNIT_RUNS := $(addprefix run-,$(UNIT))

$(B)/t/unit/%.o: OBJ_CFLAGS = $(CHECK_CFLAGS) $(JSON_CFLAGS) $(XXH_CFLAGS)

$(UNIT): %: %.o $(B)/librequeue.a $(LIBCKPT_A)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(LIB_LIBS)

check-unit: $(UNIT)
	@failed=0; for program in $(UNIT); do \
		$$program || failed=1; done; exit $$failed

# A build of its own, whose errors end the program.
check-sanitize:
	$(MAKE) --no-print-directory B=$(B)-sanitize SANITIZE=1 check-unit

# -------------------------------------------------------------- cluster
# T picks by part of the name, J says how many at once: they mostly wait.
T ?=
J ?= 4

CLUSTER_TESTS = $(sort $(wildcard t/cluster/*$(T)*.t))
# Those with a line "# core", for the other releases in CI.
ifneq ($(CORE),)
CLUSTER_TESTS := $(shell grep -l '^\# core$$' $(wildcard t/cluster/*.t))
endif

# Many clusters on a small machine can be late for one another: what failed
# beside the others must pass alone, and is said to have failed.
CLUSTER_PROVE = B=$(B) prove --timer --exec 'timeout -k 60 $(TEST_TIMEOUT)'

check-cluster: all
	@rm -f .prove
	$(CLUSTER_PROVE) --state=save -j $(J) $(CLUSTER_TESTS) || { \
		echo 'Those that failed, once more, each alone:'; \
		$(CLUSTER_PROVE) --state=failed -j 1; }

TEST_TIMEOUT ?= 900

check-matrix:
	scripts/matrix $(MATRIX)

include $(wildcard t/*/*.mk)

# ----------------------------------------------------------------- lint
SOURCES := $(wildcard lib/*.[ch] requeue/*/*.[ch] spank/*.[ch] cmd/*/*.[ch] \
	t/*/*.[ch] bench/*.[ch] examples/*/*.[ch])

lint: lint-format lint-shell lint-include

lint-format:
	clang-format --dry-run --Werror $(SOURCES)

lint-shell:
	scripts/lint-shell

lint-include:
	scripts/lint-include

.PHONY: setup check demo check-unit check-sanitize check-cluster check-matrix \
	lint lint-format lint-shell lint-include
