#!/bin/bash
#
# The heat equation on a plate.  sbatch runs it in two-minute pieces: 40 s
# before the end of each, heat hears SIGTERM, saves, and is queued again.
#
#SBATCH --job-name=heat
#SBATCH --time=2
#SBATCH --checkpoint=40
#SBATCH --output=heat-%j.out

# heat itself catches SIGTERM, saves and resumes: nothing else is needed.
./heat plate.in field.txt
