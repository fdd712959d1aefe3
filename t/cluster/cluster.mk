# Programs that jobs of the cluster tests run; included by t/t.mk.
RUNTIMES := $(addprefix $(B)/t/cluster/jobs/runtime-,forrtl petsc julia flag)

$(RUNTIMES): $(B)/t/cluster/jobs/runtime-%: t/cluster/jobs/runtime.c \
		$(B)/config.mk
	@mkdir -p $(@D)
	$(CC) $(BUILD_CFLAGS) -DKIND_$* $(BUILD_LDFLAGS) -o $@ $< -lpthread

check-cluster: $(RUNTIMES)
