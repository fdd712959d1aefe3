#!/bin/bash
#
# MPI under mpirun: heat in a rod; rod.py saves and resumes.  mpirun itself
# would end its ranks within 2 s of a SIGTERM, so it never gets one: the ranks
# do, all of them, each at its own step; they agree on when to stop.
#
#SBATCH --job-name=rod
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --output=rod-%j.out

mpirun python3 rod.py "${1:-200000}" rod.txt
