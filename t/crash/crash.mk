# The store stopped, failed and unplugged at every system call; included by
# t/t.mk.  check-crash is part of "make check"; the full run fails each call in
# every way, and check-mutations shows that the harness would notice a fault.
CRASH := $(B)/t/crash/crash
CRASH_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard t/crash/*.c))

$(CRASH): $(CRASH_OBJ) $(LIBCKPT_A)
	@mkdir -p $(@D)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

check-crash: $(CRASH)
	$(CRASH) --quick

check-crash-full: $(CRASH)
	$(CRASH)

check-mutations:
	CC='$(CC)' LIBS='$(LIB_LIBS)' t/crash/mutate.sh

.PHONY: check-crash check-crash-full check-mutations
