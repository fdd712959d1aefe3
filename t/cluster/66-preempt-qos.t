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

# records NAME: the states of its runs in accounting, in their order
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
over cancel COMPLETED 'cancelled'
for name in requeue cancel; do
	wait_for 20 'its records' has_records $name 'REQUEUED COMPLETED'
	is "$(records $name)" 'REQUEUED COMPLETED' \
		'accounting has each run once'
done
nodes_idle
done_testing
