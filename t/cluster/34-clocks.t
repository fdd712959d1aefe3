#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slurmctld's clock is a minute ahead of the node's, or behind it: a job is
# requested to save at the right time, and its next run begins within seconds.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
faketime=$(find /usr/lib* /usr/local/lib* -name libfaketime.so.1 -print -quit)
[ -n "$faketime" ] || skip_all 'libfaketime is not there'
cluster_up --nodes 1 --conf "$MANY"

# prints when it began, and when it was requested to save and ended
script requested <<'END'
#!/bin/bash
echo "begin $(date +%s)"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'echo "end $(date +%s)"; exit 1' TERM
while :; do sleep 0.1; done
END

# since FILE FROM TO: prints the seconds from the first line FROM to the last
# line TO
since()
{
	awk -v from="$2" -v to="$3" '
		$1 == from && !start { start = $2 }
		$1 == to { end = $2 }
		END { if (start && end) print end - start }' "$1"
}

declare -A id
for skew in +60s -60s; do
	daemon stop slurmctld
	LD_PRELOAD=$faketime FAKETIME=$skew daemon start slurmctld
	wait_for 30 'the node' is_idle
	id[$skew]=$(start "clock$skew" --checkpoint=50 --time=1 requested)
	BOUND=60 ends "${id[$skew]}" COMPLETED 0:0 1 "slurmctld's clock: $skew"
	ran=$(since "clock$skew.out" begin end)
	ok "requested 10 s after its start (${ran:=-1} s)" \
		test "$ran" -ge 7 -a "$ran" -le 14
	gap=$(since "clock$skew.out" end begin)
	ok "run again soon (${gap:=-1} s)" test "$gap" -ge 2 -a "$gap" -le 12
done
nodes_idle
done_testing
