#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What sbatch --checkpoint requests from slurmctld, and which settings the job
# carries to the node, for every way to give the options.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 1 --conf JobRequeue=0 --plugstack-arg grace=7m

script job <<'EOF'
#!/bin/bash
sleep 1
EOF

# hold ARGUMENT...: submits a job that does not run
hold()
{
	submit -H "$@"
}

limits() # ID
{
	echo "$(job_field "$1" Requeue) $(job_field "$1" TimeLimit)" \
		"$(job_field "$1" TimeMin)"
}

# From 25.05.3 on the first run has a minimum of 20 times the grace.
first=N/A
printf '25.05.3\n%s\n' "$(sbatch --version | cut -d' ' -f2)" | sort -C -V &&
	first=00:20:00

# ---- a plain job
id=$(hold --time=60 job)
is "$(limits "$id")" '0 01:00:00 N/A' 'a plain job is left as it is'
is "$(job_environment "$id" | grep -c -i checkpoint=)" 0 \
	'and carries no settings'

# ---- the usual
id=$(hold --time=60 --checkpoint=600 job)
is "$(limits "$id")" '1 01:00:00 N/A' \
	'it may be requeued, although the site says JobRequeue=0'
like "$(job_settings "$id")" "^v1,grace=10m,signal=TERM,target=auto,dir=checkpoint-%25j,keep=2,\
clean=never,exit=85,max-runs=1000,max-stalls=3,token=[0-9a-f]{32},limit=60\$" \
	'it carries its settings'
id=$(hold --job-name=nam --checkpoint=600 '--checkpoint-dir=/s/%u/%x-%j' job)
like "$(job_settings "$id")" ",dir=/s/$JOB_USER/nam-%25j," \
	'it has the names of user and job at submission'
one=$(job_settings "$(hold --time=60 --checkpoint=600 job)")
two=$(job_settings "$(hold --time=60 --checkpoint=600 job)")
[ "${one#*token=}" != "${two#*token=}" ]
tap $? 'two jobs have different tokens'

# ---- limits
is "$(limits "$(hold --time=60 --checkpoint=60 --checkpoint-total=100s job)")" \
	'1 00:03:00 N/A' 'a limit is lowered to total and grace, rounded up'
is "$(limits "$(hold --time=60 --checkpoint=60 --checkpoint-total=9h job)")" \
	"1 01:00:00 $first" 'and never raised'
id=$(hold --time=0 --checkpoint=60 --checkpoint-total=9h job)
is "$(limits "$id")" "1 09:01:00 $first" 'an unlimited one is lowered, too'
unlike "$(job_settings "$id")" limit= 'an unlimited job carries no limit'
id=$(hold --checkpoint=60 --checkpoint-total=9h job)
is "$(limits "$id")" '1 00:10:00 N/A' "without --time it is the partition's"
id=$(hold --time=60 --checkpoint=60 --checkpoint-total=100s job)
like "$(job_settings "$id")" ',limit=60$' \
	'it carries the limit that the user gave'

# ---- the shortest run
is "$(limits "$(hold --time=60 --checkpoint=60 job)")" "1 01:00:00 $first" \
	'the first run has a minimum where that costs nothing'
is "$(limits "$(hold --time=60 --checkpoint=60 --checkpoint-min=110s job)")" \
	'1 01:00:00 00:02:00' '--checkpoint-min becomes TimeMin, rounded up'
is "$(limits "$(hold --time=60 --checkpoint=60 --checkpoint-min=30m \
	--checkpoint-total=4m job)")" '1 00:05:00 00:05:00' \
	'but no longer than the limit'
is "$(limits "$(hold --time=60 --time-min=9 --checkpoint=60 \
	--checkpoint-min=30m job)")" '1 01:00:00 00:09:00' \
	"the user's own --time-min is kept"

# ---- arrays and het jobs
id=$(hold --checkpoint=60 --array=1-3 job)
like "$(job_settings "$id")" ',dir=checkpoint-%25A/%25a,' \
	'the tasks of an array have stores of their own'
id=$(hold --checkpoint=60 --time=20 -n1 : --time=30 -n1 job)
is "$(limits "$id")" '1 00:20:00 N/A' 'a het job: the first component'
is "$(limits "$((id + 1))")" '1 00:30:00 N/A' 'and the second'
like "$(job_settings "$id")" ',limit=20$' 'it carries the settings of the first'

# ---- warnings
said=$(hold --checkpoint=600 --time=19 job 2>&1 >/dev/null)
is "$said" "sbatch: warning: --checkpoint=10m: more than half of a run of 19m\
 is kept for saving; a longer --time or a shorter grace computes more" \
	'a limit of less than twice the grace: a warning'
is "$(hold --checkpoint=600 --time=20 job 2>&1 >/dev/null)" '' \
	'twice the grace: none'
is "$(hold --quiet --checkpoint=600 --time=19 job 2>&1 >/dev/null)" '' \
	'--quiet: none'
is "$(hold --checkpoint=60 --signal=B:USR1@200 --open-mode=truncate \
	--requeue --time=20 job 2>&1 >/dev/null)" '' \
	"the user's own --signal, --open-mode and --requeue are accepted"

id=$(hold --checkpoint=60 --signal=R:TERM@200 job 2>&1)
like "$id" '^[0-9]+$' '--signal=R: with our own signal is taken'

# ---- what can't work and wasn't typed is left off
# warned WARNING GRACE ARGUMENT...: sbatch says so, and the job has that grace
warned()
{
	local warning=$1 grace=$2 id

	shift 2
	id=$(hold "$@" 2>said)
	is "$(job_settings "$id" | sed 's/^v1,grace=\([^,]*\),.*/\1/')" \
		"$grace" "the job is made: ${warning:0:40}"
	is "$(cat said)" "sbatch: warning: $warning" "warned: ${warning:0:60}"
}
off='SBATCH_CHECKPOINT is left off, and the job goes without checkpointing:'
bare='a bare number is seconds and at most 86400; name a unit, such as 25h'
requeues='--no-requeue: --checkpoint requeues the job; leave one of them out'
SBATCH_CHECKPOINT=90000 warned \
	"SBATCH_CHECKPOINT=90000: $bare; it is left off" '' job
SBATCH_CHECKPOINT=10m warned "$off $requeues" '' --no-requeue job
SBATCH_CHECKPOINT=10m SBATCH_NO_REQUEUE=1 warned "$off $requeues" '' job
SBATCH_CHECKPOINT=1s warned "$off --checkpoint=1s: this site wants at least 5s" \
	'' job
SBATCH_CHECKPOINT=10m warned "$off --checkpoint=10m: with --time of 5m no time\
 is left to compute; ask for a longer --time or a shorter grace" '' \
	--time=5 job
SBATCH_CHECKPOINT=10m warned "$off --signal=B:TERM@9: --checkpoint sends\
 SIGTERM itself; leave --signal out, or name another signal with one of them" \
	'' --signal=B:TERM@9 job
SBATCH_NO_REQUEUE=1 warned \
	'SBATCH_NO_REQUEUE is left off: --checkpoint requeues the job' 2m \
	--checkpoint=2m job
SBATCH_SIGNAL=B:TERM@9 warned \
	'SBATCH_SIGNAL is left off: --checkpoint sends SIGTERM itself' 2m \
	--checkpoint=2m job
SBATCH_CHECKPOINT_KEEP=1 warned "SBATCH_CHECKPOINT_KEEP=1: must be a whole\
 number from 2 to 1000; it is left off" 2m --checkpoint=2m job
SBATCH_CHECKPOINT_MIN=1m warned "SBATCH_CHECKPOINT_MIN is left off:\
 --checkpoint-min=1m: must be longer than the grace of 2m, or a run\
 would only save" 2m --checkpoint=2m job
SBATCH_CHECKPOINT_DIR=a/%A warned "SBATCH_CHECKPOINT_DIR is left off:\
 --checkpoint-dir=a/%A: the tasks of an array would share it; put %a or %j into\
 it" 2m --checkpoint=2m --array=1 job
id=$(SBATCH_NO_REQUEUE=1 hold --checkpoint=60 job 2>said)
is "$(job_field "$id" Requeue)" 1 'what is left off has no effect'

# ---- what works against it, where sbatch can see that
script leftover <<'EOF'
#!/bin/bash
#SBATCH --signal=B:USR1@50
trap 'kill $p; wait; exit 0' USR1
sleep 99 & p=$!
wait
EOF
script again <<'EOF'
#!/bin/bash
again()
{
	sbatch "$0"
}
trap again TERM
sleep 99
EOF
sed 's/sbatch .*/scontrol requeue 1/; s/TERM/USR1/' again >puts
chmod 755 puts
warned "--signal=B:USR1@50: a run that ends by the script's trap for USR1 counts\
 as finished, and isn't requeued: delete --signal and the trap, --checkpoint\
 asks the programs to save" 20s --checkpoint=20 --time=9 leftover
warned "./again: its trap for TERM calls sbatch, and --checkpoint requeues the\
 job itself; so the shell won't be sent SIGTERM: delete sbatch from the trap" \
	20s --checkpoint=20 --time=9 ./again
warned "again: its trap for TERM calls sbatch, and --checkpoint requeues the job\
 itself; both would make two jobs of one: delete sbatch from the trap" 20s \
	-n1 -J x --checkpoint 20 --checkpoint-signal=USR1 --time 9 again
warned "puts: its trap for USR1 calls scontrol requeue, which --checkpoint does\
 itself: delete it from the trap, and --signal, if it was for that" 20s \
	--checkpoint=20 puts
mkfifo fifo && { cat again >fifo & }
is "$(hold --checkpoint=20 fifo 2>&1 | sed 's/[0-9]*//')" '' \
	'a script from a FIFO is left to sbatch'
mine='the job would be held'
warned "--checkpoint-dir=/nowhere/%j: no directory can be made in /: Permission\
 denied; $mine" 20s --checkpoint=20 --checkpoint-dir=/nowhere/%j job
warned "--checkpoint-dir=/tmp/%j: it is on a file system of each node's own,\
 and a run on another node doesn't find it; name a directory that all nodes\
 share" 20s --checkpoint=20 --checkpoint-dir=/tmp/%j job
warned "--checkpoint-from=nowhere: No such file or directory; $mine" 20s \
	--checkpoint=20 --checkpoint-from=nowhere job
warned "--checkpoint-from=.: it is no store, which has a file store.json; $mine" \
	20s --checkpoint=20 --checkpoint-from=. job
is "$(hold --checkpoint=20 --checkpoint-from=later --dependency=afterany:1 job \
	2>&1 | sed 's/[0-9]*//')" '' 'a job before it may make that store'
warned "--chdir=/nowhere: No such file or directory; where a node hasn't got\
 it either, the job can't run there" 20s --checkpoint=20 --chdir=/nowhere job

# ---- which one counts: site, script, environment, command line
grace()
{
	job_settings "$(hold "$@")" | sed 's/^v1,grace=\([^,]*\),.*/\1/'
}
script lines <<'EOF'
#!/bin/bash
#SBATCH --checkpoint=11m --checkpoint-keep=5
EOF
is "$(grace --checkpoint=default job)" 7m "the site's grace is the default"
is "$(grace lines)" 11m 'a #SBATCH line turns it on'
is "$(SBATCH_CHECKPOINT=12m grace lines)" 12m 'the environment overrides it'
is "$(SBATCH_CHECKPOINT=12m grace --checkpoint 13m lines)" 13m \
	'the command line overrides the environment'
is "$(grace --checkpoint=13m --checkpoint=14m lines)" 14m 'the last one counts'
is "$(SBATCH_CHECKPOINT=12m grace job)" 12m 'the environment turns it on'
is "$(SBATCH_CHECKPOINT='' grace job)" '' 'an empty variable does not'
is "$(grace --checkpoint=off lines)" '' 'the command line can turn it off'
is "$(SBATCH_CHECKPOINT=off grace lines)" '' 'and so can the environment'
id=$(SBATCH_CHECKPOINT_TOTAL=2h SBATCH_CHECKPOINT_MIN=90s \
	SBATCH_CHECKPOINT_SIGNAL=USR1,USR2 SBATCH_CHECKPOINT_INTERVAL=15m \
	SBATCH_CHECKPOINT_HOOK='touch stop' SBATCH_CHECKPOINT_FILES='*.chk' \
	SBATCH_CHECKPOINT_DIR=d/%j \
	SBATCH_CHECKPOINT_FROM=/f SBATCH_CHECKPOINT_KEEP=4 \
	SBATCH_CHECKPOINT_CLEAN=success SBATCH_CHECKPOINT_EXIT=99 \
	SBATCH_CHECKPOINT_MAX_RUNS=9 SBATCH_CHECKPOINT_MAX_STALLS=0 \
	SBATCH_CHECKPOINT=1m hold job)
like "$(job_settings "$id")" "^v1,grace=1m,total=2h,min=90s,signal=USR1,target=auto,\
interval=15m,hook=touch%20stop,files=%2A.chk,dir=d/%25j,from=/f,keep=4,\
clean=success,exit=99,max-runs=9,max-stalls=0,signal2=USR2,token=" \
	'every option has its environment form'
id=$(SBATCH_CHECKPOINT_TOTAL=2h hold job)
is "$(job_settings "$id")" '' 'an option alone does not turn it on'
is "$(limits "$id")" '0 00:10:00 N/A' 'and changes nothing'

# ---- the settings travel, whatever --export says
for export in ALL NONE HOME ALL,X=1; do
	id=$(SBATCH_CHECKPOINT_KEEP=3 hold --checkpoint=60 \
		"--export=$export" job)
	like "$(job_settings "$id")" '^v1,grace=1m,.*keep=3' "--export=$export"
	is "$(job_environment "$id" | grep -c 'OPTION_checkpoint\|SBATCH_CHECKP')" \
		0 "--export=$export: a nested sbatch would find no option"
done
printf 'X=1\0HOME=/\0' >"$SCRATCH/export-file"
id=$(hold --checkpoint=60 --export-file="$SCRATCH/export-file" job)
like "$(job_settings "$id")" '^v1,grace=1m,' '--export-file'

# ---- variables of an outer job
outer="v1,grace=1m,dir=d,token=$(printf '0%.0s' {1..32})"
inherited=(env "SLURM_SPANK_CHECKPOINT=$outer"
	SLURM_SPANK__SLURM_SPANK_OPTION_checkpoint_checkpoint=60
	_SLURM_SPANK_OPTION_checkpoint_checkpoint=60)
id=$(as_owner "${inherited[@]}" sbatch --parsable -H job)
is "$(job_environment "$id" | grep -i checkpoint=)" '' \
	'settings of an outer job are not inherited without --checkpoint'
id=$(as_owner "${inherited[@]}" \
	sbatch --parsable -H --checkpoint=2m job)
like "$(job_settings "$id")" '^v1,grace=2m,signal' 'and are replaced with it'

# ---- we print nothing on standard output
like "$(hold --checkpoint=600 --time=19 job 2>/dev/null)" '^[0-9]+$' \
	'--parsable prints the id alone'
like "$(as_owner sbatch -H --checkpoint=60 job)" \
	'^Submitted batch job [0-9]+$' "without it sbatch prints its own line"
before=$(squeue -h | wc -l)
ok '--test-only tests' as_owner sbatch --test-only --checkpoint=60 job
is "$(squeue -h | wc -l)" "$before" 'and makes no job'
rows=$(sed -n 's/^\t\t\.name = "\(.*\)",/--\1=/p' "$TOP/requeue/settings/settings.c")
is "$(sbatch --help | grep -o -e '--checkpoint[-a-z]*=' | sort)" \
	"$(sort <<<"$rows")" 'sbatch --help has each option once'
as_owner scancel -u "$JOB_USER"
nodes_idle
done_testing
