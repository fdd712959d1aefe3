#!/bin/bash
#
# MPI under mpirun: heat in a rod; rod.py saves and resumes.  mpirun ends its
# ranks within 2 s when it gets SIGTERM.  So the plugin never signals mpirun,
# but all the ranks.  The signal reaches each rank at its own step, and the
# ranks agree on when to stop.
#
#SBATCH --job-name=rod
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --output=rod-%j.out

mpirun python3 rod.py "${1:-200000}" rod.txt
