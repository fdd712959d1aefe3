# Fuzzing of the functions that read texts which any user may have written,
# with clang's libFuzzer under its sanitizers; included by t/t.mk.
#
#	make check-fuzz			a minute in all, as in CI
#	make fuzz FUZZ_RUNS=1000000	so many executions of each target
#	make fuzz FUZZ_TARGETS=store	of one target, until it is stopped
#
# Without libFuzzer each target reads its corpus once.
FUZZ_CC ?= clang
FUZZ_TARGETS ?= $(patsubst t/fuzz/fuzz_%.c,%,$(wildcard t/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 12
FUZZ_RUNS ?= -1
# A hang is a failure, and so is memory that grows with the sizes that a text
# claims.
FUZZ_FLAGS = -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=128 \
	-max_len=$(FUZZ_MAX_LEN) -dict=t/fuzz/words.dict -print_final_stats=1 \
	-verbosity=0 -artifact_prefix=$(B)/fuzz-
FUZZ_MAX_LEN ?= 2048
FUZZ = $(patsubst %,$(B)/t/fuzz/fuzz_%,$(FUZZ_TARGETS))

HAS_LIBFUZZER = $(shell echo 'int LLVMFuzzerTestOneInput(void); \
	int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	$(FUZZ_CC) -x c -fsanitize=fuzzer,address -o /dev/null - \
	2>/dev/null && echo yes)

# fuzz-build GOAL VARIABLES: makes GOAL in a build of its own, with libFuzzer
# where clang has it
fuzz-build = $(MAKE) --no-print-directory B=$(B)-fuzz SANITIZE=1 $(1) \
	$(if $(HAS_LIBFUZZER),CC=$(FUZZ_CC) \
	CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' FUZZ_MAIN=-fsanitize=fuzzer)

## check-fuzz: a minute of fuzzing what users may write
check-fuzz:
	$(if $(CI),scripts/deps fuzz || :)
	@$(call fuzz-build,run-fuzz \
		FUZZ_LIMIT=-max_total_time=$(FUZZ_SECONDS))

## fuzz: more of it (FUZZ_RUNS=N, FUZZ_TARGETS=NAME)
fuzz:
	@$(call fuzz-build,run-fuzz FUZZ_LIMIT=-runs=$(FUZZ_RUNS))

# libFuzzer writes new inputs to the build directory; the corpus in t/fuzz is
# only read.
run-fuzz: $(FUZZ)
	@set -e; for target in $(FUZZ_TARGETS); do \
		mkdir -p $(B)/corpus/$$target; \
		$(B)/t/fuzz/fuzz_$$target $(FUZZ_FLAGS) $(FUZZ_LIMIT) \
			$(B)/corpus/$$target t/fuzz/corpus/$$target; \
	done

$(FUZZ): $(B)/t/fuzz/fuzz_%: $(B)/t/fuzz/fuzz_%.o $(B)/t/fuzz/replay.o \
		$(B)/librequeue.a $(LIBCKPT_A)
	$(CC) $(BUILD_LDFLAGS) $(FUZZ_MAIN) -o $@ \
		$(if $(FUZZ_MAIN),$(filter-out %/replay.o,$^),$^) $(LIB_LIBS)

.PHONY: check-fuzz fuzz run-fuzz
