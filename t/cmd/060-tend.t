#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# release, clean and requeue; and how sizes and progress are spelled.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"

"$mkstore" claim checkpoint-7 7 0 || exit 1
in_job "$work/checkpoint-7" 7 0
set_size() {
	truncate -s "$1" state
	scheckpoint save --progress "$2" state >/dev/null
}
set_size 1023 0.57
set_size 1024 0.999999
set_size 1048575 1
set_size 1610613 0
outside
run scheckpoint list 7
for text in "57.0 %       1  1023 B" "99.9 %       1  1.0 KiB" \
	"100.0 %      1  1.0 MiB" "0.0 %       1  1.5 MiB"; do
	is "list says $text" yes \
		"$(said out | tr -s ' ' | grep -qF "$(echo "$text" | tr -s ' ')" &&
			echo yes)"
done

# release
for run in 1 2; do
	"$mkstore" claim checkpoint-7 7 $run
	"$mkstore" strike checkpoint-7 4 "failed to start"
done
in_job "$work/checkpoint-7" 7 2
run scheckpoint restore
says out "restored version 3"
outside
run scheckpoint release 7 4
exits 0 "release"
says out "version 4 may be restored again"
run scheckpoint list 7
is "leaves no version set aside" "" "$(said out | grep aside)"
in_job "$work/checkpoint-7" 7 2
run scheckpoint restore
says out "restored version 4"
outside
run scheckpoint release 7 99
exits 2 "release of a version that isn't there"
says err "there is no version 99"
run scheckpoint release 7 x
exits 2 "release of what is no version"
says err "'x' is no version"

# clean
run scheckpoint clean checkpoint-7
exits 2 "clean of a job that nothing says is over"
says err "nothing says that job 7 is over"
"$mkstore" record checkpoint-7 2 finish exit=0
"$mkstore" record checkpoint-7 2 plan action=requeue
run scheckpoint clean 7
exits 2 "clean of a job that is to be requeued"
"$mkstore" record checkpoint-7 2 plan action=leave
run scheckpoint clean 7
exits 0 "clean of a job that is over"
says out "4 versions removed; its history stays"
run scheckpoint history 7
says out ": 3 runs"
run scheckpoint list 7
says out ": 0 versions"
run scheckpoint clean
exits 2 "clean of nothing in particular"
says err "too few arguments"

# requeue and now, with a stand-in for the helper rpc that notes its calls
cat >"$helpers/rpc" <<EOF
#!/bin/sh
case \$1 in
load) printf '%s\n' "job_id=\$2" time_limit_min=20 "state=\$(cat "$temporary/state")" ;;
batch)
	echo "\$@" >>"$temporary/calls"
	test ! -e "$temporary/refuse" || { echo "rpc: refused" >&2; exit 3; } ;;
*) exit 64 ;;
esac
EOF
chmod +x "$helpers/rpc"
: >"$temporary/calls"
"$mkstore" claim checkpoint-9 9 0
echo RUNNING >"$temporary/state"
run scheckpoint requeue 9
exits 2 "requeue of a job whose run has no supervisor on record"
says err "job 9 has no run on record that is under way"
is "signals nothing" "" "$(cat "$temporary/calls")"
"$mkstore" record checkpoint-9 0 run run=0 start=1700000000 grace=300
for state in PENDING COMPLETED; do
	echo $state >"$temporary/state"
	run scheckpoint requeue 9
	exits 1 "requeue of a job that is $state"
	says err "job 9 is not running, but $state"
done
is "signals nothing either" "" "$(cat "$temporary/calls")"
echo RUNNING >"$temporary/state"
run scheckpoint requeue checkpoint-9
exits 0 "requeue of a running job"
says out "job 9 is asked to save its state and is then requeued; it has 5 min"
like_file() { grep -q "$2" "$1" && echo yes; }
is "leaves a word in the store" yes \
	"$(like_file checkpoint-9/ask-0000.json '"word":"requeue"')"
is "wakes the supervisor with URG" "batch 9 23" "$(cat "$temporary/calls")"
touch "$temporary/refuse"
run scheckpoint requeue 9
exits 2 "requeue that Slurm refuses"
says err "job 9 could not be asked: rpc: refused"
rm "$temporary/refuse"
"$mkstore" claim checkpoint-8 8 0
"$mkstore" record checkpoint-8 0 run run=0 start=1700000000 grace=300 can_save=0
: >"$temporary/calls"
run scheckpoint now 8
exits 2 "now of a run that can't save and go on"
says err "job 8 can't save and go on: that needs --checkpoint-signal=TERM,USR1"
is "calls nothing" "" "$(cat "$temporary/calls")"
run scheckpoint requeue 8
exits 0 "which can be requeued"
run scheckpoint now 9
exits 0 "now of a run that doesn't say"

# set
run scheckpoint set 9 total
exits 2 "set of what has no value"
says err "'total' is not WORD=VALUE"
run scheckpoint set 9 keep=3
exits 2 "set of what can't be set"
says err "keep can't be set; what can: total, grace, max-runs or max-stalls"
for words in "total=soon" "grace=off" "max-runs=0"; do
	run scheckpoint set 9 max-stalls=1 $words
	exits 2 "set $words"
	says err "${words#*=}"
done
is "which leaves the others alone" "" "$(find checkpoint-9 -name "set*")"
: >"$temporary/calls"
run scheckpoint set 9 total=5h max-runs=7
exits 0 "set of two at once"
says out "job 9: set, and the run under way is told"
is "leaves them in the store" yes \
	"$(like_file checkpoint-9/set-total.json '"value":"5h"')"
is "and wakes the supervisor" "batch 9 23" "$(cat "$temporary/calls")"
is "with a word of its own" yes \
	"$(like_file checkpoint-9/ask-0000.json '"word":"set"')"
echo PENDING >"$temporary/state"
run scheckpoint set 9 grace=10m
exits 0 "set of a job that waits"
says out "job 9: set for the next run"
run scheckpoint set 9 grace=20m
exits 2 "set of a grace as long as the job's limit"
says err "grace=20m: with the job's limit of 20 min no time is left"
"$mkstore" record checkpoint-9 0 view limit_min=30
run scheckpoint set 9 grace=20m
exits 0 "unless only the rest is as short"
echo COMPLETED >"$temporary/state"
run scheckpoint set 9 max-stalls=9
exits 2 "set of a job that is over"
says err "job 9 is over (COMPLETED): nothing is set"
is "sets nothing" "" "$(find checkpoint-9 -name "set-max-stalls*")"
run scheckpoint set --help
says out "WORD is total, grace, max-runs or max-stalls."
echo RUNNING >"$temporary/state"

run scheckpoint clean 9
exits 2 "clean of a running job"
says err "job 9 is RUNNING and may go on from"
run scheckpoint clean --force 9
exits 0 "with --force it does"
finish
