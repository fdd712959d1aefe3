# Tests of the store that stop it, fail it and cut its power at every system
# call; included by t/t.mk.  check-crash is part of "make check"; the full run
# fails each call in every way, and check-mutations shows that the tests notice
# a fault.
CRASH := $(B)/t/crash/crash
CRASH_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard t/crash/*.c))

$(CRASH): $(CRASH_OBJ) $(LIBCKPT_A)
	@mkdir -p $(@D)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

## check-crash: the store, stopped and failed at every system call
check-crash: $(CRASH)
	$(CRASH) --quick

## check-crash-full: the same in every way that a call can fail
check-crash-full: $(CRASH)
	$(CRASH)

## check-mutations: check-crash notices faults that are put into the library
check-mutations:
	CC='$(CC)' LIBS='$(LIB_LIBS)' t/crash/mutate.sh

.PHONY: check-crash check-crash-full check-mutations
