#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hook, files, intervals and `scheckpoint now`: software that catches no signal,
# and saves while a run goes on.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 1

# scheckpoint_as_owner ARGUMENT...: outside of the job
scheckpoint_as_owner()
{
	SCHECKPOINT_HELPERS=$B/libexec as_owner \
		"$B/bin/scheckpoint" "$@"
}

# ---- a program with a stop file and a state file of its own: TERM kills it,
# and it looks for STOP at each step
script stopper <<'EOF'
#!/bin/bash
rm -f STOP
: >nothing-yet
python3 -c '
import os, time
n = int(open("state").read()) if os.path.exists("state") else 0
while n < 90:
    if os.path.exists("STOP"):
        open("state.tmp", "w").write(str(n))
        os.rename("state.tmp", "state")
        raise SystemExit(0)
    time.sleep(0.1)
    n += 1
    print("count", n, flush=True)
print("complete", flush=True)
'
echo "the next command"
EOF
# shellcheck disable=SC2016 # the job's shell expands it
id=$(submit --checkpoint=53 --time=1 --output=stop.out \
	--checkpoint-hook='echo "hook: $SLURM_CHECKPOINT_CAUSE"; touch STOP' \
	--checkpoint-files='state,nothing*' stopper)
wait_for 30 'the first requeue' restarted "$id" 1
like "$(cat stop.out)" '^hook: limit$' 'the hook runs and learns the cause'
like "$(cat stop.out)" 'was asked by the hook' \
	'the output says that the hook requested the program'
like "$(cat stop.out)" 'saved: version 1' 'its file is in the store'
like "$(cat stop.out)" 'nothing-yet is empty and is left out' \
	'an empty file is left out, as the output says'
not_ok 'and is not in the store' test -e \
	"checkpoint-$id/v000001/nothing-yet"
wait_job 120 "$id" COMPLETED
ok 'each number was counted once' \
	diff <(sed -n 's/^count //p' stop.out) <(seq 90)
is "$(grep -c 'the next command' stop.out)" 1 \
	'the next command ran once, at the end'

# ---- a program that ends before the supervisor looks for it
script quick <<'EOF'
#!/bin/bash
rm -f STOP
python3 -c '
import os, time
while not os.path.exists("STOP"):
    time.sleep(0.005)
open("state", "w").write("1")
os._exit(0)'
touch next
EOF
rm -f next
id=$(submit --checkpoint=53 --time=1 --output=quick.out \
	--checkpoint-hook='touch STOP; sleep 1' --checkpoint-files=state quick)
wait_for 40 'the requeue' restarted "$id" 1
as_owner scancel "$id"
not_ok 'no next command was started after it' test -e next
like "$(cat quick.out)" 'saved: version 1' 'and its file is in the store'

# ---- a hook that fails, and one that hangs, do no harm
for hook in 'exit 7' 'sleep 1000'; do
	case $hook in
	exit*) line='the hook failed with exit code 7: going on without it' ;;
	*) line='the hook was ended by signal 9: going on without it' ;;
	esac
	id=$(submit --checkpoint=53 --time=1 --output=bad.%j.out \
		--checkpoint-hook="$hook" --wrap "exec $counter 1000")
	wait_for 60 'the requeue' restarted "$id" 1
	as_owner scancel "$id"
	is "$(grep -c "^[^ ]* scheckpoint: $line" "bad.$id.out")" 1 \
		"the hook '$hook': the output says so"
	like "$(cat "checkpoint-$id/journal-0000.jsonl")" '"rec":"signal"' \
		"after the hook '$hook' the signal is sent all the same"
	wait_job 20 "$id" CANCELLED
done
like "$(cat checkpoint-$((id - 1))/journal-0000.jsonl)" '"rec":"hook"' \
	'the journal has its end'

# ---- saves at intervals, by a signal that the program catches
script saver <<'EOF'
#!/bin/bash
requested=
trap 'requested=1' USR1
n=0
while [ $n -lt 230 ]; do
	sleep 0.1 & wait $!
	n=$((n + 1))
	if [ -n "$requested" ]; then
		requested=
		echo $n > n
		scheckpoint save n
	fi
done
EOF
id=$(submit --checkpoint=20 --time=5 --output=int.out \
	--checkpoint-interval=10 --checkpoint-signal=TERM,USR1 saver)
wait_job 60 "$id" COMPLETED
ok 'every 10 s the program was requested to save' \
	has_line int.out 'SIGUSR1 to the job script' 2
like "$(cat int.out)" 'saved: version [23]' 'and it saved while the run went on'
is "$(job_field "$id" Restarts)" 0 'the run was the only one'

# ---- scheckpoint now, with a hook that makes the software write files
script writer <<'EOF'
#!/bin/bash
rm -f SAVE
for i in $(seq 400); do
	sleep 0.1
	[ -e SAVE ] && rm SAVE && echo $i > data.rst
done
EOF
id=$(submit --checkpoint=20 --time=5 --output=now.out \
	--checkpoint-hook='touch SAVE' --checkpoint-files='*.rst' writer)
wait_for 20 'the run' has_line now.out 'run 0 on'
ok 'scheckpoint now' scheckpoint_as_owner now "$id"
wait_for 20 'a version' test -d "checkpoint-$id/v000001"
ok 'the file that was written is in the version' \
	test -s "checkpoint-$id/v000001/data.rst"
is "$(job_state "$id")" RUNNING 'and the job goes on'
ok 'scheckpoint requeue' scheckpoint_as_owner requeue "$id"
wait_for 40 'the requeue' restarted "$id" 1
as_owner scancel "$id"
like "$(job_field "$id" Comment)" 'cause: operator' \
	'the cause is an operator'
# ---- files of software that catches nothing: the owner's requests all the same
script deaf <<'EOF'
#!/bin/bash
for i in $(seq 600); do
	echo "$i" >deaf.tmp
	mv deaf.tmp deaf.rst
	sleep 0.5
done
EOF
id=$(submit --checkpoint=10 --time=5 --output=deaf.out \
	--checkpoint-interval=10 --checkpoint-files='deaf.rst' deaf)
wait_for 20 'a version' test -d "checkpoint-$id/v000001"
ok 'scheckpoint requeue of such a job' scheckpoint_as_owner requeue "$id"
wait_for 10 'the request' has_line deaf.out 'then its files are saved'
ok 'scheckpoint now while it is pending' scheckpoint_as_owner now "$id"
wait_for 8 'a version' test -d "checkpoint-$id/v000002"
is "$(job_field "$id" Restarts)" 0 'saves before it is requeued'
wait_for 30 'the requeue' restarted "$id" 1
wait_for 10 'the reason' has_line deaf.out 'run 0: requeued: .*cause: operator'
like "$(cat deaf.out)" 'saved: version [34]' \
	'then its files are taken and it is requeued'
as_owner scancel "$id"
nodes_idle
done_testing
