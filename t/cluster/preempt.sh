# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# What the tests of preemption share (sourced after ends.sh): jobs that take a
# node, are preempted there, and go on.

declare -A id

# The last state of a job that was preempted with PreemptMode=CANCEL in an
# earlier run: 24.11 keeps PREEMPTED for good.
# shellcheck disable=SC2034 # for the tests
case $(slurmctld -V) in
*' 24.'*) CANCELLED=PREEMPTED ;;
*) CANCELLED=COMPLETED ;;
esac

script count <<END
#!/bin/bash
export LINGER=2 # so that we see PreemptTime
"$counter" 100
END

# go NAME NODE ARGUMENT...: submits a job that takes the node
go()
{
	local name=$1

	id[$name]=$(submit "--nodelist=$2" "--job-name=$name" "${@:3}" \
		--exclusive --checkpoint=25 --time=10 "--output=$name.out" count)
}

# preempt NODE ARGUMENT...: submits a job that takes the node from another
preempt()
{
	submit "--nodelist=$1" "${@:2}" --exclusive --time=1 \
		--output=/dev/null --wrap 'sleep 4' >/dev/null
}

# preempt_time NAME: keeps it in NAME.preempted, since Slurm forgets it with the
# requeue
preempt_time()
{
	job_field "${id[$1]}" PreemptTime >"$1.preempted"
	grep '^20' "$1.preempted"
}

# requested_s NAME: when its programs were requested to save, in seconds since
# the epoch
requested_s()
{
	sed -n 's/.*"rec":"request","t":\([0-9]*\).*"made":true.*/\1/p' \
		"checkpoint-${id[$1]}/journal-0000.jsonl" | head -n 1
}

# back NAME TEXT: tests that the job was requested to save in time, and is in
# the queue with the planned limit
back()
{
	local job=${id[$1]} late

	wait_for 40 "the requeue of $1" restarted "$job" 1
	wait_for 20 'its end to be settled' \
		has_line "checkpoint-$job/journal-0000.jsonl" settled
	late=$(($(requested_s "$1") - $(date -d "$(cat "$1.preempted")" +%s)))
	like "$late" '^-?[0-9]$' "$2: requested within 10 s ($late s)"
	like "$(cat "$1.out")" 'is being preempted: asking the job to save' \
		'and its output says why'
	is "$(minutes "$(job_field "$job" TimeLimit)")" 10 \
		'its limit is as submitted: Slurm refuses to change it'
	is "$(minutes "$(job_field "$job" TimeMin)")" \
		"$(plan_of "$job" 0 limit_min)" \
		'TimeMin is the limit that was planned'
	ok 'which is shorter' test "$(plan_of "$job" 0 limit_min)" -lt 10
}

# ended ID: it has ended for good.  A job that slurmctld itself has requeued
# would wait for two minutes: it is started at once.
ended()
{
	if [ "$(job_field "$1" Reason)" = BeginTime ]; then
		scontrol update "JobId=$1" StartTime=now+2
		wait_for 10 'its start' job_is "$1" COMPLETED RUNNING
	fi
	job_is "$1" COMPLETED PREEMPTED FAILED CANCELLED
}

# requeued_times ID N OUTPUT: tests Slurm's count.  From 24.05 slurmctld may
# requeue a job once more after the run that follows a preemption; the extra run
# starts nothing.
requeued_times()
{
	local extra=$(($(job_field "$1" Restarts) - $2)) most=1

	case $(slurmctld -V) in
	*' 22.05'*) most=0 ;;
	esac
	ok "requeued $2 times (and by slurmctld $extra)" \
		test $extra -ge 0 -a $extra -le $most
	is "$(grep -c 'had ended in run .*: nothing is started' "$3")" $extra \
		'and such a run started nothing'
}

# over NAME STATE TEXT: tests that it has counted to its end, once
over()
{
	local job=${id[$1]}

	wait_for 90 "the end of $1" ended "$job"
	is "$(job_state "$job") $(job_field "$job" ExitCode)" "$2 0:0" "$3: $2"
	ok 'each number was counted once' \
		cmp <(sed -n 's/^count //p' "$1.out") <(seq 100)
	is "$(grep -c '^counted to' "$1.out")" 1 'it came to its end once'
	is "$(grep -c '^[^ ]* scheckpoint: run 0: requeued' "$1.out")" 1 \
		'requeued once'
	is "$(squeue -h -j "$job" -o %T 2>/dev/null)" '' \
		'and is not in the queue'
}
