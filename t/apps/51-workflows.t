#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Snakemake as the guide shows it: as the job's script, and with a job for each
# rule.  Programs are stopped in the middle; all results are there, whole.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs snakemake

# The time that one walk takes must suffice for a stop in the middle.
steps=15000000

# directory NAME: makes it, with the guide's files
directory()
{
	mkdir "$WORK/$1" && cd "$WORK/$1" && guide_files "$TOP/doc/user-guide.md"
	sed -i -e "s/9000000/$steps/" Snakefile
	chown "$JOB_USER" .
}

# computes OUT RUN: a rule of this run has begun
computes()
{
	sed -n "/^[^ ]* scheckpoint: run $2 on /,\$p" "$1" | grep -q '^rule walk'
}

# stop ID OUT RUN
stop()
{
	wait_for 60 "run $3 to compute" computes "$2" "$3" &&
		sleep 2 && # of computing
		as_owner scancel -b -s TERM "$1" &&
		wait_for 30 'the requeue' restarted "$1" $(($3 + 1))
}

has_three_jobs()
{
	[ "$(rule_jobs | wc -l)" -eq 3 ]
}

# rule_jobs: prints the jobs of rules
rule_jobs()
{
	squeue -h -n walks -o %A
}

# three_results: each rule's result is there, and that of an uninterrupted run
three_results()
{
	local n

	for n in 1 2 3; do
		cmp "result-$n" "$WORK/alone.out" || return
	done
}

cluster_up --nodes 2
directory engine
(mkdir alone && cd alone && python3 ../walk.py "$steps" >"$WORK/alone.out")
id=$(HOME=$WORK submit --output=out engine.sh)
ok 'Snakemake as the script: stopped in run 0' stop "$id" out 0
ok 'and in run 1' stop "$id" out 1
ok 'it completes' wait_job 200 "$id" COMPLETED
ok 'with the results of an uninterrupted run' three_results
like "$(cat out)" '^[^ ]* scheckpoint: snakemake \(pid [0-9]+\) is not continued' \
	'it started nothing after the save'

directory rules
sed -i -e 's/--parsable/& --job-name=walks --output=out-%j/' submit-rules.sh
HOME=$WORK as_owner ./submit-rules.sh >engine.out 2>&1 &
engine=$!
ok 'a job for each rule: three are there' wait_for 60 'three jobs' \
	has_three_jobs
id=$(rule_jobs | head -n 1)
ok 'one is stopped' stop "$id" "out-$id" 0
ok 'once more' stop "$id" "out-$id" 1
ok 'Snakemake waits for it, and comes to its end' wait "$engine"
ok 'with the results of an uninterrupted run' three_results
nodes_idle
done_testing
