# Programs that jobs of the cluster tests run; included by t/t.mk.
$(B)/t/cluster/jobs/runtime: t/cluster/jobs/runtime.c $(B)/config.mk
	@mkdir -p $(@D)
	$(CC) $(BUILD_CFLAGS) $(BUILD_LDFLAGS) -o $@ $< -lpthread

check-cluster: $(B)/t/cluster/jobs/runtime
