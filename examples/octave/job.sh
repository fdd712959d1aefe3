#!/bin/bash
#
# GNU Octave: a path on the Lorenz attractor; lorenz.m saves and resumes.
#
# Octave has a handler for SIGTERM, which saves all variables in the file
# octave-workspace wherever the script may be at that moment, half-way through
# a step, too.  A script can't have one of its own.  So the hook makes a file,
# for which the script looks at the end of a step.  The signal must not come
# as well: --checkpoint-signal names one that Octave doesn't catch, and which
# is therefore not sent.
#
#SBATCH --job-name=lorenz
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --checkpoint-hook='touch STOP'
#SBATCH --checkpoint-signal=PWR
#SBATCH --output=lorenz-%j.out

rm -f STOP # of the run before
octave-cli -q --no-init-file lorenz.m "${1:-2000000}"
