# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# The whole life of a job (sourced by 10-chain.t and 11-chain-cgroup.t after
# cluster_up): it saves at its time limit, is requeued with a shorter limit,
# starts again in seconds, goes on, and completes.


# counted_exactly FILE TARGET: the job has counted each number once, in order
counted_exactly()
{
	diff <(sed -n 's/^count //p' "$1") <(seq "$2")
}

# ---- a script without a trap, whose program catches the signal: bash must not
# go on to the next command when the program has saved
script once <<EOF
#!/bin/bash
"$counter" 130
echo "after the counter"
EOF
id=$(submit --checkpoint=53 --checkpoint-total=20 --time=2 \
	--output=once.out once)
wait_for 30 'the first run' grep -q '^count 1$' once.out
ok 'an operator requests it to save' \
	as_owner scancel -b -s TERM "$id"
wait_for 30 'the first requeue' restarted "$id" 1
wait_for 10 'settle' grep -q 'run 0: requeued' once.out
like "$(job_field "$id" Comment)" 'scheckpoint: run 0: .*cause: operator' \
	'the comment says what happened'
wait_for 30 'the second run' grep -q 'run 1 on .* begins from version 1' \
	once.out
wait_job 60 "$id" COMPLETED
is "$(job_state "$id")" COMPLETED 'the job completes'
is "$(job_field "$id" Restarts)" 1 'in its second run'
ok 'each number was counted once, in order' counted_exactly once.out 130
is "$(grep -c 'after the counter' once.out)" 1 \
	'the next command ran once, after the whole count'
like "$(cat once.out)" 'scheckpoint: SIGTERM to counter \(pid [0-9]+\)' \
	'the output names the program that got the signal'
like "$(cat once.out)" 'scheckpoint: saved: version 1' \
	'and the version that was saved'
like "$(cat once.out)" 'scheckpoint: run 0: requeued: .*limit 2 min' \
	'and the requeue'

# ---- the time limit itself, twice, with a shorter limit each time
script limit <<EOF
#!/bin/bash
exec "$counter" 200
EOF
id=$(submit --checkpoint=50 --checkpoint-total=90 --time=3 \
	--output=limit.out limit)
is "$(job_field "$id" TimeLimit)" 00:03:00 'its limit is as submitted'
wait_job 30 "$id" RUNNING
scontrol update "job=$id" timelimit=1 2>/dev/null # by an operator
wait_for 90 'the requeue at the limit' restarted "$id" 1
wait_for 10 'settle' grep -q 'run 0: requeued' limit.out
like "$(cat limit.out)" 'the run ends in [45][0-9] s: asking the job to save' \
	'the request comes one grace before the end'
like "$(job_field "$id" Comment)" 'cause: limit' 'the cause is the limit'
unlike "$(cat limit.out)" 'CANCELLED|slurmstepd: error' \
	'the output shows no kill by Slurm'
wait_for 15 'the next run' grep -q 'run 1 on' limit.out
wait_job 90 "$id" COMPLETED
ok 'each number was counted once' counted_exactly limit.out 200
like "$(cat limit.out)" 'limit 2 min, was 1|limit 1 min|limit 2 min' \
	'the limit follows the time that is left'

# ---- a script that exits with 85
script self <<EOF
#!/bin/bash
echo "run \$SLURM_CHECKPOINT_RUN"
[ "\$SLURM_CHECKPOINT_RUN" -ge 2 ] || exit 85
EOF
id=$(submit --checkpoint=30 --time=5 --output=self.out self)
wait_job 60 "$id" COMPLETED
is "$(grep -c '^run [012]$' self.out)" 3 'exit code 85 means: run me again'
is "$(job_field "$id" Restarts)" 2 'until the script exits with another code'

# ---- other exit codes
script plain <<'EOF'
#!/bin/bash
exit "$1"
EOF
for code in 0 3; do
	id=$(submit --checkpoint=30 --time=5 --output=/dev/null plain $code)
	wait_job 30 "$id" COMPLETED FAILED
	is "$(job_field "$id" ExitCode)" "$code:0" "exit $code stands"
	is "$(job_field "$id" Restarts)" 0 'and the job is not requeued'
done

# ---- a cancelled job stays cancelled
id=$(submit --checkpoint=30 --time=5 --output=cancel.out limit)
wait_for 30 'the run' grep -q '^count 1$' cancel.out
as_owner scancel "$id"
wait_job 30 "$id" CANCELLED
is "$(job_state "$id")" CANCELLED 'a cancelled job is cancelled'
like "$(cat cancel.out)" 'scheckpoint: saved: version 1' \
	'but it could save'
is "$(job_field "$id" Restarts)" 0 'and is not requeued'
nodes_idle
