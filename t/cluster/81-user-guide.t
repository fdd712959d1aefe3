#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The scripts of doc/user-guide.md are stopped in two of their runs, and have the
# same result as uninterrupted ones.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"

guide_files "$TOP/doc/user-guide.md"
sed -i -e 's/9000000/6000000/' walk.sh array.sh
sed -i -e 's/400/60/' sweep.sh

# What sweep.sh runs
script one-case <<'END'
#!/bin/sh
sleep 0.1
echo "$(($1 * $1))"
END
for ((i = 1; i <= 60; i++)); do
	echo $((i * i))
done >squares.txt
chown -R "$JOB_USER" .

# has_begun OUT RUN: this run of the job has begun
has_begun()
{
	has_line "$1" "^[^ ]* scheckpoint: run $2 on "
}

# stop_twice ID OUT
stop_twice()
{
	local run

	for run in 0 1; do
		wait_for 60 "$2: run $run" has_begun "$2" "$run" &&
			sleep 1.5 && # of computing
			as_owner scancel -b -s TERM "$1" &&
			wait_for 30 "$2 to be requeued" restarted "$1" \
				$((run + 1)) || return
	done
}

# stopped_twice PID OUT: this stop_twice has succeeded
stopped_twice()
{
	wait "$1" || ! cat "$2"
}

plan 11
cluster_up --nodes 2

walk=$(submit --output=walk.out walk.sh)
sweep=$(submit --output=sweep.out sweep.sh)
array=$(submit --output=array-%a.out array.sh)
stop_twice "$walk" walk.out &
walk_stopper=$!
stop_twice "$sweep" sweep.out &
sweep_stopper=$!
stop_twice "${array}_1" array-1.out &
array_stopper=$!
mkdir alone
(cd alone && python3 ../walk.py 6000000 >../alone.out)

ok 'walk.sh is stopped twice' stopped_twice "$walk_stopper" walk.out
ok 'sweep.sh is stopped twice' stopped_twice "$sweep_stopper" sweep.out
ok 'one task of array.sh is stopped twice' stopped_twice "$array_stopper" \
	array-1.out
ok 'walk.sh completes' wait_job 120 "$walk" COMPLETED
ok 'sweep.sh completes' wait_job 60 "$sweep" COMPLETED
ok 'array.sh completes' wait_for 120 'the array' job_over "$array"
is "$(grep '^at the end' walk.out)" "$(cat alone.out)" \
	'walk.sh has the result of an uninterrupted run'
is "$(grep '^at the end' array-1.out)" "$(cat alone.out)" \
	'so has the stopped task of array.sh'
is "$(job_field "${array}_2" Restarts)" 0 'its other task was left alone'
ok 'sweep.sh has all results once' cmp results.txt squares.txt
nodes_idle 'every node is idle, none is drained'
