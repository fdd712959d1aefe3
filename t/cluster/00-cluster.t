#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The private cluster itself: it runs jobs, its daemons stop and start, two
# clusters run side by side, an ordinary user can have one, with accounting, and
# nothing is left when it is down.
# core
. "$(dirname "$0")/lib.sh"

# of_cluster DIR: lists the processes of that cluster
of_cluster()
{
	local proc

	for proc in /proc/[0-9]*; do
		if tr '\0' '\n' <"$proc/cmdline" | grep -q -F "$1/" ||
			tr '\0' '\n' <"$proc/environ" |
			grep -q -F "SLURM_CONF=$1/etc"; then
			ps -o pid=,args= -p "${proc#/proc/}"
		fi
	done 2>/dev/null | grep -v -e "^ *$$ " -e ' grep ' -e ' tr '
	return 0
}

has_controller()
{
	scontrol ping | grep -q 'is UP'
}

# cluster VERB DIR ...: scripts/cluster without SLURM_CONF, by which it would
# count as a process of the cluster
cluster()
{
	env -u SLURM_CONF "$TOP/scripts/cluster" "$@"
}

script plain.sh <<'END'
#!/bin/bash
id -un
echo ran on "$SLURMD_NODENAME"
END
script long.sh <<'END'
#!/bin/bash
setsid sleep 1000 &
sleep 1000
END

cluster_up --nodes 2 --preempt
conf=$SLURM_CONF
id=$(submit plain.sh)
ok 'a plain job completes' wait_job 60 "$id" COMPLETED
is "$(cat "slurm-$id.out")" "$JOB_USER
ran on n1" 'as its user, on a node'
is "$(job_field "$id" TimeLimit)" 00:10:00 'with the default limit'
is "$(sinfo -h -o %R | sort | paste -sd' ')" 'high low main' 'partitions'
not_ok 'a second cluster in the same directory is refused' \
	cluster up "$CLUSTER" --no-plugin

daemon stop slurmctld
not_ok 'slurmctld stops' has_controller
daemon start slurmctld
ok 'slurmctld starts' has_controller
is "$(job_state "$id")" COMPLETED 'and still knows the job'

long=$(submit long.sh)
wait_job 60 "$long" RUNNING
daemon stop n1
is "$(job_state "$long")" RUNNING 'a job outlives the stop of slurmd'
daemon start n1
daemon stop munged
not_ok 'nothing works without munged' submit plain.sh
daemon start munged
id=$(submit plain.sh)
ok 'and jobs run again with it' wait_job 60 "$id" COMPLETED

cluster up "$SCRATCH/second" --no-plugin
SLURM_CONF=$SCRATCH/second/etc/slurm.conf
id=$(submit plain.sh)
ok 'a job completes on a second cluster' wait_job 60 "$id" COMPLETED
nodes_idle
SLURM_CONF=$conf
is "$(job_state "$long")" RUNNING 'beside the job on the first one'
unset SLURM_CONF
ok 'the second one goes down' cluster down "$SCRATCH/second"
is "$(of_cluster "$SCRATCH/second")" '' 'and leaves no process'
export SLURM_CONF=$conf
ok 'the first one is still there' has_controller
daemon crash n1
is "$(of_cluster "$CLUSTER" | grep -c sleep)" 0 'a crashed node has no jobs'
daemon start n1
unset SLURM_CONF
[ "$tap_failed" -eq 0 ] || cp -r "$CLUSTER/log" "$SCRATCH"
ok 'it goes down' cluster down "$CLUSTER" --remove
is "$(of_cluster "$CLUSTER")" '' 'and leaves no process'
not_ok 'nor a directory' test -e "$CLUSTER"

# An ordinary user may not be able to read the checkout: what is needed is
# copied.
mkdir "$WORK/build" "$WORK/scripts"
cp "$TOP/scripts/cluster" "$WORK/scripts"
cp -r "$B/spank_checkpoint.so" "$B/libexec" "$WORK/build"
ok "$JOB_USER can have a cluster, with accounting" as_owner \
	"$WORK/scripts/cluster" up "$WORK/own" --nodes 2 --accounting
export SLURM_CONF=$WORK/own/etc/slurm.conf
id=$(submit --checkpoint=20 --time=2 plain.sh)
ok 'a checkpointed job completes on it' wait_job 60 "$id" COMPLETED
booked()
{
	[ "$(sacct -n -X -P -j "$id" -o State,Account)" = 'COMPLETED|main' ]
}
wait_for 20 'the accounting' booked
ok 'and accounting has it' booked
nodes_idle
ok 'it goes down' as_owner env -u SLURM_CONF \
	"$WORK/scripts/cluster" down "$WORK/own"
unset SLURM_CONF
is "$(of_cluster "$WORK/own")" '' 'and leaves no process'
done_testing
