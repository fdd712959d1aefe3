# The library as its users have it: the shared object, its header, and what
# is built on them in other languages; included by t/t.mk.
LAYOUT := $(B)/t/lib/layout
CXX_USER := $(B)/t/lib/user

$(LAYOUT): $(B)/t/lib/layout.o
	$(CC) $(BUILD_LDFLAGS) -o $@ $^

# As a program of somebody else's would be built, in the strictest dialects.
$(CXX_USER): t/lib/user.cc lib/ckptstate.h $(LIBCKPT)
	@mkdir -p $(@D)
	$(CXX) -std=c++11 -Wall -Wextra -Wpedantic -Werror -Ilib -o $@ $< \
		-L$(B)/lib -lckptstate
	$(CC) -std=c99 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
		-x c lib/ckptstate.h

check-lib: all $(LAYOUT) $(CXX_USER) $(B)/t/cmd/mkstore
	B=$(B) prove t/lib

.PHONY: check-lib
