#!/bin/bash
#
# Quantum ESPRESSO: molecular dynamics of H2.  pw.x dies of any signal and
# saves nothing.  But it looks in every iteration for the file PREFIX.EXIT,
# which the hook makes.  It then writes its state below outdir and ends with
# exit code 2.
#
# pw.x writes that directory in place and doesn't sync it: a run that is killed
# may leave a mixture.  So each run begins from what is in the store.
#
#SBATCH --job-name=h2
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --checkpoint-hook='touch h2.EXIT'
#SBATCH --checkpoint-files=out/
#SBATCH --output=h2-%j.out

rm -f h2.EXIT # left by the run before
rm -rf out
if [ -n "${SLURM_CHECKPOINT_RESTORE:-}" ]; then
	scheckpoint restore || exit 1
fi
[ -s H.UPF ] || { awk -f hydrogen.awk >new.UPF && mv new.UPF H.UPF; } || exit 1
export OMP_NUM_THREADS="${SLURM_CPUS_PER_TASK:-1}"
pw.x -i h2.in
