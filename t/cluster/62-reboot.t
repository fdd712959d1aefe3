#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Nodes that are back at once: after a crash that no operator has reported to
# slurmctld, and by "scontrol reboot asap", which lets the job end its run.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 3 --conf "$MANY" --conf "RebootProgram=$SCRATCH/boot"
declare -A id

cat >"$SCRATCH/boot" <<END
#!/bin/sh
touch "$SCRATCH/booted"
END
chmod 755 "$SCRATCH/boot"

node_state() # NODE
{
	sinfo -h -N -n "$1" -o %T | head -n 1
}

id[back]=$(start back --nodelist=n1 --time=10 --checkpoint=30 "$steps" 70)
id[asap]=$(start asap --exclude=n1 --time=1 --checkpoint=35 "$counter" 70 2)

# ---- reboot asap
wait_for 30 'asap to count' has_line asap.out '^count 5$'
node=$(job_field "${id[asap]}" NodeList)
ok 'scontrol reboot asap' scontrol reboot ASAP nextstate=RESUME "$node"
wait_for 30 'asap to go on' has_line asap.out '^count 15$'
unlike "$(node_state "$node")" '^(idle|mixed|allocated)$' \
	'no job is started there any more'
is "$(job_state "${id[asap]}") $(job_field "${id[asap]}" Restarts)" \
	'RUNNING 0' 'the job there goes on'
not_ok 'and the node waits for it' test -e "$SCRATCH/booted"

# ---- a crash that no operator reports
wait_for 60 'back to save' has_line back.out '^saved 45$'
daemon crash n1
daemon start n1
wait_for 20 'slurmctld to miss the job' restarted "${id[back]}" 1
ok 'it is missed as soon as slurmd is back' restarted "${id[back]}" 1
# slurmctld's own delay is two minutes.  In the second in which a job ends
# slurmd would take its next run for the one that has ended.
wait_for 20 'an earlier start' scontrol update "JobId=${id[back]}" \
	StartTime=now+3
wait_job 60 "${id[back]}" COMPLETED
is "$(job_state "${id[back]}") $(job_field "${id[back]}" Restarts)" \
	'COMPLETED 1' 'the job goes on'
is "$(awk '/^saved/ { saved = $2 } /^from [1-9]/ { print $2 - saved }' \
	back.out)" 0 'from its newest version'
like "$(cat back.out)" '^saved 70' 'to its end'

# ---- the end of the run on the node that waits for the reboot
wait_for 60 'its limit' restarted "${id[asap]}" 1
like "$(cat asap.out)" 'run 0: requeued: to be continued \(cause: limit\)' \
	'that run was requested at its limit'
wait_for 60 'the reboot' test -e "$SCRATCH/booted"
ok 'then the node is rebooted' test -e "$SCRATCH/booted"
daemon reboot "$node"
wait_job 60 "${id[asap]}" COMPLETED
ok 'the job goes on' cmp <(sed -n 's/^count //p' asap.out) <(seq 70)
unlike "$(job_field "${id[asap]}" NodeList)" "^$node\$" 'on another node'
nodes_idle
done_testing
