#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Open MPI under mpirun and under srun, on two nodes.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs mpirun
/usr/bin/python3 -c 'import mpi4py' 2>/dev/null ||
	skip_all 'no mpi4py here; as root: scripts/deps apps'

worked()
{
	said '^step [0-9]+ of'
}

# Both nodes are on one machine: Open MPI would use shared memory between the
# ranks of both, and Slurm's PMIx one directory for both.
export OMPI_MCA_btl=self,tcp
mkdir -m 755 "$SCRATCH/tmp" "$SCRATCH/tmp/n1" "$SCRATCH/tmp/n2"
chmod 1777 "$SCRATCH/tmp"/*
export PATH=/usr/bin:$PATH # its python3 has mpi4py
app_start mpi --nodes 2 --conf "TmpFS=$SCRATCH/tmp/%n"
steps=2000
app_alone $steps

for script in job.sh job-srun.sh; do
	app=$script app_run=0
	rm -f rod.txt
	app_submit --ntasks-per-node=1 $script $steps
	app_stop scancel
	app_stop requeue
	app_completes
	app_same rod.txt
	is "$(grep -c '^saved after' job.out)" 2 "$app: saved twice"
	unlike "$(cat job.out)" 'ORTE has lost|Segmentation' \
		"$app: and no launcher got the signal"
	our_lines | grep -E 'SIGTERM|srun' | sed 's/^/# /'
	rm -f job.out
done
nodes_idle
done_testing
