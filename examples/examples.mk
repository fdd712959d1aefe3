# The examples that need compiling; included by the Makefile.
HEAT := $(B)/examples/heat/heat
HEAT_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard examples/heat/*.c))

examples: $(HEAT)
all: $(HEAT)

# Without contraction to fused operations the field is the same to the last
# bit whatever the compiler.
$(HEAT_OBJ): OBJ_CFLAGS = -Ilib -ffp-contract=off

$(HEAT): $(HEAT_OBJ) $(LIBCKPT_A)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

.PHONY: examples
