# Random faults on a private cluster; included by t/t.mk.  A short run of it is
# t/cluster/90-chaos.t; SEED=N repeats one.
chaos: all
	B=$(B) FAULTS=$(or $(FAULTS),500) t/chaos/chaos

.PHONY: chaos
