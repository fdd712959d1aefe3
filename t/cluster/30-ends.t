#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How a run ends, case by case: when Slurm shows a job as completed, failed,
# requeued or cancelled.
# core
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 2 --conf "$MANY"

# plain exits with its argument
script plain <<'END'
#!/bin/bash
exit "$1"
END

script crash <<'END'
#!/bin/bash
ulimit -c 0
kill -SEGV $$
END

# requested CODE [WORD...]: when it is requested to save, it calls scheckpoint
# with these words and exits with the code; its second run ends by itself
script requested <<'END'
#!/bin/bash
code=$1
shift
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'echo 1 >"$SLURM_JOB_NAME.state"
	for word; do scheckpoint "$word"; done; exit "$code"' TERM
echo ready
while :; do sleep 0.1; done
END

# slow needs 3 s to save
script slow <<'END'
#!/bin/bash
trap 'echo requested; sleep 3; echo saved; exit 0' TERM
echo ready
while :; do sleep 0.1; done
END

# killed [version]: it kills the supervisor, its parent, and should be killed,
# too; with an argument its second run saves a version before
script killed <<'END'
#!/bin/bash
echo "run $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -lt 2 ] || exit 0
if [ "$SLURM_CHECKPOINT_RUN" -eq 1 ] && [ "${1:-}" = version ]; then
	scheckpoint save "$0" || exit 9
fi
kill -KILL "$PPID"
for i in {1..20}; do sleep 0.1; done
echo survived
END

# deaf catches no signal, and does not end by itself
script deaf <<'END'
#!/bin/bash
echo ready
exec sleep 1000
END

# piped: the reader of its output writes more when the script has ended
script piped <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
exec > >(cat >&2; sleep 1; echo "the last word $(date +%s%3N)" >&2)
trap 'exit 0' TERM
echo ready
while :; do sleep 0.1; done
END

# leaves: a process remains that does not write
script leaves <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'date +%s%3N; exit 0' TERM
echo ready
while :; do sleep 100 & wait $!; done
END

# polled: its program looks so often that it sees the request before the
# supervisor has looked for programs that catch the signal
script poller <<'END'
#!/usr/bin/python3 -ES
import subprocess, sys, time
print("ready", flush=True)
while subprocess.call(["scheckpoint", "requested"]):
    time.sleep(0.02)
subprocess.check_call(["scheckpoint", "save", "poller"])
sys.exit(85)
END
script polled <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
./poller
END

declare -A id
opts='--checkpoint=30 --time=5'
# shellcheck disable=SC2086 # options
{
	id[killed]=$(start killed $opts killed)
	id[killed2]=$(start killed2 $opts killed version)
	id[deaf]=$(start deaf --checkpoint=20 --time=1 deaf)
	# a limit of one minute: requested 5 s after the start
	id[limit]=$(start limit --checkpoint=55 --time=1 requested 1)
	for code in 0 1 2; do
		id[requested$code]=$(start "requested$code" $opts \
			--comment="mine" requested $code)
	done
	id[done0]=$(start done0 $opts requested 0 'done')
	id[done4]=$(start done4 $opts requested 4 'done')
	id[during]=$(start during $opts slow)
	id[saving]=$(start saving $opts slow)
	id[before]=$(start before $opts --begin=now+1hour slow)
	id[plain0]=$(start plain0 $opts "--checkpoint-dir=$WORK/own-%j" \
		plain 0)
	id[piped]=$(start piped $opts piped)
	id[leaves]=$(start leaves $opts leaves)
	id[own]=$(start own $opts "--checkpoint-dir=$WORK/own-%j" requested 1)
	id[polled]=$(start polled $opts polled)
	id[plain3]=$(start plain3 $opts plain 3)
	id[crash]=$(start crash $opts crash)
}

# ---- scancel
as_owner scancel "${id[before]}"
for name in own requested{0,1,2} done0 done4 saving piped leaves polled; do
	wait_for 40 "$name" has_line "$name.out" '^ready'
	as_owner scancel -b -s TERM "${id[$name]}"
done
wait_for 20 'a run' has_line during.out '^ready'
as_owner scancel "${id[during]}"
wait_for 20 'the request' has_line saving.out '^requested'
as_owner scancel "${id[saving]}"

ends "${id[before]}" CANCELLED 0:0 0 'cancelled before it began'
wait_job 30 "${id[during]}" CANCELLED
is "$(job_field "${id[during]}" Restarts)" 0 'cancelled in a run: not requeued'
like "$(cat during.out)" '^requested' 'but it was requested to save'
wait_job 30 "${id[saving]}" CANCELLED
is "$(job_field "${id[saving]}" Restarts)" 0 \
	'cancelled while it saves: not requeued'

# ---- ends without a request
ends "${id[plain0]}" COMPLETED 0:0 0 'exit 0: completed'
ends "${id[plain3]}" FAILED 3:0 0 'exit 3: failed'
ends "${id[crash]}" FAILED 0:11 0 'a crash: failed, by its signal'

# ---- after a request
for code in 0 1 2; do
	ends "${id[requested$code]}" COMPLETED 0:0 1 \
		"requested by an operator, then exit $code: requeued"
	like "$(job_field "${id[requested$code]}" Comment)" \
		'^mine \[scheckpoint: .*run 1: the job has completed' \
		"the user's comment is kept"
done
ends "${id[own]}" COMPLETED 0:0 1 'the same with a directory of its own'
export SCHECKPOINT_HELPERS=$CLUSTER/libexec
like "$(as_owner scheckpoint status "${id[own]}")" 'runs *2' \
	'scheckpoint finds it by the job id'
ends "${id[done0]}" COMPLETED 0:0 0 'requested, said done, exit 0: completed'
ends "${id[done4]}" FAILED 4:0 0 'requested, said done: its exit code stands'

# ---- processes that remain when the requested programs have ended
# planned_ms NAME: prints when settle planned the next run
planned_ms()
{
	sed -n 's/.*"rec":"plan","t":\([0-9]*\)\.\([0-9]*\),.*/\1\2/p' \
		"checkpoint-${id[$1]}/journal-0000.jsonl"
}

ends "${id[piped]}" COMPLETED 0:0 1 'a script with a reader: requeued'
word_ms=$(sed -n 's/^the last word //p' piped.out)
ok "its reader could end ($(($(planned_ms piped) - word_ms)) ms before)" \
	test "$word_ms" -le "$(planned_ms piped)"
ends "${id[leaves]}" COMPLETED 0:0 1 'a script that leaves a sleep: requeued'
late_ms=$(($(planned_ms leaves) - $(grep '^[0-9]*$' leaves.out)))
ok "it is not waited for ($late_ms ms)" test $late_ms -lt 2500

# ---- the supervisor is killed
ends "${id[killed]}" FAILED 0:9 1 \
	'supervisor killed: requeued once, failed the second time'
like "$(cat killed.out)" 'run 0: requeued: the supervisor was killed' \
	'the output says so'
unlike "$(cat killed.out)" '^survived' 'the script died with it'
ends "${id[killed2]}" COMPLETED 0:0 2 \
	'supervisor killed, with a new version: requeued again'

# ---- a program that polls
ends "${id[polled]}" COMPLETED 0:0 1 'a program that polls: requeued'
unlike "$(cat polled.out)" 'out of time' 'as soon as its script has ended'

# ---- the limit
ends "${id[limit]}" COMPLETED 0:0 1 'requested at the limit, exit 1: requeued'
like "$(cat limit.out)" 'run 0: requeued: to be continued \(cause: limit\)' \
	'the output names the cause'

# ---- no program catches the signal: the job computes to its limit, is warned,
# and goes on
wait_for 75 'a run that is cut' restarted "${id[deaf]}" 1
like "$(cat deaf.out)" 'no program of the job catches SIGTERM' \
	'no program catches it: the output says so at the request'
like "$(job_field "${id[deaf]}" Comment)" 'this run saved nothing \(1 of 3' \
	'requeued at its limit, and the comment says that nothing was saved'
unlike "$(cat deaf.out)" 'DUE TO TIME LIMIT' 'before Slurm killed it'
as_owner scancel "${id[deaf]}"

# ---- no ended job is requeued later
for name in before during saving plain0 plain3 crash done0 done4; do
	is "$(squeue -h -j "${id[$name]}" -o %T 2>/dev/null)" '' \
		"$name is not in the queue"
done
nodes_idle
done_testing
