#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What operators and owners do with scontrol and scheckpoint has the expected
# effect on a checkpointed job.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
# 26.05 moves a job to another partition only where there is accounting.
cluster_up --nodes 2 --accounting --conf "$MANY" --plugstack-arg max_runs=50
declare -A id

# requested_at NAME RUN: prints the seconds from the run's start to the request
requested_at()
{
	local journal start at

	journal=$(printf 'checkpoint-%s/journal-%04d.jsonl' "${id[$1]}" "$2")
	start=$(sed -n 's/.*"rec":"run",.*"start":\([0-9]*\).*/\1/p' "$journal")
	at=$(sed -n 's/.*"rec":"request","t":\([0-9]*\).*/\1/p' "$journal" |
		head -n 1)
	echo $((at - start))
}

# near SECONDS NAME RUN TEXT: tests that it was requested to save that long
# after the run's start
near()
{
	local at

	at=$(requested_at "$2" "$3")
	ok "$4: requested after $1 s (it was $at s)" \
		test "$((at - $1))" -ge -1 -a "$((at - $1))" -le 3
}

# ---- time limits and suspension, side by side with the rest
id[raised]=$(start raised --time=1 --checkpoint=38 "$counter" 170 2)
id[suspended]=$(start suspended --time=1 --checkpoint=40 "$counter" 60 2)
id[lowered]=$(start lowered --time=10 --checkpoint=25 "$counter" 90 2)
for name in raised suspended lowered; do
	wait_for 20 "$name to run" has_line $name.out '^count 1$'
done
ok 'an operator raises the limit of a run' \
	scontrol update "JobId=${id[raised]}" TimeLimit=2
ok 'an operator suspends a job' scontrol suspend "${id[suspended]}"
suspended_at=$SECONDS
resume_at=$((SECONDS + 20))
ok 'the owner lowers the limit of a run' \
	as_owner scontrol update "JobId=${id[lowered]}" TimeLimit=1

# ---- requeue, requeuehold, hold: the programs stay for a moment after their
# save, since the supervisor queries slurmctld why TERM came
for name in requeue requeuehold hold word; do
	id[$name]=$(LINGER=1 start $name --time=10 --checkpoint=30 "$counter" 100)
done
for name in requeue requeuehold hold word; do
	runs $name
done
ok 'scontrol requeue' scontrol requeue "${id[requeue]}"
ok 'scontrol requeuehold' scontrol requeuehold "${id[requeuehold]}"
ok 'scontrol hold of a running job' as_owner scontrol hold "${id[hold]}"
ok 'scheckpoint requeue' \
	as_owner scheckpoint requeue "${id[hold]}" "${id[word]}"
for name in requeuehold hold; do
	wait_held 30 "${id[$name]}"
	wait_for 20 'its end to be settled' \
		has_line "checkpoint-${id[$name]}/journal-0000.jsonl" settled
	ok "$name: held, and our updates leave it so" is_held "${id[$name]}"
	like "$(cat $name.out)" 'saved: version 1' 'and its state is saved'
done
ok 'a held job is moved to another partition' \
	as_owner scontrol update "JobId=${id[requeuehold]}" Partition=main
counted requeue 100 'requeued by an operator: goes on from its state'
is "$(job_field "${id[requeue]}" Restarts)" 1 'requeued once'
like "$(cat requeue.out)" 'asked to save and make room' 'the output says why'
counted word 100 'scheckpoint requeue: goes on from its state'
for name in requeuehold hold; do
	ok "$name: still held" is_held "${id[$name]}"
	ok 'released' scontrol release "${id[$name]}"
	counted $name 100 'goes on from its state'
	is "$(job_field "${id[$name]}" Restarts)" 1 'requeued once'
done
is "$(job_field "${id[requeuehold]}" Partition)" main \
	'in the partition that it was moved to'

# ---- scheckpoint set
id[set]=$(start set --time=10 --checkpoint=30 --checkpoint-max-runs=1 \
	"$counter" 100)
runs set
ok 'scheckpoint set of more than the site allows' \
	as_owner scheckpoint set "${id[set]}" max-runs=60
wait_for 10 'the line in the output' has_line set.out 'scheckpoint set:'
like "$(cat set.out)" 'max-runs=60: this site wants at most 50: it stays' \
	'the run refuses it'
ok 'scheckpoint set for a run under way' \
	as_owner scheckpoint set "${id[set]}" grace=20 max-runs=40
wait_for 10 'the line in the output' has_line set.out 'settings changed'
like "$(cat set.out)" 'settings changed: grace 20 s, total unknown, .* 40 runs' \
	'its output says so'
as_owner scheckpoint requeue "${id[set]}"
counted set 100 'more runs than were submitted'
like "$(cat set.out)" '^[^ ]* scheckpoint: run 1 .* 20 s before its end' \
	'the next run begins with it'

# ---- the job that was suspended meanwhile
is_due()
{
	[ $SECONDS -ge $resume_at ]
}
wait_for 25 'the time to resume' is_due
ok 'a suspended job is resumed' scontrol resume "${id[suspended]}"
stood_s=$((SECONDS - suspended_at))

# ---- top: we don't change the order of pending jobs
script wait <<'END'
#!/bin/bash
echo "$SLURM_JOB_NAME" >>order
sleep "${1:-2}"
END
only='--partition=main --nodelist=n2 --exclusive --time=5'
# shellcheck disable=SC2086 # options
{
	id[first]=$(start first $only --checkpoint=30 "$counter" 60)
	runs first
	id[w1]=$(start w1 $only wait 8)
	id[w2]=$(start w2 $only wait)
}
ok 'a job that waits for a node' scontrol requeue "${id[first]}"
wait_for 20 'w1' has_line order w1
ok 'scontrol top of another one' scontrol top "${id[w2]}"
counted first 60 'the requeued job goes on'
is "$(paste -sd' ' order)" 'w1 w2' 'after the job that was set on top'
w2_start=$(date -d "$(job_field "${id[w2]}" StartTime)" +%s)
ok 'which began before it' test "$w2_start" -lt \
	"$(date -d "$(job_field "${id[first]}" StartTime)" +%s)"

# ---- what became of the limits
counted lowered 90 'a lowered limit: goes on'
near 35 lowered 0 'the new limit counted'
counted suspended 60 'a suspended job: goes on'
near $((20 + stood_s)) suspended 0 'the time of suspension did not count'
counted raised 170 'a raised limit: goes on'
near 82 raised 0 'the new limit counted'
nodes_idle
done_testing
