# Benchmark of the store: "make bench-store" needs about 4 GiB below BENCH_DIR,
# on the disk to measure, and a machine that does nothing else.
BENCH_DIR ?= $(B)
BENCH_MIB ?= 1024

$(B)/bench/store: $(B)/bench/store.o $(LIBCKPT_A)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

## bench-store: what a save costs (BENCH_DIR=DIR on the disk to measure)
bench-store: $(B)/bench/store $(SCHECKPOINT)
	$(B)/bench/store $(abspath $(BENCH_DIR)) $(abspath $(SCHECKPOINT)) \
		$(BENCH_MIB)

bench: $(if $(filter store,$(BENCH)),bench-store)

.PHONY: bench bench-store
