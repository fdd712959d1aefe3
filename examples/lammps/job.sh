#!/bin/bash
#
# LAMMPS: a Lennard-Jones melt.  LAMMPS dies of any signal and saves nothing.
# So the hook makes a file, and a "fix halt" in in.melt looks for that file.
# LAMMPS then leaves its run command, writes state.rst and quits, and
# --checkpoint-files takes state.rst into the store.
#
# Two things to know of LAMMPS:
# - "restart N a b" and write_restart first empty the file that they write to,
#   and don't sync it.  A crash at that moment leaves nothing of it.  So in.melt
#   writes to another name and renames.
# - read_restart brings back nothing but the atoms.  Pair styles with tables,
#   fixes and variables must be set again.  So in.melt is one script for the
#   first run and the later ones.
#
#SBATCH --job-name=melt
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --checkpoint-hook='touch STOP'
#SBATCH --checkpoint-files=state.rst
#SBATCH --output=melt-%j.out

rm -f STOP # left by the run before
lmp -in in.melt -var steps "${1:-200000}"
