#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What sbatch refuses, with the whole line that it prints; no job is made.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 1 --plugstack-arg max_grace=2h --plugstack-arg max_runs=50

script job <<'EOF'
#!/bin/bash
sleep 1
EOF

# refused LINE ARGUMENT...: tests that sbatch prints only this line and fails
refused()
{
	local line=$1 said status

	shift
	said=$(submit "$@" 2>&1)
	status=$?
	is "$status: $said" "1: sbatch: error: $line" "refused: ${line:0:70}"
}

times='a time is written as seconds, 10m, 1h, 2d, MM:SS, HH:MM:SS or D-HH:MM:SS'
bare='a bare number is seconds and at most 86400; name a unit, such as 25h'

# ---- values
refused "--checkpoint=90000: $bare" --checkpoint=90000 job
refused "--checkpoint=10min: $times" --checkpoint=10min job
refused "--checkpoint=: $times" --checkpoint= job
refused "--checkpoint=-60: $times" --checkpoint=-60 job
refused "--checkpoint=0: must be from 1s to 30d" --checkpoint=0 job
refused "--checkpoint-total=1x: $times" \
	--checkpoint=600 --checkpoint-total=1x job
refused '--checkpoint-keep=1: must be a whole number from 2 to 1000' \
	--checkpoint=600 --checkpoint-keep=1 job
refused '--checkpoint-exit=256: must be an exit code from 1 to 255' \
	--checkpoint=600 --checkpoint-exit=256 job
refused '--checkpoint-clean=always: must be never or success' \
	--checkpoint=600 --checkpoint-clean=always job
refused "--checkpoint-signal=KILL: must be one of TERM, USR1, USR2, INT,\
 HUP, QUIT, ALRM, XCPU, ABRT, PWR, or none" \
	--checkpoint=600 --checkpoint-signal=KILL job
refused '--checkpoint-signal=TERM,USR1,INT: names more than two signals' \
	--checkpoint=600 --checkpoint-signal=TERM,USR1,INT job
refused "--checkpoint-dir=%N: after % stands one of j, A, a, x, u (or a\
 second %)" --checkpoint=600 --checkpoint-dir=%N job
refused '--checkpoint-from=a?b: has a control character' \
	--checkpoint=600 --checkpoint-from=$'a\nb' job
long=$(printf 'x%.0s' {1..100000})
refused "--checkpoint-dir=${long:0:60}...: is longer than 1023 bytes" \
	--checkpoint=600 --checkpoint-dir="$long" job
spaces=$(printf ' %.0s' {1..1023})
refused "--checkpoint: its options together are longer than 4095 bytes;\
 shorten --checkpoint-dir, -from, -hook or -files" \
	--checkpoint=600 --checkpoint-dir="$spaces" \
	--checkpoint-from="$spaces" job
refused "--checkpoint=1x: $times" --checkpoint=1x --checkpoint-keep=1 job

# ---- a value that is missing, so that the script's name is taken for it
needs="write --checkpoint=TIME, such as --checkpoint=10m"
for rest in '' ' a' ' --checkpoint=10m'; do
	# shellcheck disable=SC2086 # several words
	refused "--checkpoint needs its TIME, and takes job for it; $needs" \
		--checkpoint job $rest </dev/null
done
refused "--checkpoint needs its TIME, and takes --time=9 for it; $needs" \
	-J x --checkpoint --time=9 job
refused "--checkpoint-keep needs its N, and takes job for it; write\
 --checkpoint-keep=N" --checkpoint=10m --checkpoint-keep job </dev/null
refused "--checkpoint=10min: $times" --checkpoint 10min job

# ---- names
refused '--job-name: the name has a line break, which --checkpoint can'\''t'\
' use; give another one' --checkpoint=600 --job-name=$'a\nb' job
mkdir $'a\nb'
refused '--chdir: the directory'\''s name has a line break, which --checkpoint'\
' can'\''t use; submit from another one' --checkpoint=600 --chdir=$'a\nb' job

# ---- options from the environment and from #SBATCH lines
SBATCH_CHECKPOINT=10m refused "--checkpoint-min=5m: must be longer than the\
 grace of 10m, or a run would only save" --checkpoint-min=5m job
script lines <<'EOF'
#!/bin/bash
#SBATCH --checkpoint=600 --checkpoint-exit=0
EOF
refused '--checkpoint-exit=0: must be an exit code from 1 to 255' lines
refused '--checkpoint-exit=0: must be an exit code from 1 to 255' \
	--checkpoint-exit=1 lines

# ---- the site's bounds
refused '--checkpoint=7201s: this site wants at most 2h' --checkpoint=7201 job
refused '--checkpoint=4s: this site wants at least 5s' --checkpoint=4 job
refused '--checkpoint-max-runs=51: this site wants at most 50' \
	--checkpoint=600 --checkpoint-max-runs=51 job

# ---- options that contradict each other
refused "--checkpoint-total: needs --checkpoint=TIME, which turns\
 checkpointing on" --checkpoint-total=2h job
no_time="no time is left to compute; ask for a longer --time or a shorter\
 grace"
refused "--checkpoint=10m: with --time of 10m $no_time" \
	--checkpoint=600 --time=10 job
refused "--checkpoint=90m: with --time of 1h $no_time" \
	--checkpoint=90m --time=1:00:00 job
SBATCH_TIMELIMIT=10 refused "--checkpoint=10m: with --time of 10m $no_time" \
	--checkpoint=600 job
refused "--checkpoint-min=10m: must be longer than the grace of 10m, or\
 a run would only save" --checkpoint=600 --checkpoint-min=600 job
refused "--checkpoint-interval: needs a signal that doesn't end the program,\
 such as --checkpoint-signal=TERM,USR1, or --checkpoint-hook, or\
 --checkpoint-files" --checkpoint=600 --checkpoint-interval=15m job
refused "--checkpoint-min=61m: longer than --time of 1h; it can be as long at\
 most" --checkpoint=600 --checkpoint-min=61m --time=60 job
refused "--checkpoint-dir=state/%A: the tasks of an array would share it; put\
 %a or %j into it" --checkpoint=600 --checkpoint-dir=state/%A --array=1-2 job
long=$(head -c 256 /dev/zero | tr '\0' n)
refused "--checkpoint-dir=state-%x: is too long with the job's name in it; a\
 directory's name has at most 255 bytes" --checkpoint=600 "--job-name=$long" \
	--checkpoint-dir=state-%x job

# ---- sbatch's own options
requeues='--no-requeue: --checkpoint requeues the job; leave one of them out'
refused "$requeues" --checkpoint=600 --no-requeue job
SBATCH_NO_REQUEUE=1 refused "$requeues" --checkpoint=600 --no-requeue job
script once <<'EOF'
#!/bin/bash
#SBATCH --no-requeue
EOF
refused "$requeues" --checkpoint=600 once
sends="--checkpoint sends SIGTERM itself; leave --signal out, or name another\
 signal with one of them"
refused "--signal=B:TERM@120: $sends" --checkpoint=600 --signal=B:TERM@120 job
refused "--signal=TERM: $sends" --checkpoint=600 --signal=SIGTERM@60 job
refused "--signal=B:USR1@99: ${sends/TERM/USR1}" --checkpoint=600 \
	--checkpoint-signal=USR1 --signal=B:USR1@99 job
refused "--signal=B:USR2@99: ${sends/TERM/USR2}" --checkpoint=600 \
	--checkpoint-signal=TERM,USR2 --signal=B:USR2@99 job
refused "--signal=B:URG@30: by SIGURG Slurm calls the supervisor of\
 --checkpoint; name another signal" --checkpoint=600 --signal=B:URG@30 job
refused "--checkpoint: belongs to the first component of a heterogeneous job" \
	-n1 : -n1 --checkpoint=600 job

# ---- every way to submit
refused "--checkpoint=1x: $times" --checkpoint=1x --wrap=hostname
refused "--checkpoint=1x: $times" --checkpoint=1x --test-only job
refused "--checkpoint=1x: $times" --checkpoint=1x --wait --quiet job
refused "--checkpoint=1x: $times" --checkpoint=1x <job
SLURM_EXIT_ERROR=77 submit --checkpoint=1x job 2>/dev/null
is $? 77 'the exit code for errors is what SLURM_EXIT_ERROR says'

# ---- other commands
only="only sbatch offers it: a job of salloc, srun or scrontab can't be run\
 again from what it saved"
is "$(as_owner salloc --checkpoint=600 true 2>&1)" \
	"salloc: error: --checkpoint: $only" 'refused: salloc'
is "$(as_owner srun --checkpoint=600 true 2>&1)" \
	"srun: error: --checkpoint: $only" 'refused: srun'
as_owner srun --checkpoint=600 true 2>/dev/null
is $? 1 'with exit code 1'

# ---- no trace is left
is "$(scontrol -o show jobs)" 'No jobs in the system' 'no job was made'
is "$(submit -H job)" 1 'the next job is the first'
as_owner scancel 1
nodes_idle
done_testing
