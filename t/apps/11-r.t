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
like "$(our_lines)" '^[^ ]* scheckpoint: [^ ]+ \(pid [0-9]+\) was asked by the hook' \
	'R was asked by the hook'
unlike "$(our_lines)" '^[^ ]* scheckpoint: SIG[A-Z0-9]+ to' 'and got no signal'

# The guide's way for R
mkdir "$WORK/guide" && cd "$WORK/guide" || exit 1
guide_files "$TOP/doc/user-guide.md"
sed -i -e 's/9000000/2000000/' walk-r.sh
chown "$JOB_USER" .
id=$(submit --output=job.out walk-r.sh)
ok "the guide's job computes" wait_for 60 'its run' \
	grep -q '^[^ ]* scheckpoint: run 0 on ' job.out
sleep 1.5 # of computing
ok 'it is requested to save' as_owner scancel -b -s TERM "$id"
ok 'it is run again' wait_for 60 'the requeue' restarted "$id" 1
ok 'it completes' wait_job 120 "$id" COMPLETED
is "$(grep '^at the end' job.out)" \
	"$(Rscript --vanilla walk.R 2000000 2>/dev/null)" \
	'with the result of an uninterrupted run'
nodes_idle
done_testing
