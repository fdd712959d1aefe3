#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the job records (progress, done) and reads (time left, requested).
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"

"$mkstore" claim store 7 0 || exit 1
in_job "$work/store" 7 0

run scheckpoint time-left
exits 1 "the end of a run without a limit isn't known"
says err "isn't known"
"$mkstore" record store 0 run run=0 node=n1 start="$(date +%s)" \
	end=$(($(date +%s) + 1000)) limit_min=17
run scheckpoint time-left
exits 0 "time-left"
left=$(said out)
is "is the time until the end of the run" yes \
	"$(test "$left" -gt 900 && test "$left" -le 1000 && echo yes)"

run scheckpoint requested
exits 1 "no request was made"
is "and that is all it says" "" "$(said out)$(said err)"
"$mkstore" record store 0 request cause=interval made=true
run scheckpoint requested
exits 1 "an interval request is no request to stop"
"$mkstore" record store 0 request cause=limit made=false
run scheckpoint requested
exits 0 "a request was made"

echo x >state
run scheckpoint progress 0.25
exits 0 "progress"
run scheckpoint save state
run scheckpoint list
says out "25.0 %"
run scheckpoint save --progress 0.5 --schema plate/2 state
exits 0 "save with progress and schema"
run scheckpoint list
says out "50.0 %"
says out "plate/2"
run scheckpoint restore --schema plate/2
exits 0 "restore of the same schema"
run scheckpoint restore --schema plate/3
exits 2 "restore of another schema"
says err "version 2 has the schema 'plate' 2, but 'plate' 3 is needed"

run scheckpoint history
is "a running job says nothing of its end" "" "$(said out | grep "done")"
"$mkstore" record store 0 run run=0 node=n1 start=1
"$mkstore" record store 0 request cause=interval made=true
"$mkstore" record store 0 signal pid=99999 name=saver signal=10
"$mkstore" record store 0 request cause=limit made=false
"$mkstore" record store 0 signal pid=99999 name=saver signal=15
run scheckpoint "done"
exits 2 "done by a program that was passed over"
says err "saver (pid 99999) got the request"
run scheckpoint history
is "isn't taken" "" "$(said out | grep "done")"
"$mkstore" record store 0 signal pid=$$ name=script signal=15 node=n1
SLURMD_NODENAME=n2 run scheckpoint "done"
exits 2 "nor by one with the same number on another node"
"$mkstore" record store 0 signal pid=$$ name=script signal=15
run scheckpoint "done"
exits 0 "done by a program that got the request"
run scheckpoint history
says out "running, done"
finish
