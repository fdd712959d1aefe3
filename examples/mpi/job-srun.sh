#!/bin/bash
#
# The same job as job.sh, but under srun: Slurm starts the ranks.
#
#SBATCH --job-name=rod
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --output=rod-%j.out

srun --mpi=pmix python3 rod.py "${1:-200000}" rod.txt
