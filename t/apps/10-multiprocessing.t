#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Python with worker processes, which inherit its handler.
# small
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs python3

worked()
{
	said '^batch [0-9]+ of'
}

app_start multiprocessing
app_alone 200
app_submit job.sh 200
app_stop scancel
app_stop requeue
app_completes
is "$(job_field "$id" Restarts)" 2 'in its third run'
app_same passage.txt
is "$(grep -c '^[^ ]* scheckpoint: SIGTERM to walks.py' job.out)" 2 \
	'the main process got the signal, its workers did not'
unlike "$(cat job.out)" 'Traceback|BrokenProcessPool' 'no worker failed'
nodes_idle
done_testing
