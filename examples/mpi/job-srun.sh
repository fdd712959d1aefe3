#!/bin/bash
#
# The same under srun, where Slurm starts the ranks; see job.sh.
#
#SBATCH --job-name=rod
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --output=rod-%j.out

srun --mpi=pmix python3 rod.py "${1:-200000}" rod.txt
