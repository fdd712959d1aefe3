#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PyTorch by ckptstate.torch: the example of one process, and of two ranks under
# srun, each stopped twice as a job and compared with an uninterrupted one; and
# stopped outside of a checkpointed job.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
python_has torch || skip_all 'no torch here; as root: scripts/deps apps'
cluster_up --nodes 2
export PYTHONPATH=$TOP/python PYTHONDONTWRITEBYTECODE=1
export CKPTSTATE_LIBRARY=$B/lib/libckptstate.so.0
declare -A id

# Two ranks on one or two nodes, with or without Slurm
script ranks <<'END'
#!/bin/bash
export WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=$1
rank() { exec /usr/bin/python3 train.py 30; }
if [ -n "$SLURM_JOB_ID" ]; then
	RANK=$SLURM_PROCID rank
fi
RANK=1 rank >other &
RANK=0 rank
END

# prepare NAME...: makes directories as a user of the example has them
prepare()
{
	local name

	for name in "$@"; do
		cp -r "$TOP/examples/pytorch" "$name"
		chown -R "$JOB_USER" "$name"
	done
}

# has_trained NAME RUN: it has computed an epoch in this run
has_trained()
{
	sed -n "/scheckpoint: run $2 on /,\$p" "$1/out" | grep -q '^epoch '
}

# stop NAME RUN: requests the job to stop, once it has computed something
stop()
{
	wait_for 90 "$1 to train in run $2" has_trained "$1" "$2" &&
		as_owner scancel -b -s TERM "${id[$1]}" &&
		wait_for 60 "$1 to be requeued" restarted "${id[$1]}" \
			$(($2 + 1))
}

prepare one two alone-one alone-two
id[one]=$(cd one && submit --output=out --time=9 job.sh 60)
id[two]=$(cd two && submit --output=out --time=9 --checkpoint=40 --ntasks=2 \
	--wrap 'srun ../ranks 29511')
for run in 0 1; do
	for name in one two; do
		ok "$name: is stopped in run $run" stop "$name" $run
	done
done
ok 'one: works outside of a checkpointed job' as_owner bash -c \
	'cd alone-one && ./job.sh 60 >out'
ok 'two: works outside of a checkpointed job' as_owner bash -c \
	'cd alone-two && ../ranks 29512 >out'
for name in one two; do
	ok "$name: completes" wait_job 120 "${id[$name]}" COMPLETED
	is "$(job_field "${id[$name]}" Restarts)" 2 "$name: in its third run"
	ok "$name: the result is the same to the last bit" \
		cmp "$name/model.txt" "alone-$name/model.txt"
	unlike "$(cat "$name/out")" 'Traceback|Error' "$name: nothing failed"
done

# In no checkpointed job, with a signal to all of its processes at once
prepare own
as_owner setsid bash -c 'cd own && echo $$ >group && exec ./job.sh 60' \
	>own.out 2>&1 &
wait_for 90 'it to train' grep -q '^epoch 3' own.out
kill -TERM -- "-$(cat own/group)"
ok 'stopped in no checkpointed job, it has saved' \
	wait_for 60 'a version' test -e own/checkpoint/v000001
wait
ok 'it goes on' as_owner bash -c 'cd own && ./job.sh 60 >out 2>&1'
unlike "$(head -n 1 own/out)" 'epoch 0 ' 'from where it was'
ok 'and has the same result' cmp own/model.txt alone-one/model.txt
nodes_idle
done_testing
