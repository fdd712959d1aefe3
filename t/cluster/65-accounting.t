#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How accounting shows checkpointed jobs, by sacct and sshare: a record for each
# run, usage booked once; the limits of accounts and QOS are kept, and a job
# that they stop is not lost; sbatch -M.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
# From 23.02 slurmctld limits the rate of a user's calls, as here.
cluster_up --nodes 2 --accounting --conf "$MANY" \
	--conf AccountingStoreFlags=job_comment \
	--conf PriorityType=priority/multifactor \
	--conf SlurmctldParameters=rl_enable
declare -A id
BOUND=120
export SLURM_TIME_FORMAT=%s

# records NAME: prints state, start, end, seconds and CPUs of each, a line each
records()
{
	sacct -n -X -D -P -j "${id[$1]}" \
		-o State,Start,End,ElapsedRaw,AllocCPUS | tr '|' ' '
}

# is_booked NAME STATE...: these are the states of its records
is_booked()
{
	local name=$1

	shift
	[ "$(records "$name" | cut -d' ' -f1 | paste -sd' ')" = "$*" ]
}

booked() # NAME TEXT STATE...
{
	local name=$1 text=$2

	shift 2
	wait_for 20 "the accounting of $name" is_booked "$name" "$@"
	is "$(records "$name" | cut -d' ' -f1 | paste -sd' ')" "$*" "$text"
}

# in_turn NAME: no record overlaps the one before
in_turn()
{
	records "$1" | awk '$2 < end || $3 < $2 { exit 1 } { end = $3 }'
}

# fits NAME: each record is as long as the run that the supervisor saw, or at
# most 2 s longer
fits()
{
	local run=0 journal start end seconds

	while read -r _ _ _ seconds _; do
		journal=$(printf 'checkpoint-%s/journal-%04d.jsonl' \
			"${id[$1]}" "$run")
		start=$(sed -n 's/.*"rec":"run",.*"start":\([0-9]*\).*/\1/p' \
			"$journal")
		end=$(sed -n 's/.*"rec":"finish","t":\([0-9]*\).*/\1/p' \
			"$journal")
		echo "run $run: $seconds s booked, $((end - start)) s seen"
		((seconds >= end - start - 1 && seconds <= end - start + 2)) ||
			return
		run=$((run + 1))
	done < <(records "$1")
}

# ---- a record each run
id[limit]=$(start limit --time=1 --checkpoint=30 "$counter" 400)
id[twice]=$(start twice --time=10 --checkpoint=30 "$counter" 150)
for after in ok any; do
	id[$after]=$(start $after "--dependency=after$after:${id[twice]}" \
		--wrap true)
done
script code <<'END'
#!/bin/bash
sleep 3
[ "$SLURM_CHECKPOINT_RUN" -ge 2 ] || exit 85
END
id[code]=$(start code --time=10 --checkpoint=30 code)
id[cancelled]=$(start cancelled --time=10 --checkpoint=30 "$counter" 4000)
id[failed]=$(start failed --time=10 --checkpoint=30 --wrap 'sleep 2; exit 3')
for run in 0 1; do
	wait_for 60 "run $run" has_line twice.out "run $run on"
	wait_for 60 'its first number' has_line twice.out \
		"^count $((5 + run * 50))\$"
	as_owner scheckpoint requeue "${id[twice]}" >/dev/null
done
runs cancelled
as_owner scancel "${id[cancelled]}"
counted twice 150 'a job in three runs'
counted limit 400 'one that reached its limit'
wait_job 60 "${id[code]}" COMPLETED
booked twice 'two runs are booked as requeued, the third as completed' \
	REQUEUED REQUEUED COMPLETED
booked limit 'a run that was requested before its limit is booked as requeued' \
	REQUEUED COMPLETED
booked code 'one that ended with 85, too' REQUEUED REQUEUED COMPLETED
booked cancelled 'a cancelled one as cancelled' CANCELLED
booked failed 'one that failed by itself as failed' FAILED
for name in twice limit code; do
	ok "$name: one after the other" in_turn $name
	ok "$name: as long as it ran" fits $name
done
for after in ok any; do
	wait_job 30 "${id[$after]}" COMPLETED
	booked $after 'a dependent has run' COMPLETED
	ok "after$after: after the last run" test \
		"$(records $after | cut -d' ' -f2)" -ge \
		"$(records twice | tail -n 1 | cut -d' ' -f3)"
done

# ---- what an administrator is told of them
scheckpoint report --json >report.json
is "$(python3 -c 'import json
d = json.load(open("report.json"))
g, = d["groups"]
print(g["user"], g["partition"], g["jobs"], g["runs"],
      *(g.get("requeues_" + cause, 0)
        for cause in ("limit", "operator", "self", "unknown")), g["held"])')" \
	"$JOB_USER many 5 10 1 2 2 0 0" \
	'report: jobs, runs, and requeues by cause'
ok 'node-seconds: all, and those that saved states kept' python3 -c 'import json
g = json.load(open("report.json"))["groups"][0]
print(g)
assert g["computed_node_seconds"] > g["kept_node_seconds"] > 15
assert g["computed_node_seconds"] >= g["kept_node_seconds"] + g["lost_node_seconds"]'
scheckpoint report --openmetrics >report.prom
like "$(cat report.prom)" \
	"^slurm_checkpoint_requeues[{]user=\"$JOB_USER\",partition=\"many\",cause=\"self\"[}] 2\$" \
	'and as OpenMetrics'
is "$(tail -n 1 report.prom)" '# EOF' 'to its end'

# used: prints the CPU seconds that slurmctld has counted for the user
used()
{
	sshare -n -P -A main -u "$JOB_USER" -o User,RawUsage |
		sed -n "s/^ *$JOB_USER|//p"
}
total=$(sacct -n -X -D -P -a -A main -o ElapsedRaw,AllocCPUS |
	awk -F'|' '{ s += $1 * $2 } END { print s }')
usage=$(used)
ok "usage is booked once: $usage s, records of $total s" \
	test "$((usage - total))" -ge -3 -a "$((usage - total))" -le 3

# ---- limits of QOS and accounts
manage()
{
	sacctmgr -i "$@" >/dev/null
}

reason_is() # NAME REASON
{
	[ "$(job_field "${id[$1]}" Reason)" = "$2" ]
}

manage add qos wall maxwall=10
manage add qos minutes
manage modify account main set qos+=wall,minutes
manage add account poor cluster=private
manage add user "$JOB_USER" cluster=private account=poor
id[wall]=$(start wall --time=9 --checkpoint=30 --qos=wall "$counter" 200)
id[minutes]=$(start minutes --time=9 --checkpoint=30 --qos=minutes \
	"$counter" 600)
id[poor]=$(start poor --time=9 --checkpoint=30 --account=poor "$counter" 600)
for name in wall minutes poor; do
	runs $name
done
# The limits are lowered below what these jobs have and use.
manage modify qos wall set maxwall=1
manage modify qos minutes set grptresmins=cpu=0
manage modify account poor set grptresmins=cpu=0
as_owner scheckpoint requeue "${id[wall]}" >/dev/null
blocked() # NAME REASON TEXT
{
	wait_for 60 "$1 to wait for $2" reason_is "$1" "$2"
	is "$(job_state "${id[$1]}") $(job_field "${id[$1]}" Restarts) $(
		job_field "${id[$1]}" Reason)" "PENDING 1 $2" "$3"
	like "$(as_owner scheckpoint status "${id[$1]}")" \
		"PENDING [(]$2[)]" 'scheckpoint status says why'
}
blocked wall QOSMaxWallDurationPerJobLimit \
	'a job over the MaxWall of its QOS waits'
like "$(cat wall.out)" 'run 0: requeued: .*; limit [0-9]+ min' \
	'its output names its limit'
blocked minutes QOSGrpCPUMinutesLimit \
	'one that has used the minutes of its QOS was stopped and waits'
like "$(cat minutes.out)" 'saved: version 1' 'it has saved'
blocked poor AssocGrpCPUMinutesLimit \
	'so does one that has used those of its account'
# is_stopped STATE: the run that Slurm has stopped is booked as REQUEUED, from
# 25.11 as TIMEOUT
is_stopped()
{
	local end

	for end in REQUEUED TIMEOUT; do
		is_booked minutes "$end" "$1" && return
	done
	records minutes
	return 1
}
wait_for 20 'the accounting of minutes' is_stopped PENDING
ok 'its run is booked once' is_stopped PENDING
manage modify qos wall set maxwall=10
manage modify qos minutes set grptresmins=cpu=-1
manage modify account poor set grptresmins=cpu=-1
counted wall 200 'with more MaxWall it goes on'
counted minutes 600 'with more minutes, too'
counted poor 600 'in the account as well'
wait_for 20 'the accounting of minutes' is_stopped COMPLETED
ok 'and the next one, too' is_stopped COMPLETED

# ---- many at once, with slurmctld counting the calls of their owner
id[many]=$(start many --time=10 --checkpoint=40 --array=1-16 \
	--output=many-%a.out "$counter" 150)
many_run()
{
	[ "$(cat many-*.out | grep -c '^count 5$')" -eq 16 ]
}
wait_for 90 'all to run' many_run
for job in $(squeue -h -r -j "${id[many]}" -t RUNNING -o %A); do
	scontrol requeue "$job"
done
# Its owner calls squeue meanwhile: the seconds of the slowest call.
slowest=0
for ((i = 0; i < 10; i++)); do
	begun=$SECONDS
	as_owner squeue -h >/dev/null || slowest=99
	took=$((SECONDS - begun))
	[ "$took" -le "$slowest" ] || slowest=$took
	sleep 0.5
done
ok "the owner's squeue takes $slowest s at most" \
	test "$slowest" -le 15
wait_for 240 'the array to end' job_over "${id[many]}"
is "$(cat many-*.out | sed -n 's/^count //p' | sort -n | uniq -c |
	awk '{ print $1 }' | sort | uniq -c | xargs)" '150 16' \
	'all tasks have counted each number once'

# ---- sbatch -M
"$TOP/scripts/cluster" up "$SCRATCH/second" --build "$B" --name second \
	--join "$CLUSTER" --conf "$MANY" 2>&1 | sed 's/^/# /' >&2
for name in private second; do
	submit -M $name --time=10 --checkpoint=30 "--job-name=$name" \
		--partition=many "--output=$name.out" \
		"--checkpoint-dir=store-$name" "$counter" 100 >$name.id
	like "$(cat $name.id)" "^[0-9]+;$name\$" "sbatch -M $name: accepted"
	id[$name]=$(cut -d';' -f1 $name.id)
done
runs private
as_owner scheckpoint requeue "$WORK/store-private" >/dev/null
runs second
first=$SLURM_CONF
export SLURM_CONF=$SCRATCH/second/etc/slurm.conf
as_owner scheckpoint requeue "$WORK/store-second" >/dev/null
counted second 100 'on another cluster than that of sbatch'
is "$(job_field "${id[second]}" Restarts)" 1 'in two runs'
nodes_idle
is "$(sacct -n -X -D -P -M second -j "${id[second]}" -o State |
	paste -sd' ')" 'REQUEUED COMPLETED' 'each with a record'
SLURM_CONF=$first
counted private 100 'on the same cluster, by its name'
is "$(job_field "${id[private]}" Restarts)" 1 'in two runs'
nodes_idle
done_testing
