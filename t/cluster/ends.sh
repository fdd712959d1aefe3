# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# What the tests of a run's end share (sourced after lib.sh): many jobs at a
# time on few nodes, how a job ended, and a script in the place of a helper.

# Jobs share cores in the partition "many", so that all jobs of a test run at
# once.
MANY='PartitionName=many Nodes=ALL OverSubscribe=FORCE:16 MaxTime=UNLIMITED'
MANY="$MANY DefaultTime=10 PriorityTier=5 State=UP"

# start NAME ARGUMENT...: submits options and script to "many"; NAME is the
# job's name, NAME.out its output
start()
{
	local name=$1

	shift
	submit --partition=many "--job-name=$name" "--output=$name.out" "$@"
}

# runs NAME [COUNT]: it has counted so far
runs()
{
	wait_for 60 "$1 to run" has_line "$1.out" "^count ${2:-5}\$"
}

# counted NAME N TEXT: it completes, and has counted each number to N once
counted()
{
	wait_job "${BOUND:-90}" "${id[$1]}" COMPLETED
	ok "$3" cmp <(sed -n 's/^count //p' "$1.out") <(seq "$2")
}

# release NAME: a test that its owner does
release()
{
	ok 'its owner releases it' as_owner scontrol release "${id[$1]}"
}

# ends ID STATE EXIT RESTARTS TEXT: tests how the job ended, as Slurm shows it
ends()
{
	local got

	wait_job "${BOUND:-60}" "$1" COMPLETED FAILED CANCELLED TIMEOUT \
		OUT_OF_MEMORY
	got="$(job_state "$1") $(job_field "$1" ExitCode) restarts"
	is "$got $(job_field "$1" Restarts)" "$2 $3 restarts $4" "$5"
}

# plan_of ID RUN KEY: prints a number of the plan that settle recorded
plan_of()
{
	local journal

	journal=$(printf '%s/checkpoint-%s/journal-%04d.jsonl' "$WORK" "$1" "$2")
	grep '"rec":"plan"' "$journal" | grep -o "\"$3\":[-0-9]*" | cut -d: -f2
}

# minutes D-HH:MM:SS: prints the minutes of a limit that Slurm shows
minutes()
{
	awk -v text="$1" 'BEGIN {
		n = split(text, part, /[-:]/)
		for (i = 1; i <= n; i++)
			s = s * (i == 2 && n == 4 ? 24 : 60) + part[i]
		print s / 60
	}'
}

# wrap_helpers DIR [HELPER]: puts the helpers into DIR, with the standard input
# as the script HELPER (settle unless it is given), which execs HELPER.real;
# users may read these, so that a test can trace them.  Settle begins with a
# foreign real group, of which the script gets rid first.
wrap_helpers()
{
	local helper name=${2:-settle}

	mkdir "$1" || return
	for helper in "$B"/libexec/*; do
		install -m 755 "$helper" "$1" || return
	done
	mv "$1/$name" "$1/$name.real"
	# shellcheck disable=SC2016 # for the script
	sed -e '1s,^#!/bin/[a-z]*$,& -p,' -e '1a\
[ "$(id -rg)" = "$(id -g)" ] || exec env -u PWD -u SHLVL -u OLDPWD setpriv "--rgid=$(id -g)" --keep-groups "$0"' \
		>"$1/$name" && chmod 755 "$1/$name"
}
