#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each of these jobs of examples/ is stopped in two of its runs and has the same
# result, to the last bit, as an uninterrupted one.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"

examples='heat bash python'
declare -A id stopping result=([heat]=field.txt [bash]=results.txt
	[python]=magnetization.txt)
# Arguments with which a job takes some seconds
declare -A size=([heat]='' [bash]=300 [python]=5000)

# prepare EXAMPLE DIR: makes the directory as a user of the example has it
prepare()
{
	mkdir -p "$2"
	cp "$TOP/examples/$1"/* "$2"
	if [ "$1" = heat ]; then
		cp "$B/examples/heat/heat" "$2"
		sed -i -e 's/^steps.*/steps 9000/' -e 's/^pace.*/pace 1000/' \
			"$2/plate.in"
	fi
	chown -R "$JOB_USER" "$2"
}

# run_alone EXAMPLE: runs the same job uninterrupted, outside of Slurm
run_alone()
{
	prepare "$1" "alone/$1"
	# shellcheck disable=SC2086 # none or one argument
	(cd "alone/$1" && as_owner ./job.sh ${size[$1]}) >alone.log \
		2>&1
}

# has_worked EXAMPLE RUN: it has computed something in this run
has_worked()
{
	sed -n "/^[^ ]* scheckpoint: run $2 on /,\$p" "$1/out" |
		grep -q -E '^(step|case|sweep) '
}

stop_run() # EXAMPLE RUN
{
	wait_for 60 "$1 to compute in run $2" has_worked "$1" "$2" &&
		as_owner scancel -b -s TERM "${id[$1]}" &&
		wait_for 30 "$1 to be requeued" restarted "${id[$1]}" \
			$(($2 + 1))
}

stop_twice() # EXAMPLE
{
	stop_run "$1" 0 && stop_run "$1" 1
}

# stopped_twice EXAMPLE: its stop_twice, in the background, has succeeded
stopped_twice()
{
	wait "${stopping[$1]}" && return
	cat "$1.log" "$1/out"
	return 1
}

plan 22
cluster_up --nodes 2

for example in $examples; do
	prepare "$example" "$example"
	# shellcheck disable=SC2086 # none or one argument
	id[$example]=$(cd "$example" &&
		submit --output=out job.sh ${size[$example]})
	like "${id[$example]}" '^[0-9]+$' "$example: sbatch takes its job.sh"
done
for example in $examples; do
	stop_twice "$example" >"$example.log" 2>&1 &
	stopping[$example]=$!
done
for example in $examples; do
	ok "$example: is stopped in the middle of two runs" \
		stopped_twice "$example"
	ok "$example: works outside of Slurm as well" run_alone "$example"
	ok "$example: completes" wait_job 120 "${id[$example]}" COMPLETED
	is "$(job_field "${id[$example]}" Restarts)" 2 \
		"$example: in its third run"
	is "$(grep -c -E '^saved (version|after)' "$example/out")" 2 \
		"$example: had saved twice"
	ok "$example: the result is the same to the last bit" cmp \
		"$example/${result[$example]}" \
		"alone/$example/${result[$example]}"
done
nodes_idle 'every node is idle, none is drained'
