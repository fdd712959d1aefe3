# Random faults on a private cluster; included by t/t.mk.  t/cluster/90-chaos.t
# is a short run of it; SEED=N repeats a run.
## chaos: random faults on a private cluster (FAULTS=N, SEED=N)
chaos: all
	B=$(B) FAULTS=$(or $(FAULTS),500) t/chaos/chaos

.PHONY: chaos
