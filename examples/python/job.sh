#!/bin/bash
#
# A walk through the Ising model in Python; ising.py saves and resumes.
#
#SBATCH --job-name=ising
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --output=ising-%j.out

python3 ising.py "${1:-20000}" magnetization.txt
