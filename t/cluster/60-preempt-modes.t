#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Preemption by partition, with PreemptMode REQUEUE and CANCEL, where Slurm
# signals the batch script (send_user_signal) and where it does not.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
# shellcheck source=t/cluster/preempt.sh
. "$TOP/t/cluster/preempt.sh"

case $(slurmctld -V) in
*' 22.05'*) notify=SlurmctldParameters=preempt_send_user_signal ;;
*) notify=PreemptParameters=send_user_signal ;;
esac

# notices NAME: prints how often Slurm's log names a step of it but the script
notices()
{
	grep -c -E "StepId=${id[$1]}\.[0-9]" "$CLUSTER/log/slurmctld"
}

# ---- by partition
LOW='Nodes=ALL MaxTime=UNLIMITED DefaultTime=10 PriorityTier=1 State=UP'
cluster_up --nodes 5 --preempt --grace 25 --conf "$notify" \
	--conf "PartitionName=cut $LOW PreemptMode=CANCEL GraceTime=25" \
	--conf "PartitionName=abrupt $LOW PreemptMode=CANCEL GraceTime=0"
go signalled-requeue n1 --partition=low
go signalled-cancel n2 --partition=cut
for name in signalled-requeue signalled-cancel; do
	wait_for 30 "$name to count" has_line $name.out '^count 5$'
done
# their supervisors have read the setting; it is off for jobs that start later
sed -i '/send_user_signal/d' "$SLURM_CONF"
preempt n1 --partition=high
preempt n2 --partition=high
for name in signalled-requeue signalled-cancel; do
	wait_for 20 'the preemption' preempt_time $name
done
scontrol reconfigure
go requeue n3 --partition=low
go cancel n4 --partition=cut
go abrupt n5 --partition=abrupt
for name in requeue cancel abrupt; do
	wait_for 30 "$name to count" has_line $name.out '^count 20$'
done
preempt n3 --partition=high
preempt n4 --partition=high
preempt n5 --partition=high
for name in requeue cancel; do
	wait_for 20 'the preemption' preempt_time $name
done
back signalled-requeue 'PreemptMode=REQUEUE, the batch script is signalled'
back signalled-cancel 'PreemptMode=CANCEL, the batch script is signalled'
back requeue 'PreemptMode=REQUEUE, it is not'
back cancel 'PreemptMode=CANCEL, it is not'
is "$(notices signalled-requeue)$(notices signalled-cancel)" 00 \
	'where it is signalled, no step of ours was started'
ok 'where it is not, there was one' test "$(notices requeue)" -gt 0
wait_for 40 'the requeue of abrupt' restarted "${id[abrupt]}" 1
like "$(cat abrupt.out)" 'run 0: requeued: .*\(cause: preempt\)' \
	'PreemptMode=CANCEL without a grace: requeued'
wait_for 40 'its next run' has_line abrupt.out '^[^ ]* scheckpoint: run 1 on'
like "$(cat abrupt.out)" 'run 1 on n5 begins from version 1' \
	'which it saved within KillWait'
over signalled-requeue COMPLETED 'requeued, signalled'
over signalled-cancel "$CANCELLED" 'cancelled, signalled'
over requeue COMPLETED 'requeued, not signalled'
over cancel "$CANCELLED" 'cancelled, not signalled'
over abrupt COMPLETED 'cancelled at once'
nodes_idle
done_testing
