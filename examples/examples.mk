# The examples that need compiling; included by the Makefile.
HEAT := $(B)/examples/heat/heat
HEAT_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard examples/heat/*.c))

## examples: the examples in C
examples: $(HEAT)
all: $(HEAT)

# Without fused operations every compiler computes the same field, to the last
# bit.
$(HEAT_OBJ): OBJ_CFLAGS = -Ilib -ffp-contract=off

$(HEAT): $(HEAT_OBJ) $(LIBCKPT_A)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

.PHONY: examples
