#!/bin/bash
#
# CP2K: solid argon.  CP2K dies of any signal and saves nothing.  But it looks
# about every 20 s for the file EXIT, which the hook makes, and then ends with
# exit code 0.  So the grace must be well over 20 s plus one step.
#
# CP2K doesn't write a last restart file at EXIT.  The store gets the restart
# file of the last multiple of EACH.  The steps since then are computed again,
# and stand twice in argon-1.ener and argon-pos-1.xyz, with the same numbers.
#
# CP2K renames the old restart file before it writes the new one: a run that is
# killed in between leaves none.  So each run begins from what is in the store.
#
#SBATCH --job-name=argon
#SBATCH --time=10
#SBATCH --checkpoint=2m
#SBATCH --checkpoint-hook='touch EXIT'
#SBATCH --checkpoint-files=argon-1.restart
#SBATCH --output=argon-%j.out

rm -f EXIT # left by the run before
resume=0
if [ -n "${SLURM_CHECKPOINT_RESTORE:-}" ]; then
	scheckpoint restore || exit 1
	resume=1
fi
export OMP_NUM_THREADS="${SLURM_CPUS_PER_TASK:-1}"
cp2k -E RST=$resume -i argon.inp
