# Tests of scheckpoint on real stores, without Slurm; included by t/t.mk.
$(B)/t/cmd/mkstore: $(B)/t/cmd/mkstore.o $(LIBCKPT_A)
	@mkdir -p $(@D)
	$(CC) $(BUILD_LDFLAGS) -o $@ $^ $(LIB_LIBS)

# Some of the cluster tests use it, too.
check-cluster: $(B)/t/cmd/mkstore

## check-cmd: tests of scheckpoint without Slurm
check-cmd: $(SCHECKPOINT) $(B)/t/cmd/mkstore
	B=$(B) prove t/cmd

.PHONY: check-cmd
