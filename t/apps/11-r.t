#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# R, which must not get the signals that it catches: the hook requests it.
# small
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs Rscript

worked()
{
	said '^walk [0-9]+ of'
}

app_start r
app_alone 3000
app_submit job.sh 3000
app_stop scancel
app_stop requeue
app_completes
app_same lengths.txt
like "$(our_lines)" '^scheckpoint: [^ ]+ \(pid [0-9]+\) was asked by the hook' \
	'R was asked by the hook'
unlike "$(our_lines)" '^scheckpoint: SIG[A-Z0-9]+ to' 'and got no signal'
nodes_idle
done_testing
