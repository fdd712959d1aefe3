#!/bin/bash
#
# LAMMPS: a Lennard-Jones melt.  LAMMPS dies of any signal and saves nothing.
# So the hook makes a file, for which in.melt has a "fix halt"; LAMMPS then
# leaves its run command, writes state.rst and quits, and --checkpoint-files
# takes that into the store.
#
# What to know of LAMMPS: "restart N a b" and write_restart empty the file
# that they write to first and don't sync it, so a crash at that moment leaves
# nothing of it (in.melt writes to another name and renames); and after
# read_restart nothing but the atoms is as it was: pair styles with tables,
# fixes and variables are to be set again, which is why in.melt is one script
# for both beginnings.
#
#SBATCH --job-name=melt
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --checkpoint-hook='touch STOP'
#SBATCH --checkpoint-files=state.rst
#SBATCH --output=melt-%j.out

rm -f STOP # of the run before
lmp -in in.melt -var steps "${1:-200000}"
