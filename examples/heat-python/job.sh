#!/bin/bash
#
# The heat equation in Python.  It runs two minutes at a time: 40 s before
# the end of each run, heat.py gets SIGTERM, saves, and is queued again.
#
#SBATCH --job-name=heat-python
#SBATCH --time=2
#SBATCH --checkpoint=40
#SBATCH --output=heat-%j.out

# heat.py itself catches SIGTERM, saves and resumes.  It needs the module
# ckptstate; make install puts that where Python finds it.
python3 heat.py plate.in field.txt
