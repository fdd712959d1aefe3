#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# LAMMPS, which catches no signal but looks for a file.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs lmp

worked()
{
	said '^ +[0-9]+000 '
}

app_start lammps
app_alone 12000
app_submit --time=5 --checkpoint=45 job.sh 12000
app_stop requeue
app_stop scancel
app_completes
app_same final.data
like "$(our_lines)" '^[^ ]* scheckpoint: lmp \(pid [0-9]+\) was asked by the hook' \
	'LAMMPS was asked by the hook'
unlike "$(our_lines)" '^[^ ]* scheckpoint: SIGTERM to' 'and got no signal'
ok 'its restart file is in the store' test -s "$(app_newest)/state.rst"
nodes_idle
done_testing
