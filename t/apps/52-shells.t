#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Job scripts in other shells and languages than bash: their program gets the
# signal and saves, the next command isn't started, and the next run goes on.
# Where the script itself catches the signal, it is run to its end.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"

plain='dash ksh93 mksh zsh fish csh tcsh perl python3'
catching='dash ksh93 mksh zsh fish'
# shellcheck disable=SC2086 # a list
needs $plain
declare -A id stopping catch call
export PATH=/usr/bin:$PATH # its python3 can be executed by all

# How each says that it catches the signal, and starts a program
for shell in $plain; do
	catch[$shell]='trap : TERM'
	call[$shell]='%s'
done
catch[fish]='trap true TERM'
call[perl]='system("%s");'
call[python3]='import os; os.system("%s")'

# job NAME SHELL FIRST-LINE: writes its job script
job()
{
	local way=${call[$2]}

	mkdir "$1"
	cp walk.py "$1"
	{
		echo "#!$(command -v "$2")"
		echo "#SBATCH --time=10 --checkpoint=1m --output=out"
		[ -z "$3" ] || echo "$3"
		# shellcheck disable=SC2059 # the formats above
		printf "$way\n" 'python3 walk.py 15000000 >result' \
			'echo after >>after'
	} >"$1/job"
	chown -R "$JOB_USER" "$1"
}

stop() # NAME
{
	wait_for 100 "$1 to begin" has_line "$1/out" 'scheckpoint: run 0 on ' &&
		sleep 2 && # of computing
		as_owner scancel -b -s TERM "${id[$1]}" &&
		wait_for 60 "$1 to be requeued" restarted "${id[$1]}" 1
}

# stopped NAME: its stop, in the background, has succeeded
stopped()
{
	wait "${stopping[$1]}" && return
	cat "$1.log" "$1/out"
	return 1
}

cluster_up --nodes 4
guide_files "$TOP/doc/user-guide.md"
python3 walk.py 15000000 >alone
for shell in $plain; do
	job "$shell" "$shell" ''
done
trapping=
for shell in $catching; do
	job "trap-$shell" "$shell" "${catch[$shell]}"
	trapping="$trapping trap-$shell"
done
for name in $plain $trapping; do
	id[$name]=$(cd "$name" && submit job)
	stop "$name" >"$name.log" 2>&1 &
	stopping[$name]=$!
done
for name in $plain; do
	ok "$name: is stopped in the middle" stopped "$name"
	ok "$name: completes" wait_job 200 "${id[$name]}" COMPLETED
	ok "$name: with the result of an uninterrupted run" \
		cmp "$name/result" alone
	is "$(cat "$name/after")" after "$name: the next command ran once"
done
for name in $trapping; do
	ok "$name: is stopped in the middle" stopped "$name"
	ok "$name: is run to its end" wait_for 30 "its next command" \
		has_line "$name/after" after
	ok "$name: completes" wait_job 200 "${id[$name]}" COMPLETED
	is "$(grep -c after "$name/after")" 2 "$name: in both runs"
	ok "$name: with the result of an uninterrupted run" \
		cmp "$name/result" alone
done
nodes_idle
done_testing
