#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs that an administrator ends, by scontrol requeue or by setting the node
# down: they don't count as runs that saved nothing, and the next one begins in
# seconds.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 3 --conf ReturnToService=1
declare -A id

script plain <<'END'
#!/bin/bash
[ "$1" = requeue ] || trap 'sleep 3; exit 1' TERM
echo "run $SLURM_CHECKPOINT_RUN"
# Slurm may end sleep before the shell has the signal.
while :; do
	sleep 300 &
	wait
done
END
for name in requeue down; do
	id[$name]=$(submit --checkpoint=20 --time=10 --output=$name plain $name)
done
for name in requeue down; do
	wait_for 30 "job $name" has_line $name '^run 0'
done
node=$(job_field "${id[down]}" NodeList)
scontrol requeue "${id[requeue]}"
wait_for 30 'its settle' has_line requeue 'scheckpoint: run 0: requeued'
scontrol update "nodename=$node" state=down reason=test
for name in requeue down; do
	ok "$name: the next run begins in seconds" \
		wait_for 30 'its next run' has_line $name '^run 1'
	like "$(cat "checkpoint-${id[$name]}/journal-0000.jsonl")" \
		'"rec":"plan".*"stalls":0,' 'and this one is no stall'
done
like "$(cat down)" "scheckpoint: the node $node was set down" \
	'its output says why'
like "$(cat down)" 'requeued: to be continued \(cause: node\)' 'and so does settle'
for name in requeue=operator down=node; do
	like "$(scheckpoint history --json "${id[${name%=*}]}" | tr -d ' \n')" \
		"\"cause\":\"${name#*=}\"" "the cause: $name"
done
as_owner scancel "${id[@]}"
scontrol update "nodename=$node" state=idle
nodes_idle
done_testing
