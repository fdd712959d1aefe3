#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slurmctld fails and a backup takes over, in the middle of runs and while they
# are settled; later slurmctld comes back.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'a backup on the same machine needs root'
cluster_up --nodes 2 --backup --conf "$MANY"
declare -A id

controller_is() # primary|backup
{
	scontrol ping | grep -q "($1) at .* is UP"
}

id[ends]=$(start ends --time=10 --checkpoint=30 "$counter" 150)
id[requested]=$(start requested --time=1 --checkpoint=35 "$counter" 60 2)
id[over]=$(start over --time=10 --checkpoint=30 "$counter" 900)
for name in ends requested over; do
	wait_for 30 "$name to count" has_line $name.out '^count 5$'
done
ok 'slurmctld replies' controller_is primary
# slurmctld loses the changes that it has not written: it writes them with the
# next one.
touch "$SCRATCH/started"
id[held]=$(submit --hold --output=/dev/null --wrap true)
wait_for 30 'its state to be written' \
	test "$CLUSTER/state/job_state" -nt "$SCRATCH/started"
kill -KILL "$(cat "$CLUSTER/run/slurmctld.pid")"
wait_for 60 'the backup to take over' controller_is backup
ok 'the backup has taken over' controller_is backup
ok 'the owner requests a requeue' \
	as_owner scheckpoint requeue "${id[over]}"
wait_for 40 'the requeue' restarted "${id[over]}" 1
wait_for 40 'the next run' has_line over.out '^[^ ]* scheckpoint: run 1 on'
BOUND=60 ends "${id[ends]}" COMPLETED 0:0 0 \
	'a job that ended meanwhile has completed'
BOUND=90 ends "${id[requested]}" COMPLETED 0:0 1 \
	'one that was requested before its limit went on, once'
daemon start slurmctld
wait_for 40 'slurmctld to be back' controller_is primary
BOUND=90 ends "${id[over]}" COMPLETED 0:0 1 \
	'one that was requeued by the backup ends under slurmctld'
for job in 'ends 150' 'requested 60' 'over 900'; do
	read -r name to <<<"$job"
	ok "$name: each number once" \
		cmp <(sed -n 's/^count //p' "$name.out") <(seq "$to")
done
as_owner scancel "${id[held]}"
nodes_idle
done_testing
