#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What scheckpoint refuses, with the reason and the remedy that it prints.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"

run scheckpoint
exits 2 "no command"
says err "scheckpoint: no command was given; see scheckpoint --help"
run scheckpoint sav
exits 2 "a command that there isn't"
says err "there is no command 'sav'"
run scheckpoint --version
exits 0 "--version"
says out "scheckpoint "
run scheckpoint save
exits 2 "too few arguments"
says err "scheckpoint: save: too few arguments; usage: scheckpoint save FILE..."
run scheckpoint "done" now
exits 2 "too many arguments"
says err "too many arguments"
run scheckpoint save --progress
exits 2 "an option without its value"
says err "--progress needs a value; see scheckpoint save --help"
run scheckpoint list --jsn
exits 2 "an option that there isn't"
says err "unknown option --jsn"

run scheckpoint save x
exits 2 "save outside of a job"
says err "SLURM_CHECKPOINT_DIR is not set"

# A script that is submitted without --checkpoint runs on.
for command in "progress 0.5" "done"; do
	# shellcheck disable=SC2086 # words
	run scheckpoint $command
	exits 0 "$command in a job without --checkpoint"
	says err "this job has no --checkpoint: nothing is recorded"
done
run scheckpoint restore
exits 1 "restore in a job without --checkpoint: it begins"
says err "this job has no --checkpoint, and begins from the start"
run scheckpoint requested
exits 1 "requested in a job without --checkpoint: no"
is "says nothing" "" "$(said err)"
run scheckpoint time-left
exits 1 "time-left outside of Slurm isn't known"
says err "its end isn't known"
run env SLURM_JOB_END_TIME=1000 scheckpoint time-left
exits 0 "time-left in a job without --checkpoint is Slurm's"
is "zero when it is over" 0 "$(said out)"
cat >"$helpers/rpc" <<EOF
#!/bin/sh
printf '%s\n' "job_id=\$2" state=RUNNING end_time=4102444800
EOF
chmod +x "$helpers/rpc"
run env SLURM_JOB_ID=7 scheckpoint time-left
exits 0 "where the environment doesn't tell it"
is "slurmctld is queried" yes \
	"$(if test "$(said out)" -gt 2000000000; then echo yes; fi)"
rm "$helpers/rpc"

in_job "$work/nowhere" 7 0
run scheckpoint save x
exits 2 "a store that isn't there"
says err "there is no store $work/nowhere"

"$mkstore" claim "$work/store" 7 0 || exit 1
in_job "$work/store" 8 0
echo x >x
for command in "save x" restore "progress 0.5" "done" requested; do
	# shellcheck disable=SC2086 # words
	run scheckpoint $command
	exits 2 "$command in a nested job"
	says err "is the store of job 7, and this is job 8"
done

in_job "$work/store" 7 0
for value in 1.5 -1 x nan inf 0x1p-1 "" " 0.5" 42%; do
	run scheckpoint progress -- "$value"
	exits 2 "progress '$value'"
	says err "give a number from 0 to 1"
done
run scheckpoint save --progress=2 x
exits 2 "save with a progress above 1"
says err "'2' is no progress"
for value in plate /1 plate/ plate/x plate/-1 plate/5000000000; do
	run scheckpoint save --schema="$value" x
	exits 2 "schema '$value'"
	says err "give a name and a number, such as plate/2"
done

# A later run takes over.
"$mkstore" claim "$work/store" 7 1 || exit 1
for command in "save x" "done"; do
	# shellcheck disable=SC2086 # words
	run scheckpoint $command
	exits 2 "$command by an earlier run"
	says err "a later run of the job goes on without this one"
done

outside
run scheckpoint list nowhere
exits 2 "a directory that isn't there"
says err "nowhere: No such file or directory; give a job id or the directory"
: >file
run scheckpoint status ./file
exits 2 "a file"
says err "./file is not a directory; give a job id or the directory"
mkdir empty
run scheckpoint list empty
exits 2 "a directory without a store"
says err "there is no store in empty"
run scheckpoint history 12
exits 2 "a job, where Slurm can't be queried"
says err "$helpers/rpc can't be started: No such file or directory, and there is no checkpoint-12 here; name the directory of job 12's store"
rpc_fails 2 "Invalid job id specified"
run scheckpoint history 12_3
exits 2 "a task that isn't known"
says err "Slurm doesn't know job 12_3 (any more), and there is no checkpoint-12/3"
run scheckpoint history 12
exits 2 "a job that isn't known"
says err "Slurm doesn't know job 12 (any more), and there is no checkpoint-12"
run scheckpoint verify store 0
exits 2 "a version that can't be"
says err "'0' is no version"
run scheckpoint verify store 99
exits 2 "a version that isn't there"
says err "there is no version 99"

# Output that can't be written is an error.
run sh -c 'scheckpoint list store >/dev/full'
exits 2 "output that can't be written"
says err "the output could not be written"
finish
