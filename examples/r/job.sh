#!/bin/bash
#
# R: self-avoiding walks; walk.R saves and resumes.
#
# R dies of SIGTERM.  At SIGUSR1 and SIGUSR2 it saves all variables in the file
# .RData at any moment, even in the middle of a statement.  A run that goes on
# from there gets a wrong result: never use them with --checkpoint-signal.  So
# the hook makes a file, and the script looks for that file where its state is
# consistent.
#
#SBATCH --job-name=walks
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --checkpoint-hook='touch STOP'
#SBATCH --output=walks-%j.out

rm -f STOP # left by the run before
Rscript --vanilla walk.R "${1:-50000}"
