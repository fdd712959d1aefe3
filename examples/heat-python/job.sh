#!/bin/bash
#
# The heat equation in Python.  sbatch runs it in two-minute pieces: 40 s
# before the end of each, heat.py hears SIGTERM, saves, and is queued again.
#
#SBATCH --job-name=heat-python
#SBATCH --time=2
#SBATCH --checkpoint=40
#SBATCH --output=heat-%j.out

# heat.py itself catches SIGTERM, saves and resumes.  It needs ckptstate.py,
# which make install puts where Python finds it.
python3 heat.py plate.in field.txt
