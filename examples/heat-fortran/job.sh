#!/bin/bash
#
# The heat equation in Fortran.  It runs two minutes at a time: 40 s before the
# end of each run, heat gets SIGTERM, saves, and is queued again.
#
#SBATCH --job-name=heat-fortran
#SBATCH --time=2
#SBATCH --checkpoint=40
#SBATCH --output=heat-%j.out

# heat itself catches SIGTERM, saves and resumes: the job needs nothing else.
./heat plate.in field.txt
