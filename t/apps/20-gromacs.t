#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# GROMACS, which catches SIGTERM and has a state file of its own.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs gmx

# It writes its files in blocks: a file that grew shows that it has gone on.
worked()
{
	said '^starting mdrun' && app_grew md.edr
}

app_start gromacs
app_edit 's/^nsteps .*/nsteps = 200000/' md.mdp
# shellcheck disable=SC2119 # it has no arguments
app_alone
app_submit --time=1 --checkpoint=50 job.sh
app_stop scancel
app_stop limit
app_completes
for file in md.gro md.edr md.xtc; do
	app_same $file
done
like "$(our_lines)" '^[^ ]* scheckpoint: SIGTERM to gmx' 'mdrun got the signal'
unlike "$(our_lines)" 'was asked by the hook|nobody|heard' 'and caught it'
ok 'its state file is in the store as well' \
	test -s "$(app_newest)/md.cpt"
nodes_idle
done_testing
