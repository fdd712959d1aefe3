#!/bin/bash
#
# Random walks in Python on several processors; walks.py saves and resumes.
# Only the main process gets the signal; it takes care of its workers.
#
#SBATCH --job-name=walks
#SBATCH --cpus-per-task=2
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --output=walks-%j.out

python3 walks.py "${1:-1000}" "${SLURM_CPUS_PER_TASK:-2}" passage.txt
