#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Jobs with --checkpoint that just run, for every way to submit one.  sbatch,
# srun and salloc inside of them do not inherit it.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 2

# Variables that no job may find in its environment; plain: nor a plain job.
traces='SPANK_OPTION_checkpoint|SLURM_SPANK_CHECKPOINT|SBATCH_CHECKPOINT'
plain="$traces|SLURM_CHECKPOINT_"

script job <<'EOF'
#!/bin/bash
env | sort
exit "${1:-0}"
EOF

# ran ARGUMENT...: sbatch --wait, which returns the job's exit code
ran()
{
	rm -f "$WORK/out"
	submit --wait --output=out "$@" >id 2>said
}

out()
{
	cat "$WORK/out"
}
chmod 777 .

# ---- forms
ran --checkpoint=60 job
is $? 0 '--wait: success'
like "$(out)" '^SLURM_CHECKPOINT_GRACE=60$' 'the job knows its grace'
unlike "$(out)" "$traces" 'and finds no other variable of ours'
is "$(cat said)" '' 'sbatch says nothing'
ran --checkpoint=60 job 3
is $? 3 "--wait: the job's own exit code"
is "$(job_state "$(cat id)")" FAILED 'it has failed, and is not run again'
ran --checkpoint=60 <job
is $? 0 'a script from standard input'
ran --checkpoint=60 --wrap 'echo wrapped; exit 4'
is $? 4 '--wrap'
like "$(out)" '^wrapped$' 'runs the command'
for export in NONE HOME; do
	ran --checkpoint=60 --export="$export" job
	like "$(out)" '^SLURM_CHECKPOINT_GRACE=60$' "--export=$export"
	unlike "$(out)" "$traces" "--export=$export: no traces"
done
SBATCH_CHECKPOINT=61 SBATCH_CHECKPOINT_KEEP=4 ran job
like "$(out)" '^SLURM_CHECKPOINT_GRACE=61$' 'environment forms'
unlike "$(out)" "$traces" 'the job does not see them'

id=$(submit --hold --checkpoint=60 --output=out job)
is "$(job_state "$id")" PENDING '--hold'
as_owner scontrol release "$id"
wait_job 30 "$id" COMPLETED
is "$(job_state "$id")" COMPLETED 'and released, it runs'

echo before >"$WORK/out" && chmod 666 "$WORK/out"
submit --wait --output=out --checkpoint=60 job >id 2>&1
is "$(head -n 1 "$WORK/out")" before "an output file is appended to"
submit --wait --output=out --checkpoint=60 --open-mode=truncate job >id 2>&1
is "$(grep -c -x before "$WORK/out")" 0 'unless the user says truncate'

submit --wait --array=1-3 --checkpoint=60 --output=out.%a job >id
is "$(cat out.1 out.2 out.3 | grep '^SLURM_CHECKPOINT_DIR=' | sort)" "$(
	for i in 1 2 3; do
		echo "SLURM_CHECKPOINT_DIR=$WORK/checkpoint-$(cat id)/$i"
	done)" 'each task of an array has its store'

# ---- inside of a checkpointed job
script outer <<EOF
#!/bin/bash
sbatch --wait --output=inner.out job
srun -n1 env >step.out 2>step.err
# as in a later run
export SLURM_CHECKPOINT_RESTORE=/outer SLURM_CHECKPOINT_CAUSE=limit
export SLURM_CHECKPOINT_DEADLINE=1
sbatch --wait --output=own.out --checkpoint=62 job
sbatch --wait --output=none.out --checkpoint=62 --export=NONE job
sbatch --wait --output=named.out --checkpoint=62 \
	--export=ALL,SLURM_CHECKPOINT_RESTORE=/outer job
sbatch --wait --output=plain-none.out --export=NONE job
EOF
SBATCH_CHECKPOINT=63 ran outer
is $? 0 'a job that submits jobs completes'
is "$(grep -E "$plain" inner.out plain-none.out)" '' \
	'a nested sbatch inherits no option, and nothing of the outer run'
unlike "$(cat inner.out)" 'scheckpoint:' 'and its job is a plain one'
like "$(cat own.out)" '^SLURM_CHECKPOINT_GRACE=62$' \
	'unless sbatch has the option itself'
is "$(cat own.out none.out named.out |
	grep -c '^SLURM_CHECKPOINT_DIR=.*/checkpoint-[0-9]*$')" 3 \
	'and then each job has its own store'
is "$(grep -h -E '^SLURM_CHECKPOINT_(RESTORE|CAUSE|DEADLINE=1$)' \
	own.out none.out named.out)" '' \
	'and nothing of the outer run, with --export=NONE neither'
like "$(cat step.out)" '^SLURM_CHECKPOINT_DIR=' \
	'the tasks of srun belong to the outer run'
unlike "$(cat step.out)" "$traces" 'srun finds no option'
is "$(cat step.err)" '' 'and is silent'

# ---- inside of salloc, and without any of it
said=$(SBATCH_CHECKPOINT=64 as_owner salloc -Q -n1 \
	bash -c 'srun -n1 env; SBATCH_CHECKPOINT= sbatch --wait -o in.out job')
unlike "$said" "SPANK_OPTION_checkpoint|SLURM_SPANK_CHECKPOINT|^SLURM_CHECKP" \
	'SBATCH_CHECKPOINT means nothing to salloc and srun'
unlike "$(cat in.out)" "($plain)[A-Z_]*=.+" \
	'nor to a job that is submitted without it'
ran job
unlike "$(out)" "$plain" 'a plain job finds none of our variables'

wait_for 30 'all jobs to end' job_over "$(cat id)"
nodes_idle
done_testing
