#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# list, verify, history and status, in and outside of jobs.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"

start=1700000000
"$mkstore" claim checkpoint-7 7 0 || exit 1
in_job "$work/checkpoint-7" 7 0
echo one >state
"$mkstore" record checkpoint-7 0 run run=0 node=n1 start=$start \
	end=$((start + 600)) limit_min=10 grace=60
"$mkstore" record checkpoint-7 0 request cause=limit made=true
scheckpoint save --progress 0.4 state >/dev/null
"$mkstore" record checkpoint-7 0 finish exit=143 answered=true
"$mkstore" record checkpoint-7 0 plan action=requeue cause=limit \
	limit_min=8 versions=1 progress=0.4 remaining=400 \
	reason="to be continued (cause: limit)"
"$mkstore" record checkpoint-7 0 settled action=requeue limit_min=8
"$mkstore" claim checkpoint-7 7 1
"$mkstore" record checkpoint-7 1 run run=1 node=n2 start=$((start + 700)) \
	restored=1 restored_progress=0.4 limit_min=8
outside

run scheckpoint history checkpoint-7
exits 0 "history of a directory"
is "has a line for each run" 4 "$(said out | wc -l)"
is "with cause, limit, version, progress and end" \
	"n1 10 min limit 1 40.0 % exit 143, requeued" \
	"$(said out | tr -s ' ' | sed -n 's/^ *0 .* \(n1 .*\)/\1/p')"
is "the newest run is running" running \
	"$(said out | awk '$1 == "1" { print $NF }')"
run scheckpoint history 7
exits 0 "history of a job that Slurm doesn't know, from where its store is"
says out "job 7, $work/checkpoint-7: 2 runs"

run scheckpoint history --json 7
exits 0 "history as JSON"
is "which is JSON, in the format that is documented" \
	"1 7 2 limit requeue 143 8 0.4 1" \
	"$(said out | python3 -c 'import json, sys
d = json.load(sys.stdin)
r = d["runs"][0]
print(d["format"], d["store"]["job"], len(d["runs"]), r["cause"],
      r["action"], r["exit"], r["next_limit_min"], r["progress"],
      d["runs"][1]["restored"])')"

run scheckpoint status 7
exits 0 "status without Slurm"
says out "job 7: $helpers/rpc can't be started: No such file or directory"
rpc_fails 1 "Unable to contact slurm controller"
run scheckpoint status 7
exits 0 "status while slurmctld is away"
says out "job 7: slurmctld doesn't answer (Unable to contact slurm controller)"
run scheckpoint now 7
exits 2 "now while it is"
says err "job 7: slurmctld doesn't answer (Unable to contact"
rpc_fails 127 "libslurm.so: cannot open shared object file"
run scheckpoint status 7
says out "rpc can't be started: rpc: load 7: libslurm.so: cannot open"
rpc_fails 2 "Invalid job id specified"
run scheckpoint status 7
exits 0 "status of a job that Slurm has forgotten"
says out "job 7: not known to Slurm"
run scheckpoint now 7
exits 2 "now of such a job"
says err "Slurm doesn't know job 7 (any more)"
rm "$helpers/rpc"
run scheckpoint status 7
says out "version 1 of run 0"
says out "[########............] 40.0 %, about 6 min 40 s of computing left"
says out "run 0: exit 143, requeued (cause: limit)"

# A run whose program has saved, and whose shell was killed
"$mkstore" claim checkpoint-51 51 0
"$mkstore" record checkpoint-51 0 finish signal=9 answered=true
"$mkstore" record checkpoint-51 0 plan action=requeue cause=limit
"$mkstore" record checkpoint-51 0 settled action=requeue
run scheckpoint history checkpoint-51
says out "answered, requeued"
"$mkstore" record checkpoint-51 0 finish signal=9 answered=true evidence=none
run scheckpoint history checkpoint-51
says out "saved nothing, requeued"
"$mkstore" record checkpoint-51 0 finish signal=9 answered=true \
	evidence=files files=2
run scheckpoint history checkpoint-51
says out "saved files, requeued"
run scheckpoint history --json checkpoint-51
says out '"evidence":"files","files":2' 
"$mkstore" record checkpoint-51 0 version version=1 bytes=4
run scheckpoint history checkpoint-51
says out "saved, requeued"
rm -r checkpoint-51

# log
run scheckpoint log 7
exits 2 "log of a job whose journal names no output"
says err "neither the journal in $work/checkpoint-7 nor Slurm tells where the"
printf '%s\n' 'step 1' '2026-11-28T14:03:20 scheckpoint: saved: version 1' \
	'scheckpoint: of an older version' 'not scheckpoint: at all' >7.out
printf '\0\0\0002026-11-28T14:03:21 scheckpoint: done\033\n' >>7.out
"$mkstore" claim checkpoint-50 50 0
"$mkstore" record checkpoint-50 0 run run=0 output="$work/7.out"
run scheckpoint log 50
exits 0 "log"
is "prints only our lines" '2026-11-28T14:03:20 scheckpoint: saved: version 1
scheckpoint: of an older version
2026-11-28T14:03:21 scheckpoint: done?' "$(said out)"
: >7.out
run scheckpoint log 50
exits 1 "none is ours"
mkfifo fifo
"$mkstore" record checkpoint-50 0 run run=0 output="$work/fifo"
run scheckpoint log 50
exits 2 "an output that is no file"
says err "the job's output $work/fifo: is no file"
if test "$(id -u)" -eq 0; then
	echo '2026-11-28T14:03:20 scheckpoint: of another' >other.out
	chown 12345 other.out
	ln -s other.out link.out
	"$mkstore" record checkpoint-50 0 run run=0 output="$work/link.out"
	run scheckpoint log 50
	exits 2 "for root, an output of another user than the store's"
	says err "link.out: belongs to another user than the store"
	chown -R 12345 checkpoint-50
	run scheckpoint log 50
	exits 0 "of the store's user"
fi
rm -r checkpoint-50

# verify
run scheckpoint verify 7
exits 0 "verify"
says out "version 1: good"
echo x >>checkpoint-7/v000001/state
run scheckpoint verify checkpoint-7 1
exits 1 "verify of a damaged version"
says out "version 1: DAMAGED: version 1: state has 6 bytes instead of 4"
"$mkstore" strike checkpoint-7 1 "failed to start"
run scheckpoint list 7
says out "1 strike"
"$mkstore" claim checkpoint-7 7 2
"$mkstore" strike checkpoint-7 1 "failed to start"
run scheckpoint list 7
says out "set aside: "
run scheckpoint list --json 7
is "list as JSON" "1 True 2" "$(said out | python3 -c 'import json, sys
v = json.loads(sys.stdin.readline())
print(v["version"], v["aside"], v["strikes"])')"

# Nobody knows which run made a version whose manifest can't be read.
"$mkstore" claim checkpoint-52 52 0
mkdir checkpoint-52/v300000
run scheckpoint history --json checkpoint-52
is "a directory without a manifest is no version of run 0" "0 None" \
	"$(said out | python3 -c 'import json, sys
r = json.load(sys.stdin)["runs"][0]
print(r["versions"], r.get("version"))')"
rm -r checkpoint-52

# What was saved stays known when its version is gone: by the plan, and where
# nothing has settled the run, by what the next one began from.
"$mkstore" claim checkpoint-54 54 0
"$mkstore" record checkpoint-54 0 plan action=requeue cause=limit versions=3 \
	version=3 bytes=77 saved=$start
"$mkstore" claim checkpoint-54 54 1
in_job "$work/checkpoint-54" 54 1
scheckpoint save state >/dev/null
outside
"$mkstore" claim checkpoint-54 54 2
"$mkstore" record checkpoint-54 2 run run=2 restored=1 passed=7 \
	passed_why="state has 1 bytes"
rm -r checkpoint-54/v000001
run scheckpoint history --json checkpoint-54
is "versions that are gone are in the history" "3 3 77 $start 1 1 7" \
	"$(said out | python3 -c 'import json, sys
a, b, c = json.load(sys.stdin)["runs"]
print(a["versions"], a["version"], a["bytes"], a["saved"],
      b["versions"], b["version"], c["passed"])')"
run scheckpoint history checkpoint-54
says out "run 2: version 7 could not be used: state has 1 bytes"
run scheckpoint status checkpoint-54
says out "  not used  version 7 by run 2: state has 1 bytes"
rm -r checkpoint-54

# A save that fails is told until one succeeds.
"$mkstore" claim checkpoint-55 55 0
in_job "$work/checkpoint-55" 55 0
truncate -s 1M zeros
sh -c 'trap "" XFSZ; ulimit -f 100; scheckpoint save zeros' 2>/dev/null
"$mkstore" record checkpoint-55 0 finish exit=85
run scheckpoint history checkpoint-55
says out "exit 85; save failed: File too large"
run scheckpoint status checkpoint-55
says out "run 0: exit 85; save failed: File too large"
run scheckpoint history --json checkpoint-55
says out '"failed_why":"File too large"'
sleep 1
scheckpoint save state >/dev/null
run scheckpoint history checkpoint-55
is "a later save makes it good" "exit 85" \
	"$(said out | sed -n 's/.* \(exit 85.*\)/\1/p')"
outside
rm -r checkpoint-55

# JSON means the same, but nothing in it acts on a terminal.
"$mkstore" claim checkpoint-53 53 0
in_job "$work/checkpoint-53" 53 0
steering=$(printf 'a\302\233b\342\200\256c\177d\303\251')
scheckpoint save --schema="$steering/1" state >/dev/null
outside
run scheckpoint list --json checkpoint-53
is "control and bidi characters are escaped" 'a\u009bb\u202ec\u007fdé' \
	"$(said out | sed 's/.*"schema_name":"\([^"]*\)".*/\1/')"
is "and come back" "$steering" "$(said out | python3 -c 'import json, sys
sys.stdout.reconfigure(encoding="utf-8")
print(json.loads(sys.stdin.readline())["schema_name"])')"
rm -r checkpoint-53

# A journal can hold anything: its text is cleaned.
"$mkstore" claim hostile 9 0
"$mkstore" record hostile 0 run run=0 node="$(printf 'a\033[2Jb\nc')"
"$mkstore" record hostile 0 plan action=hold \
	reason="$(printf '\033]0;x\007\302\233y')"
for command in history status; do
	run scheckpoint $command hostile
	exits 0 "$command of a hostile journal"
	is "no control character reaches the terminal" "" \
		"$(said out | tr -d '\n' | LC_ALL=C tr -d '\40-\176')"
	says out "?]0;x???y"
done
echo garbage >>hostile/journal-0000.jsonl
run scheckpoint history hostile
exits 0 "history of a journal with garbage"
: >hostile/journal-9999.jsonl
run scheckpoint history hostile
exits 0 "history of a journal that claims many runs"

# Arrays
for task in 2 10; do
	"$mkstore" claim checkpoint-20/$task $((20 + task)) 0 20 $task
done
run scheckpoint history 20
exits 0 "history of an array"
says out "job 20_2 (22)"
is "in the order of its tasks" "20_2 20_10 " \
	"$(said out | sed -n 's/^job \(20_[0-9]*\) .*/\1/p' | tr '\n' ' ')"
run scheckpoint history 20_10
is "of one task" "20_10" \
	"$(said out | sed -n 's/^job \(20_[0-9]*\) .*/\1/p')"
run scheckpoint status .
exits 0 "status of the present directory shows the stores here"
is "all of them" 4 "$(said out | grep -c '^job')"

# Where Slurm knows the job, its reply counts.
mkdir elsewhere
"$mkstore" claim elsewhere/my 31 0
"$mkstore" claim elsewhere/checkpoint-32 32 0
cat >"$helpers/rpc" <<EOF
#!/bin/sh
test "\$1" = load || exit 64
case \$2 in
34) set -- load 34 held=0 reason=QOSMaxWallDurationPerJobLimit \
	time_limit_min=7 begin_time=1000000000 ;;
35) set -- load 35 held=0 begin_time=4102444800 time_limit_min=7 ;;
36) set -- load 36 held=0 begin_time=4102444800 start_time=4102448400 ;;
19) set -- load 19 held=1 "comment=[scheckpoint: store=$work/elsewhere/my \
run 0: the checkpoint directory can't be used]" ;;
39) set -- load 39 state=COMPLETED ;;
37) set -- load 37 state=RUNNING ;;
38) set -- load 38 held=1 restart_cnt=1 "comment=[scheckpoint: \
store=/none run 0: the job is held]" ;;
60) set -- load 60 cluster=other ;;
63) set -- load 63 array_job_id=62 array_task_id=1 ;;
*) set -- load "\$2" held=1 reason=JobHeldUser ;;
esac
printf '%s\n' "job_id=\$2" state=PENDING "work_dir=$work/elsewhere" "\$@"
test "\$2" != 31 ||
	echo "comment=mine [scheckpoint: store=$work/elsewhere/my run 0: to go on]"
EOF
chmod +x "$helpers/rpc"
run scheckpoint status 31
exits 0 "the store that the job's comment names"
says out "$work/elsewhere/my"
says out "job 31: PENDING, HELD (JobHeldUser)"
run scheckpoint status 32
exits 0 "the store of the default name in the job's directory"
says out "$work/elsewhere/checkpoint-32"
for job in 34 35 36; do
	"$mkstore" claim elsewhere/checkpoint-$job $job 0
done
run scheckpoint status 34
exits 0 "why a job waits, as Slurm sees it"
says out "job 34: PENDING (QOSMaxWallDurationPerJobLimit)"
says out "  next      when Slurm starts it, limit 7 min"
"$mkstore" record elsewhere/checkpoint-34 0 run run=0
"$mkstore" record elsewhere/checkpoint-34 0 plan action=hold reason=stalled
run scheckpoint status 34
exits 0 "a job that was held after its last run, and released since"
is "it isn't held any more" "" "$(said out | grep '^  held')"
TZ=UTC run scheckpoint status 35
says out "  next      not before 2100-01-01 00:00:00, limit 7 min"
TZ=UTC run scheckpoint status 36
says out "  next      expected 2100-01-01 01:00:00"
"$mkstore" claim elsewhere/checkpoint-39 39 0
"$mkstore" record elsewhere/checkpoint-39 0 plan action=leave progress=0.5 \
	remaining=400
run scheckpoint status 39
says out "job 39: COMPLETED"
is "nothing is left of a job that is over" \
	"  progress  [##########..........] 50.0 %" "$(said out | grep progress)"
run scheckpoint status 33
exits 2 "a job that has not begun"
says err "job 33 (PENDING, HELD) has not begun yet: it has no store until then"
run scheckpoint status 37
exits 2 "a job that runs without a store"
says err "job 37 (RUNNING) has no store in $work/elsewhere; it may have been submitted without --checkpoint; if it was submitted with --checkpoint-dir, name the directory"
run scheckpoint status 31_9
exits 2 "a task that the array hasn't"
says err "task 9 of array 31 has no store in $work/elsewhere: it has not begun yet, or the array has no such task"
run scheckpoint status 38
exits 2 "a job that was held at its start"
says err "job 38 (PENDING, HELD) has no store in $work/elsewhere; its comment says: run 0: the job is held"
# A run whose store couldn't be written to leaves its reason in the comment.
"$mkstore" claim elsewhere/checkpoint-38 38 0
run scheckpoint status 38
exits 0 "a job that is held, whose journal doesn't say why"
says out "  held      run 0: the job is held"
rm -r elsewhere/checkpoint-38

# Another user's store, as one who isn't root sees it
if test "$(id -u)" -eq 0 && chmod 755 "$temporary" &&
	setpriv --reuid=12345 --regid=12345 --clear-groups \
		scheckpoint --version >/dev/null 2>&1; then
	chmod 755 "$helpers" "$work" elsewhere
	"$mkstore" claim elsewhere/checkpoint-41 41 0
	run setpriv --reuid=12345 --regid=12345 --clear-groups \
		scheckpoint status 41
	exits 2 "another user's store"
	says err "checkpoint-41 is another user's, or in another user's directory: only that user and root may look into it"
	run setpriv --reuid=12345 --regid=12345 --clear-groups \
		scheckpoint list elsewhere/checkpoint-41
	exits 2 "the same by its name"
	says err "only that user and root may look into it"
fi

# A store that is found for a job's number must be that job's.
"$mkstore" claim elsewhere/checkpoint-60 60 0
"$mkstore" claim elsewhere/checkpoint-61 31 0
"$mkstore" claim elsewhere/checkpoint-62/1 63 0 62 1
"$mkstore" claim elsewhere/checkpoint-62/2 31 0
for words in "status 19" "list 19" "history 19" "verify 19" "release 19 1" \
	"clean --force 19" "now 19" "requeue 19" "set 19 max-runs=5"; do
	command=${words%% *}
	# shellcheck disable=SC2086 # several words
	run scheckpoint $words
	exits 2 "$command of a job that names another job's store"
	is "is refused in a line" \
		"scheckpoint: $command: $work/elsewhere/my is job 31's store, not job 19's" \
		"$(said err)"
	is "and shows nothing" "" "$(said out)"
done
run scheckpoint restore --from 19
exits 2 "restore from it as well"
says err "$work/elsewhere/my is job 31's store, not job 19's"
is "nothing is set in it" "" "$(find elsewhere/my -name 'set*')"
run scheckpoint list 61
exits 2 "another job's by the default name"
says err "checkpoint-61 is job 31's store, not job 61's"
run scheckpoint list 60
exits 2 "and one of another cluster"
says err "checkpoint-60 is job 60's store, not job 60's"
run scheckpoint list 62
exits 2 "one among an array's"
says err "checkpoint-62/2 is job 31's store, not job 62's"
says out "job 62_1 (63), $work/elsewhere/checkpoint-62/1"
run scheckpoint list 63
exits 0 "a task by a number of its own"
says out "job 62_1 (63), $work/elsewhere/checkpoint-62/1"
run scheckpoint list elsewhere/checkpoint-61
exits 0 "a directory that is named is taken as it is"

# restore from outside doesn't replace newer files without --force
"$mkstore" claim "$work/checkpoint-40" 40 0
in_job "$work/checkpoint-40" 40 0
echo saved >state
scheckpoint save state >/dev/null
outside
echo newer >state
touch -d '+1 hour' state
run scheckpoint restore --from checkpoint-40
exits 2 "restore from outside over newer work"
says err "state is newer than version 1; give another DIR, or --force"
is "which is untouched" newer "$(cat state)"
run scheckpoint restore --from checkpoint-40 --force
exits 0 "with --force it does"
is "then it is replaced" saved "$(cat state)"
run scheckpoint restore --from checkpoint-40
exits 0 "and what was restored isn't newer"
rm state
run scheckpoint restore --from checkpoint-40
exits 0 "a file that is missing"
is "is put back" saved "$(cat state)"
: >state
touch -d '-1 hour' state
run scheckpoint restore --from checkpoint-40
exits 0 "and one that is damaged"
is "as well" saved "$(cat state)"

# Journals that are mostly holes: the newest runs are read, not a GiB.
"$mkstore" claim checkpoint-50 50 0
for run in $(seq 20); do
	"$mkstore" claim checkpoint-50 50 "$run"
	"$mkstore" record checkpoint-50 "$run" finish exit=0
done
for run in $(seq 0 19); do
	truncate -s $((64 << 20)) "$(printf 'checkpoint-50/journal-%04d.jsonl' \
		"$run")"
done
run timeout 3 scheckpoint status checkpoint-50
exits 0 "status of a store with long journals is soon there"
says out "runs      1, and 20 before them whose journals are too long to be read"
says out "run 20: exit 0"
run timeout 3 scheckpoint history checkpoint-50
exits 0 "and so is its history"
says out "1 run, and 20 before them whose journals are too long to be read"
truncate -s 1M checkpoint-50/journal-0019.jsonl
run scheckpoint history checkpoint-50
says out "2 runs, and 19 before them"
finish
