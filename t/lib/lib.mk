# Tests of the library as its users have it: the shared object, its header, and
# programs in other languages that use them; included by t/t.mk.
LAYOUT := $(B)/t/lib/layout
CXX_USER := $(B)/t/lib/user

$(LAYOUT): $(B)/t/lib/layout.o
	$(CC) $(BUILD_LDFLAGS) -o $@ $^

# A user's program may be built with the strictest options of its compiler.
$(CXX_USER): t/lib/user.cc lib/ckptstate.h $(LIBCKPT)
	@mkdir -p $(@D)
	$(CXX) -std=c++11 -Wall -Wextra -Wpedantic -Werror -Ilib -o $@ $< \
		-L$(B)/lib -lckptstate
	$(CC) -std=c99 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
		-x c lib/ckptstate.h

# The programs that the manual and the header show are built as printed there.
MANUAL := $(B)/t/lib/manual

$(B)/t/lib/manual.inc: doc/ckptstate.3
	@mkdir -p $(@D)
	sed -n '/^struct ckpt_store /,/^\.fi/p' $< | \
		sed -e '/^\.fi/d' -e 's/\\-/-/g' >$@

$(B)/t/lib/header.inc: lib/ckptstate.h
	@mkdir -p $(@D)
	sed -n '/^ \*	ckpt_open(/,/^ \*	ckpt_done(/s/^ \*//p' $< >$@

$(MANUAL): t/lib/manual.c $(B)/t/lib/manual.inc $(B)/t/lib/header.inc $(LIBCKPT)
	$(CC) -std=gnu11 -Wall -Wextra -Werror -Ilib -I$(@D) -o $@ $< \
		-L$(B)/lib -lckptstate

## check-lib: the library as programs in C, C++, Python and shell use it
check-lib: all $(LAYOUT) $(CXX_USER) $(MANUAL) $(B)/t/cmd/mkstore
	B=$(B) prove t/lib

.PHONY: check-lib
