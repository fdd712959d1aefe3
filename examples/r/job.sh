#!/bin/bash
#
# R: self-avoiding walks; walk.R saves and resumes.
#
# R dies of SIGTERM.  At SIGUSR1 and SIGUSR2 it saves all variables in the
# file .RData wherever the script may be at that moment, half-way through a
# statement, too, and a run that goes on from there gets a wrong result; never
# use them with --checkpoint-signal.  So the hook makes a file, for which the
# script looks where its state is consistent.
#
#SBATCH --job-name=walks
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --checkpoint-hook='touch STOP'
#SBATCH --output=walks-%j.out

rm -f STOP # of the run before
Rscript --vanilla walk.R "${1:-50000}"
