# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Functions that measure what the plugin costs (sourced after lib.sh and
# cluster_up, as root).  Tests compare the figures with bounds, benchmarks print
# them.

cost_plugstack=$CLUSTER/etc/plugstack.conf
cost_line=$(cat "$cost_plugstack")

with_plugin()
{
	echo "$cost_line" >"$cost_plugstack"
}

without_plugin()
{
	: >"$cost_plugstack"
}

# least COMMAND...: runs it five times and prints the lowest of its numbers
least()
{
	for _ in 1 2 3 4 5; do
		"$@"
	done | sort -n | head -n 1
}

cost_job()
{
	script "$1" <<-'END'
	#!/bin/bash
	echo "$$" >"$SLURM_JOB_NAME.ran"
	END
}

# run_plain NAME: submits a plain job and waits until slurmd has cleaned up
# after it, without a query to slurmctld
run_plain()
{
	rm -f "$1.ran"
	submit "--job-name=$1" --output=/dev/null "$1" >/dev/null
	wait_for 60 "the end of job $1" plain_is_over "$1"
}

plain_is_over()
{
	[ -s "$1.ran" ] && ! compgen -G "$CLUSTER/spool/n1/n1_*"
}

# calls_of_sbatch: prints the number of system calls of sbatch for a plain job
calls_of_sbatch()
{
	local trace=$SCRATCH/sbatch.trace

	strace -f -o "$trace" setpriv "--reuid=$JOB_USER" sbatch -H \
		--output=/dev/null plain >/dev/null
	grep -v -c -e '+++' -e '---' -e 'resumed>' "$trace"
}

# is_traced PID: strace has attached to each of its threads: any may launch
is_traced()
{
	! grep -L 'TracerPid:	[1-9]' "/proc/$1/task"/*/status | grep -q .
}

# calls_of_launch: prints the number of system calls that launch a plain job, up
# to its script
calls_of_launch()
{
	local trace=$SCRATCH/launch.trace slurmd strace

	slurmd=$(cat "$CLUSTER/run/n1.pid")
	rm -f "$trace"
	strace -f -q -y -o "$trace" -p "$slurmd" 2>/dev/null &
	strace=$!
	wait_for 10 'strace' is_traced "$slurmd" && run_plain plain
	kill "$strace"
	wait "$strace" 2>/dev/null
	awk -f "$TOP/t/cluster/launch-calls.awk" "$trace" "$trace"
}

# kilobytes PID FIELD...: prints the sum of these lines of its smaps_rollup
kilobytes()
{
	local pid=$1

	shift
	awk -v fields=" $* " '
		index(fields, " " substr($1, 1, length($1) - 1) " ") {
			sum += $2
		}
		END { print sum + 0 }' "/proc/$pid/smaps_rollup"
}

# rpcs: prints slurmctld's counts of calls since the last sdiag --reset, without
# those of sdiag and of slurmd, which may report an epilog in another message
rpcs()
{
	sdiag | awk '
		/statistics by message type/ { on = 1; next }
		/^$/ { on = 0 }
		on && $1 !~ /STATS_INFO|REGISTRATION|EPILOG_COMPLETE/ &&
			match($0, /count:[0-9]+/) {
			print $1, substr($0, RSTART + 6, RLENGTH - 6)
		}' | sort
}

# calls_of_user: prints how often $JOB_USER has called slurmctld since the last
# sdiag --reset
calls_of_user()
{
	sdiag | awk -v user="$JOB_USER" '
		/statistics by user/ { on = 1 }
		on && $1 == user && match($0, /count:[0-9]+/) {
			count = substr($0, RSTART + 6, RLENGTH - 6)
		}
		END { print count + 0 }'
}
