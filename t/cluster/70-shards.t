#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tasks of a step on four nodes save one version together.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 4

versions() # ID
{
	as_owner "$B/bin/scheckpoint" list "$WORK/checkpoint-$1" |
		grep -c 'not verified'
}

# Each task counts to 12 and saves after every third number; in the first run
# one of them is killed between its second save and its third.
script task <<'EOF'
#!/bin/bash
shard=$SLURM_PROCID/$SLURM_NTASKS
mkdir -p "task$SLURM_PROCID"
cd "task$SLURM_PROCID" || exit 1
n=0
if [ -n "${SLURM_CHECKPOINT_RESTORE:-}" ]; then
	scheckpoint restore --shard "$shard" || exit 1
	n=$(cat part)
fi
echo "run $SLURM_CHECKPOINT_RUN on $SLURMD_NODENAME from $n" >>log
while [ "$n" -lt 12 ]; do
	sleep "0.$((RANDOM % 3))"
	n=$((n + 1))
	echo "count $n" >>log
	[ $((n % 3)) -eq 0 ] || continue
	echo "$n" >part
	scheckpoint save --progress "0.0$((n / 2))" --shard "$shard" part ||
		exit 1
	if [ "$SLURM_PROCID.$SLURM_CHECKPOINT_RUN.$n" = 2.0.6 ]; then
		kill -9 $$
	fi
done
EOF
script job <<'EOF'
#!/bin/bash
srun --kill-on-bad-exit=0 --ntasks=4 ./task
# The exit code of the step does not say it: the other tasks have ended well.
[ "$SLURM_CHECKPOINT_RUN" -gt 0 ] || exit 85
EOF
id=$(submit --checkpoint=30 --checkpoint-keep=9 --time=5 --nodes=4 \
	--ntasks-per-node=1 --output=out job)
wait_for 60 'the next run' restarted "$id" 1
is "$(versions "$id")" 2 \
	'a task is killed before its third save: the second version is the last'
is "$(for i in 0 1 3; do tail -n 1 "task$i/log"; done | sort -u)" 'count 12' \
	'though the other tasks have saved all of their shards'
wait_job 60 "$id" COMPLETED
is "$(job_state "$id")" COMPLETED 'the job completes in its second run'
for i in 0 1 2 3; do
	is "$(grep -c '^run 1 on .* from 6$' "task$i/log")" 1 \
		"task $i went on from the second version"
done
is "$(sed -n 's/^run 0 on \(.*\) from.*/\1/p' task?/log | sort -u | wc -l)" 4 \
	'they were on four nodes'
is "$(versions "$id")" 4 'the second run saved the third and the fourth'
is "$(cat "checkpoint-$id/v000004"/shard-000?/part | sort | uniq -c | xargs)" \
	'4 12' 'each of one moment'
ok 'all of it is whole' as_owner "$B/bin/scheckpoint" verify \
	"checkpoint-$id"
is "$(find "checkpoint-$id" -name '.stage*')" '' 'no stage is left'

# ---- steps that save once, from the script
script once <<'EOF'
#!/bin/bash
for n in 1 2 3; do
	srun --ntasks=4 bash -c "echo $n.\$SLURM_PROCID >part.\$SLURM_PROCID &&
		scheckpoint save --shard \$SLURM_PROCID/4 part.\$SLURM_PROCID"
done
scheckpoint done
EOF
id=$(submit --checkpoint=30 --checkpoint-keep=9 --time=5 --nodes=4 \
	--ntasks-per-node=1 --output=once.out once)
wait_job 60 "$id" COMPLETED
is "$(grep -x -E '[0-9]+' once.out | xargs)" '1 2 3' \
	'each step makes a version, which its last task prints'
is "$(cat "checkpoint-$id/v000003"/shard-000?/part.? | xargs)" \
	'3.0 3.1 3.2 3.3' 'each version has its own contents'
nodes_idle
done_testing
