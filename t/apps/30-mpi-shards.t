#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The ranks of an MPI program under mpirun save one version together.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs mpirun
cluster_up --nodes 4

list_versions()
{
	as_owner "$B/bin/scheckpoint" list "$WORK/checkpoint-$id" |
		grep 'not verified'
}

script rank <<'EOF'
#!/bin/bash
rank=$OMPI_COMM_WORLD_RANK shard=$OMPI_COMM_WORLD_RANK/$OMPI_COMM_WORLD_SIZE
mkdir -p "rank$rank"
cd "rank$rank" || exit 1
n=0
if [ -n "${SLURM_CHECKPOINT_RESTORE:-}" ]; then
	scheckpoint restore --shard "$shard" || exit 1
	n=$(cat part)
fi
echo "run $SLURM_CHECKPOINT_RUN from $n" >>log
while [ "$n" -lt 12 ]; do
	sleep "0.$((RANDOM % 3))"
	n=$((n + 1))
	[ $((n % 3)) -eq 0 ] || continue
	# One is killed in the first run, before its third save.
	[ "$rank.$SLURM_CHECKPOINT_RUN.$n" != 2.0.9 ] || kill -9 $$
	echo "$n" >part
	scheckpoint save --shard "$shard" part || exit 1
done
EOF
script job <<'EOF'
#!/bin/bash
mpirun --version | head -n 1
mpirun --oversubscribe -n 4 ./rank
code=$?
[ "$SLURM_CHECKPOINT_RUN" -gt 0 ] || exit 85
exit $code
EOF
id=$(submit --checkpoint=30 --checkpoint-keep=9 --time=5 --nodes=4 \
	--ntasks-per-node=1 --output=out job)
wait_for 90 'the next run' restarted "$id" 1
is "$(list_versions | wc -l)" 2 \
	'a rank is killed: the second version is the last'
wait_job 90 "$id" COMPLETED || diag "$(tail -n 50 out)"
is "$(job_state "$id")" COMPLETED 'the job completes in its second run'
is "$(cat rank?/log | sort | uniq -c | xargs)" \
	'4 run 0 from 0 4 run 1 from 6' 'every rank goes on from that version'
is "$(list_versions | wc -l)" 4 'the second run saves the third and the fourth'
is "$(cat "checkpoint-$id/v000004"/shard-000?/part | xargs)" '12 12 12 12' \
	'the fourth is of one moment'
nodes_idle
done_testing
