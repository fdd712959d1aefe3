#!/bin/bash
#
# GNU Octave: a path on the Lorenz attractor; lorenz.m saves and resumes.
#
# Octave has a handler for SIGTERM.  It saves all variables in the file
# octave-workspace at any moment, even in the middle of a step, and a script
# can't have a handler of its own.  So the hook makes a file, and the script
# looks for that file at the end of a step.  Octave must not get the signal as
# well: --checkpoint-signal names one that Octave doesn't catch, and that is
# therefore not sent.
#
#SBATCH --job-name=lorenz
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --checkpoint-hook='touch STOP'
#SBATCH --checkpoint-signal=PWR
#SBATCH --output=lorenz-%j.out

rm -f STOP # left by the run before
octave-cli -q --no-init-file lorenz.m "${1:-2000000}"
