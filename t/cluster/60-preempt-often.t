#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A job that is preempted eight times, more often than MaxBatchRequeue allows,
# ends COMPLETED, and its program comes to its end once.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
# shellcheck source=t/cluster/preempt.sh
. "$TOP/t/cluster/preempt.sh"
cluster_up --nodes 1 --preempt --grace 30 --plugstack-arg restart_delay=3
TIMES=8 TARGET=400

script often <<END
#!/bin/bash
echo "run \$SLURM_CHECKPOINT_RUN"
"$counter" $TARGET
END

# runs N: it counts in run N
runs()
{
	sed "1,/^run $1\$/d" often.out | grep -q '^count'
}

job=$(submit --partition=low --exclusive --checkpoint=30 --time=10 \
	--output=often.out often)
for ((i = 0; i < TIMES; i++)); do
	# Slurm's own delay is two minutes, in case it ignores ours once.
	wait_for 160 "run $i" runs $i || break
	preempt n1 --partition=high
	wait_for 40 "preemption $((i + 1))" restarted "$job" $((i + 1)) || break
done
is "$i" $TIMES "preempted $i times"
wait_for 160 'the last run' runs $TIMES
wait_for 90 'its end' ended "$job"
is "$(job_state "$job") $(job_field "$job" ExitCode)" 'COMPLETED 0:0' \
	'it ends COMPLETED'
ok 'each number was counted once' \
	cmp <(sed -n 's/^count //p' often.out) <(seq $TARGET)
is "$(grep -c '^counted to' often.out)" 1 'it came to its end once'
requeued_times "$job" $TIMES often.out
is "$(squeue -h -j "$job" -o %T 2>/dev/null)" '' 'it is not in the queue'
nodes_idle
done_testing
