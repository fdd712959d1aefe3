#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A Fortran program that saves in a file of its own, with Open MPI and MPICH,
# each under its launcher, and MPICH under srun; on two nodes.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs mpif90.openmpi mpif90.mpich

worked()
{
	said '^ *step +[0-9]+'
}

# As 30-mpi.t says
export OMPI_MCA_btl=self,tcp
mkdir -m 755 "$SCRATCH/tmp" "$SCRATCH/tmp/n1" "$SCRATCH/tmp/n2"
chmod 1777 "$SCRATCH/tmp"/*
app_start mpi-fortran --nodes 2 --conf "TmpFS=$SCRATCH/tmp/%n"

# Two ranks, as MPICH's poll: more ranks than processors would crawl.
export LAUNCH

# build MPI: builds the program in both directories
build()
{
	local dir

	for dir in alone job; do
		(cd "$WORK/$dir" && "mpif90.$1" -O2 -ffp-contract=off -o rod \
			rod.f90) || bail_out "$1: the program isn't built"
	done
}

# stopped_twice: under $LAUNCH
stopped_twice()
{
	app=$LAUNCH app_run=0
	rm -f job.out rod.txt rod.state
	app_submit --ntasks-per-node=1 job.sh $steps
	app_stop scancel
	app_stop requeue
	ok "$app: completes" wait_job 200 "$id" COMPLETED || app_fail
	app_same rod.txt
	is "$(grep -c '^ *saved after' job.out)" 2 "$app: saved twice"
	our_lines | grep -E 'SIGTERM|saved by itself' | sed 's/^/# /'
}

build openmpi
steps=5000
LAUNCH='mpirun.openmpi -n 2' app_alone $steps
LAUNCH=mpirun.openmpi
stopped_twice
build mpich
steps=50000
LAUNCH='mpirun.mpich -n 2' app_alone $steps
LAUNCH=mpirun.mpich
stopped_twice
LAUNCH='srun --mpi=pmi2'
stopped_twice
nodes_idle
done_testing
