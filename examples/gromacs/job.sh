#!/bin/bash
#
# GROMACS: liquid argon.  mdrun itself catches SIGTERM, writes md.cpt at the
# next neighbour search and ends with exit code 1.  -cpi goes on from md.cpt; it
# does no harm in the first run, which has none.  With -reprod the trajectory is
# the same to the last bit, however often it is stopped.
#
# --checkpoint-files takes md.cpt into the store as well, which verifies it and
# keeps two of them.  md.log, md.edr and md.xtc must stay where they are: mdrun
# appends to them.  An energy minimisation (integrator = steep) doesn't catch
# the signal, and writes no .cpt.
#
#SBATCH --job-name=argon
#SBATCH --cpus-per-task=1
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --checkpoint-files=md.cpt
#SBATCH --output=argon-%j.out

if [ ! -s md.tpr ]; then
	gmx genconf -f argon.gro -nbox 9 -o box.gro &&
		gmx grompp -f md.mdp -c box.gro -p topol.top -o new.tpr &&
		mv new.tpr md.tpr || exit 1
fi
gmx mdrun -s md.tpr -deffnm md -cpi md.cpt -reprod \
	-ntmpi 1 -ntomp "${SLURM_CPUS_PER_TASK:-1}"
