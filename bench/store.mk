# What the store costs; "make bench-store" needs about 4 GiB of room below
# BENCH_DIR, on the disk that is to be measured, and a quiet machine.
BENCH_DIR ?= $(B)
BENCH_MIB ?= 1024

$(B)/bench/store: $(B)/bench/store.o $(LIBCKPT_A)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

bench-store: $(B)/bench/store $(SCHECKPOINT)
	$(B)/bench/store $(abspath $(BENCH_DIR)) $(abspath $(SCHECKPOINT)) \
		$(BENCH_MIB)

bench: $(if $(filter store,$(BENCH)),bench-store)

.PHONY: bench bench-store
