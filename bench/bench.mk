# Benchmarks on a private cluster; included by the Makefile.  Each prints a
# figure of ours beside that of plain Slurm, in the same run.  BENCH picks.
BENCH ?= store restart cost signals storm

$(B)/bench/crowd $(B)/bench/day: $(B)/%: $(B)/%.o $(B)/librequeue.a $(LIBCKPT_A)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

bench: all $(B)/bench/crowd $(B)/bench/day
	@for name in $(filter-out store,$(BENCH)); do B=$(B) bench/$$name || exit; echo; done

.PHONY: bench
