#!/bin/bash
#
# MPI in Fortran: heat in a rod; rod saves in a file of its own, and resumes from
# it.  Build it with
#
#	mpif90 -O2 -o rod rod.f90
#
#SBATCH --job-name=rod
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --output=rod-%j.out

${LAUNCH:-mpirun} ./rod "${1:-2000000}" rod.txt && [ -e rod.txt ] &&
	scheckpoint done
