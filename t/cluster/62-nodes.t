#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Nodes that fail, daemons that are restarted, nodes that are drained or
# vacated: each job goes on from its newest version.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
ONE=${MANY/Nodes=ALL/Nodes=n1}
cluster_up --nodes 4 --conf "$MANY" --conf "${ONE/=many/=one}"
declare -A id

# on NAME: prints the node where it runs
on()
{
	job_field "${id[$1]}" NodeList
}

# ---- a node fails with its jobs
one='--time=10 --checkpoint=30 --checkpoint-max-stalls=1'
# shellcheck disable=SC2086 # options
{
	id[power]=$(start power $one --partition=one "$steps" 80)
	id[alone]=$(start alone $one --partition=one "$counter" 200 5)
}
id[slurmd]=$(start slurmd --time=10 --checkpoint=30 --nodelist=n2 \
	"$counter" 60 2)
id[slurmctld]=$(start slurmctld --time=10 --checkpoint=30 --exclude=n1,n2,n3 \
	"$counter" 60 2)
wait_for 40 'versions' has_line power.out '^saved 3$'
for name in alone slurmd slurmctld; do
	runs $name
done
daemon crash n1
scontrol update nodename=n1 state=down reason=power
# ---- daemons are restarted
daemon stop n2
daemon start n2
daemon stop slurmctld
sleep 2
daemon start slurmctld
as_owner scheckpoint requeue "${id[slurmd]}"
wait_for 20 'slurmd on n2' restarted "${id[slurmd]}" 1
as_owner scheckpoint requeue "${id[slurmctld]}"
wait_for 20 'its end' has_line slurmctld.out 'saved: version'
for name in power alone; do
	wait_for 20 "slurmctld to requeue $name" restarted "${id[$name]}" 1
	# slurmctld's own delay is two minutes
	wait_for 20 'an earlier start' as_owner \
		scontrol update "JobId=${id[$name]}" Partition=many \
		StartTime=now+3
done
counted slurmd 60 'slurmd was restarted: requeued and goes on'
counted slurmctld 60 'slurmctld was restarted: requeued and goes on'
is "$(job_field "${id[slurmctld]}" Restarts)" 1 'once'

# ---- drained: a running job goes on, a requeued one runs elsewhere
id[drain]=$(start drain --time=10 --checkpoint=30 "$counter" 100)
runs drain
node=$(on drain)
scontrol update "nodename=$node" state=drain reason=test
runs drain 20
as_owner scheckpoint requeue "${id[drain]}"
counted drain 100 'a drained node: goes on'
unlike "$(on drain)" "^$node\$" 'on another one'
scontrol update "nodename=$node" state=resume

# ---- vacated
id[moves]=$(LINGER=5 start moves --time=10 --checkpoint=30 "$counter" 60)
runs moves
node=$(on moves)
# shellcheck disable=SC2016 # the job expands it
id[plain]=$(submit --partition=many "--nodelist=$node" --job-name=plain \
	--comment='[scheckpoint: run 0: asked to vacate, has 1 min]' \
	--output=plain.out --wrap 'trap "echo hit; exit 1" TERM; echo runs
for i in $(seq 300); do sleep 0.1; done; echo whole')
id[stays]=$(start stays --time=10 --checkpoint=30 "--exclude=$node" \
	"$counter" 60 2)
scontrol update "JobId=${id[moves]}" AdminComment='{"site": 1}'
wait_for 20 'plain to run' has_line plain.out '^runs'
runs stays
not_ok 'an owner may not vacate a node' as_owner scheckpoint vacate "$node"
said=$(scheckpoint vacate "$node")
is "$?" 1 'scheckpoint vacate says that a job is still there'
note "$said"
like "$said" "job ${id[moves]} \\($JOB_USER, \"moves\"\\): is saving" \
	'it names the job that saves,'
like "$said" "job ${id[moves]} .*: has left, .*cause: operator" \
	'says that it has left,'
like "$said" "job ${id[plain]} .*: doesn't answer" \
	'and names the job that stays, whatever its owner wrote as comment'
like "$(sinfo -h -n "$node" -o '%T %E')" 'drain.* scheckpoint vacate' \
	'the node is drained'
like "$(job_field "${id[moves]}" AdminComment)" '^\{"site": 1\} *$' \
	"the site's own comment is as it was"
counted moves 60 'the job goes on'
unlike "$(on moves)" "^$node\$" 'on another node'
wait_job 40 "${id[plain]}" COMPLETED
is "$(paste -sd' ' plain.out)" 'runs whole' \
	'a job without --checkpoint is not affected'
counted stays 60 'nor is one on another node'
is "$(job_field "${id[stays]}" Restarts)" 0 'it was not requeued'
scontrol update "nodename=$node" state=resume

# ---- what became of the jobs of the failed node
wait_job 90 "${id[power]}" COMPLETED
is "$(job_state "${id[power]}")" COMPLETED 'the node failed: goes on'
like "$(cat power.out)" '^from [1-9]' 'from its newest version'
unlike "$(on power)" '^n1$' 'on another node'
wait_job 90 "${id[alone]}" COMPLETED
is "$(job_state "${id[alone]}")" COMPLETED \
	'with nothing saved it begins again, and that is no stall'
daemon start n1
wait_for 20 'n1 to be back' scontrol update nodename=n1 state=resume
nodes_idle
done_testing
