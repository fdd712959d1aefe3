# Benchmarks on a private cluster; included by the Makefile.  Each prints our
# figures beside those of plain Slurm, measured in the same run.  BENCH names
# those to run.
BENCH ?= store restart cost signals storm queue

$(B)/bench/crowd $(B)/bench/day: $(B)/%: $(B)/%.o $(B)/librequeue.a $(LIBCKPT_A)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

$(B)/bench/queue: $(patsubst %.c,$(B)/%.o,$(wildcard bench/queue*.c)) \
		$(B)/librequeue.a $(LIBCKPT_A)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS) -lm

## bench: benchmarks (BENCH=NAME for one)
bench: all $(B)/bench/crowd $(B)/bench/day $(B)/bench/queue
	@for name in $(filter-out store,$(BENCH)); do B=$(B) bench/$$name || exit; echo; done

.PHONY: bench
