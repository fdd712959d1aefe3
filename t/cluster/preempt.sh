# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# What the tests of preemption share (sourced after ends.sh): jobs that take a
# node, are preempted there, and go on.

declare -A id

# How a job ends that was preempted with PreemptMode=CANCEL in an earlier run:
# 24.11 has it as preempted for good.
# shellcheck disable=SC2034 # for those who source this
case $(slurmctld -V) in
*' 24.'*) CANCELLED=PREEMPTED ;;
*) CANCELLED=COMPLETED ;;
esac

script count <<END
#!/bin/bash
export LINGER=2 # so that we see PreemptTime
"$counter" 100
END

# go NAME NODE ARGUMENT...: a job that takes the node
go()
{
	local name=$1

	id[$name]=$(submit "--nodelist=$2" "--job-name=$name" "${@:3}" \
		--exclusive --checkpoint=25 --time=10 "--output=$name.out" count)
}

# preempt NODE ARGUMENT...: by a job that takes the node
preempt()
{
	submit "--nodelist=$1" "${@:2}" --exclusive --time=1 \
		--output=/dev/null --wrap 'sleep 4' >/dev/null
}

# Slurm forgets it with the requeue
preempt_time() # NAME
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

# back NAME TEXT: asked in time, and in the queue with what was planned
back()
{
	local job=${id[$1]} late

	wait_for 40 "the requeue of $1" restarted "$job" 1
	wait_for 20 'its end to be settled' \
		has_line "checkpoint-$job/journal-0000.jsonl" settled
	late=$(($(requested_s "$1") - $(date -d "$(cat "$1.preempted")" +%s)))
	like "$late" '^-?[0-9]$' "$2: asked within 10 s ($late s)"
	like "$(cat "$1.out")" 'is being preempted: asking the job to save' \
		'and told why'
	is "$(minutes "$(job_field "$job" TimeLimit)")" 10 \
		"which doesn't let the limit be changed"
	is "$(minutes "$(job_field "$job" TimeMin)")" \
		"$(plan_of "$job" 0 limit_min)" \
		'TimeMin is the limit that was planned'
	ok 'which is a shorter one' test "$(plan_of "$job" 0 limit_min)" -lt 10
}

# ended ID: for good; slurmctld's own requeue makes it wait for two minutes
ended()
{
	if [ "$(job_field "$1" Reason)" = BeginTime ]; then
		scontrol update "JobId=$1" StartTime=now+2
		wait_for 10 'its start' job_is "$1" COMPLETED RUNNING
	fi
	job_is "$1" COMPLETED PREEMPTED FAILED CANCELLED
}

# requeued_times ID N OUTPUT: in Slurm's view.  From 24.05 slurmctld may requeue
# the run that follows a preemption once more, in which nothing is started.
requeued_times()
{
	local extra=$(($(job_field "$1" Restarts) - $2)) most=1

	case $(slurmctld -V) in
	*' 22.05'*) most=0 ;;
	esac
	ok "requeued $2 times (and by slurmctld $extra)" \
		test $extra -ge 0 -a $extra -le $most
	is "$(grep -c 'had ended in run .*: nothing is started' "$3")" $extra \
		'when nothing was started'
}

# over NAME STATE TEXT: it has counted to its end, once
over()
{
	local job=${id[$1]}

	wait_for 90 "the end of $1" ended "$job"
	is "$(job_state "$job") $(job_field "$job" ExitCode)" "$2 0:0" "$3: $2"
	ok 'each number was counted once' \
		cmp <(sed -n 's/^count //p' "$1.out") <(seq 100)
	is "$(grep -c '^counted to' "$1.out")" 1 'to the end once'
	is "$(grep -c '^scheckpoint: run 0: requeued' "$1.out")" 1 \
		'requeued once'
	is "$(squeue -h -j "$job" -o %T 2>/dev/null)" '' \
		'and is not in the queue'
}
