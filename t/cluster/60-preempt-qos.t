#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Preemption by QOS, with PreemptMode REQUEUE and CANCEL, on a cluster with
# accounting, which has a record of each run.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
# shellcheck source=t/cluster/preempt.sh
. "$TOP/t/cluster/preempt.sh"
cluster_up --nodes 2 --accounting --grace 25 \
	--conf PreemptType=preempt/qos --conf PreemptMode=REQUEUE
sacctmgr -i add qos cut preemptmode=cancel gracetime=25 priority=1 >/dev/null
sacctmgr -i modify qos high set preempt=low,cut >/dev/null
sacctmgr -i modify user where "name=$JOB_USER" set qos+=cut >/dev/null

declare -A records

# records NAME: prints the states of its runs in accounting, in their order
records()
{
	sacct -D -X -n -P -S now-1hour -j "${id[$1]}" -o State | paste -sd' '
}

# has_records NAME STATES
has_records()
{
	[ "$(records "$1")" = "$2" ]
}

go requeue n1 --qos=low
go cancel n2 --qos=cut
for name in requeue cancel; do
	wait_for 30 "$name to count" has_line $name.out '^count 20$'
done
preempt n1 --qos=high
preempt n2 --qos=high
for name in requeue cancel; do
	wait_for 20 'the preemption' preempt_time $name
done
back requeue 'a QOS with PreemptMode=REQUEUE'
back cancel 'a QOS with PreemptMode=CANCEL'
over requeue COMPLETED 'requeued'
over cancel "$CANCELLED" 'cancelled'
# 24.11 ends the run that follows a preemption as preempted.  Then it requeues
# the job, for a run that starts nothing, or does not.
records=([requeue]='REQUEUED COMPLETED' [cancel]='REQUEUED COMPLETED')
if [ "$CANCELLED" = PREEMPTED ]; then
	records=([requeue]='REQUEUED PREEMPTED COMPLETED'
		[cancel]='REQUEUED PREEMPTED')
fi
for name in requeue cancel; do
	wait_for 20 'its records' has_records $name "${records[$name]}"
	is "$(records $name)" "${records[$name]}" 'accounting has each run once'
done

# ---- the sentinel's step is for jobs that another QOS preempts
has_sentinel() # NAME
{
	squeue -h -s -j "${id[$1]}" -o %j | grep -q -x preempt-notice
}

go below n1 --qos=low
go alone n2 --qos=normal
for name in below alone; do
	wait_for 30 "$name to count" has_line $name.out '^count 10$'
done
wait_for 20 'the sentinel' has_sentinel below
ok 'a job of a QOS that is preempted waits for its notice' has_sentinel below
not_ok 'a job that no QOS preempts has no step for that' has_sentinel alone
as_owner scancel "${id[below]}" "${id[alone]}"
nodes_idle
done_testing
