#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# GNU Octave, which catches SIGTERM but saves in the middle of a statement: the
# hook requests it.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs octave-cli

worked()
{
	said '^step [0-9]+ of'
}

app_start octave
app_alone 100000
app_submit job.sh 100000
app_stop scancel
app_stop requeue
app_completes
app_same path.txt
like "$(our_lines)" '^[^ ]* scheckpoint: lorenz.m \(pid [0-9]+\) was asked by the hook' \
	'Octave was asked by the hook'
unlike "$(our_lines)" '^[^ ]* scheckpoint: SIG[A-Z0-9]+ to' 'and got no signal'
not_ok 'so it has not saved by itself' test -e octave-workspace
nodes_idle
done_testing
