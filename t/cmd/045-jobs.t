#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# status as a list of jobs, and stores that are found by the jobs' comments.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"

uid=$(id -u)
now=$(date +%s)
mkdir elsewhere array

# The helper rpc lists what is in the file jobs, and loads job N of it.
cat >"$helpers/rpc" <<EOF
#!/bin/sh
echo "\$*" >>"$temporary/calls"
case \$1 in
list) cat "$temporary/jobs" ;;
load) awk -v RS= -v job="job_id=\$2\n" 'index(\$0 "\n", job) == 1 {
	print; found = 1; exit } END { exit !found }' "$temporary/jobs" || {
	echo "rpc: load \$2: Invalid job id specified" >&2; exit 2; } ;;
esac
EOF
chmod +x "$helpers/rpc"
: >"$temporary/jobs"

# job ID KEY=VALUE...: one more job
job() {
	number=$1
	shift
	printf '%s\n' "job_id=$number" state=PENDING "user_id=$uid" requeue=1 \
		"work_dir=$work" "name=job$number" partition=main "$@" '' \
		>>"$temporary/jobs"
}

run scheckpoint status
exits 0 "no job at all"
says out "no checkpointed job is in the queue"

job 1 state=RUNNING restart_cnt=2 "end_time=$((now + 7200))" \
	"comment=[scheckpoint: run 1: to be continued (cause: limit)]"
"$mkstore" claim checkpoint-1 1 2
"$mkstore" record checkpoint-1 2 run run=2 node=n1 start="$((now - 60))" \
	grace=600 submitted_min=120
in_job "$work/checkpoint-1" 1 2
echo state >state
scheckpoint save --progress 0.61 state >/dev/null
outside
job 2 "begin_time=$((now + 3600))" "work_dir=$work/elsewhere" \
	"comment=[scheckpoint: dir=my-%25j]"
job 3 held=1 reason=JobHeldUser restart_cnt=4 \
	"comment=[scheckpoint: run 3: 4 runs failed; then release the job]"
job 4 held=1 reason=JobHeldUser restart_cnt=1 \
	"comment=[scheckpoint: run 0: to be continued (cause: limit)]"
job 5 state=RUNNING "user_id=$((uid + 1))" "end_time=$((now + 7200))" \
	"comment=[scheckpoint: dir=checkpoint-%25j]"
job 6 state=COMPLETED "comment=[scheckpoint: dir=checkpoint-%25j]"
for task in 1 2; do
	job $((20 + task)) state=RUNNING array_job_id=20 array_task_id=$task \
		"end_time=$((now + 7200 * task))" \
		"comment=[scheckpoint: dir=array/%25A-%25a]"
	"$mkstore" claim array/20-$task $((20 + task)) 0 20 $task
	"$mkstore" record array/20-$task 0 run run=0 start="$((now - 60))" \
		grace=600
	in_job "$work/array/20-$task" $((20 + task)) 0
	scheckpoint save --progress 0.$((task * 2)) state >/dev/null
	outside
done
job 20 array_job_id=20 array_task_id=4294967295 "array_tasks=3-99%2" \
	reason=JobArrayTaskLimit "comment=[scheckpoint: dir=array/%25A-%25a]"

# row JOB: its line, with single spaces
row() {
	said out | tr -s ' ' | sed -n "s/^$1 //p"
}
run scheckpoint status
exits 0 "the jobs of the queue"
is "by one query, for the caller's" "list user:$uid" \
	"$(tail -n 1 "$temporary/calls")"
is "one that is over isn't among them" "" "$(row 6)"
says out "[######....] 61.0 %"
is "a running one: run, progress, save and request" yes "$(row 1 |
	grep -qE '^job1 RUNNING 2 \[.*\] 61.0 % [0-9]+ s ago request in 1 h (49|50) min -' &&
	echo yes)"
is "one that waits for its begin" yes "$(row 2 |
	grep -qE '^job2 PENDING 0 - - starts in (1 h|59 min.*) -$' && echo yes)"
is "one that settle has held" \
	"job3 HELD 4 - - - held: run 3: 4 runs failed; then release the job" \
	"$(row 3)"
is "one that its owner has held" \
	"job4 HELD 1 - - - held (JobHeldUser): scontrol release lets it go on" \
	"$(row 4)"
is "an array in one line, with the mean of its progress" yes "$(
	row '20 (99 tasks)' | grep -qE '^job21 2 RUNNING, 97 PENDING 0 .* 30.0 %' &&
	echo yes)"
run env COLUMNS=110 scheckpoint status
is "lines fit the width" "" "$(said out | grep -E '.{111}')"
is "no colour without a terminal" "" "$(said out | tr -d '[:print:]\n')"
run scheckpoint status --all
says out "USER"
is "another user's store isn't read" "list all" \
	"$(tail -n 1 "$temporary/calls")"
is "but Slurm tells when it ends" yes "$(row 5 |
	grep -q ' job5 RUNNING 0 - - ends in ' && echo yes)"
run scheckpoint status --user=12345
is "of one user" "list user:12345" "$(tail -n 1 "$temporary/calls")"
run scheckpoint status --user=no-such-user
exits 2 "of a user that there isn't"
says err "there is no user no-such-user here"
run scheckpoint status --all 1
exits 2 "a job and all of them"
says err "give jobs, or --all or --user, but not both"
run scheckpoint status --watch=0
exits 2 "a wrong interval"
says err "--watch=0: give the seconds between two looks, from 1 to 86400"
timeout 2 scheckpoint status --watch=1 >"$temporary/out"
is "again and again" yes "$(test "$(grep -c '^JOB ' "$temporary/out")" -ge 2 &&
	echo yes)"
run scheckpoint status --json
is "as JSON" "1 0.61 2 600 $work/checkpoint-1 20 3-99%2 HELD" \
	"$(said out | python3 -c 'import json, sys
d = json.load(sys.stdin)
j = {job["job"]: job for job in d["jobs"]}
print(d["format"], j[1]["progress"], j[1]["run"], j[1]["grace"], j[1]["dir"],
      j[20]["array_job"], j[20]["array_tasks"], j[3]["state"])')"
run scheckpoint status -l
exits 0 "all that is known of each"
says out "  settings  grace 10 min, submitted with a limit of 120 min"
says out "  store     $work/elsewhere/my-2"
says out "job 20_[3-99%2] "
is "by one query" "list user:$uid" "$(tail -n 1 "$temporary/calls")"
run scheckpoint status --json 1
exits 0 "one job as JSON"
is "in one object" 1 "$(said out | python3 -c 'import json, sys
print(json.load(sys.stdin)["job"])')"

# ---- stores of their own, from any directory
"$mkstore" claim elsewhere/my-2 2 0
cd / || exit 1
run scheckpoint history 2
exits 0 "a store that is known from the submission"
says out "job 2, $work/elsewhere/my-2: 1 run"
run scheckpoint history 20
exits 0 "the stores of an array's tasks"
says out "job 20_1 (21), $work/array/20-1: 1 run"
says out "job 20_2 (22), $work/array/20-2: 1 run"
run scheckpoint history 20_2
is "or of one task" "20_2" "$(said out | sed -n 's/^job \(20_[0-9]*\) .*/\1/p')"
# Another job's store
sed "s|my-%25j|my-1|" "$temporary/jobs" >"$temporary/new"
mv "$temporary/new" "$temporary/jobs"
mv "$work/elsewhere/my-2" "$work/elsewhere/my-1"
"$mkstore" record "$work/elsewhere/my-1" 0 run run=0
sed "s/^job_id=2$/job_id=9/" "$temporary/jobs" >"$temporary/new"
mv "$temporary/new" "$temporary/jobs"
run scheckpoint status 9
exits 2 "another job's store"
says err "$work/elsewhere/my-1 is job 2's store, not job 9's"

# ---- jobs that only accounting knows
cat >"$helpers/sacct" <<EOF
#!/bin/sh
for word; do
	case \$word in
	--delimiter=*) delimiter=\${word#*=} ;;
	esac
done
record() # VALUE...: all but the comment
{
	for value; do
		printf '%s%s' "\$value" "\$delimiter"
	done
}
case \$* in
*"-j 2") record 2 2 test job2 / ; echo "[scheckpoint: store=$work/elsewhere/my-1 run 0: ended]" ;;
*"-j 1") record 1 1 test job1 "$work"; echo ;;
*"-j 20") for task in 1 2; do
	record 2\$task 20_\$task test job20 "$work"
	echo "[scheckpoint: dir=array/%25A-%25a]"
	done ;;
esac
EOF
: >"$temporary/jobs"
for number in 1 2; do
	run scheckpoint history $number
	exits 0 "accounting tells where the store of job $number is"
	says out "job $number, $work/"
done
run scheckpoint history 20
is "and those of an array" "20_1 20_2 " \
	"$(said out | sed -n 's/^job \(20_[0-9]*\) .*/\1/p' | tr '\n' ' ')"
run scheckpoint history 7
exits 2 "a job that nothing knows"
says err "Slurm doesn't know job 7 (any more)"
rpc_fails 1 "Unable to contact slurm controller"
run scheckpoint status
exits 2 "no slurmctld"
says err "slurmctld doesn't answer (Unable to contact slurm controller); scheckpoint status . shows the stores in this directory"
finish
