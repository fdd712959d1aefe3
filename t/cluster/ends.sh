# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of a run's end share (sourced after lib.sh): many jobs at a
# time on few nodes, scripts that do one thing, and a settle that waits.

# Jobs share cores in the partition "many", so that all of a test's run at once.
MANY='PartitionName=many Nodes=ALL OverSubscribe=FORCE:16 MaxTime=UNLIMITED'
MANY="$MANY DefaultTime=10 PriorityTier=5 State=UP"

# start NAME ARGUMENT...: submit to "many", output in NAME.out; the options
# stand before the script, which is NAME unless it is named
start()
{
	local name=$1

	shift
	submit --partition=many "--job-name=$name" "--output=$name.out" "$@"
}

has_line() # FILE EXTENDED-REGEX
{
	grep -q -E -e "$2" "$1"
}

restarted() # ID COUNT
{
	[ "$(job_field "$1" Restarts)" -ge "$2" ]
}

# held ID: pending, and by a hold
is_held()
{
	[ "$(job_state "$1")" = PENDING ] &&
		[ "$(job_field "$1" Priority)" = 0 ]
}

# wait_held SECONDS ID
wait_held()
{
	wait_for "$1" "job $2 to be held" is_held "$2" && return
	diag "job $2 is $(job_state "$2"), reason $(job_field "$2" Reason)"
	return 1
}

# ends ID STATE EXIT RESTARTS TEXT: how the job ended, in Slurm's view
ends()
{
	local got

	wait_job "${BOUND:-60}" "$1" COMPLETED FAILED CANCELLED TIMEOUT \
		OUT_OF_MEMORY
	got="$(job_state "$1") $(job_field "$1" ExitCode) restarts"
	is "$got $(job_field "$1" Restarts)" "$2 $3 restarts $4" "$5"
}

# plan_of ID RUN KEY: a number of the plan that settle recorded
plan_of()
{
	local journal

	journal=$(printf '%s/checkpoint-%s/journal-%04d.jsonl' "$WORK" "$1" "$2")
	grep '"rec":"plan"' "$journal" | grep -o "\"$3\":[-0-9]*" | cut -d: -f2
}

# minutes D-HH:MM:SS: of Slurm's spelling of a limit
minutes()
{
	awk -v text="$1" 'BEGIN {
		n = split(text, part, /[-:]/)
		for (i = 1; i <= n; i++)
			s = s * (i == 2 && n == 4 ? 24 : 60) + part[i]
		print s / 60
	}'
}

# Helpers of which "settle" is a script of ours, which execs settle.real:
# settle is what each test on such a cluster writes to the standard input.
# The real one is readable here, so that it can be traced.
wrap_helpers() # DIR
{
	local helper

	mkdir "$1" || return
	for helper in "$B"/libexec/*; do
		install -m 755 "$helper" "$1" || return
	done
	mv "$1/settle" "$1/settle.real"
	cat >"$1/settle" && chmod 755 "$1/settle"
}
