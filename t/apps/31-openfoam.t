#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# OpenFOAM, which catches SIGTERM if its settings say so.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs icoFoam blockMesh

worked()
{
	said '^Time = '
}

app_start openfoam
app_edit 's/^endTime .*/endTime 1;/' system/controlDict
# shellcheck disable=SC2119 # it has no arguments
app_alone
app_submit job.sh
app_stop scancel
app_stop requeue
app_completes
for field in U p phi; do
	app_same 1/$field
done
is "$(grep -c '^Time = ' job.out)" 1000 'each step was computed once'
like "$(our_lines)" '^[^ ]* scheckpoint: SIGTERM to icoFoam' 'the solver got the signal'
nodes_idle
done_testing
