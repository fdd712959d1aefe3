#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# All kinds of jobs: arrays, heterogeneous jobs, several nodes, dependencies,
# reservations, deadlines, licences, whole nodes.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 4 --conf "$MANY" --conf Licenses=pen:1
declare -A id
opts='--time=10 --checkpoint=30'

# resumed NAME N TEXT: it completes in two runs, and has counted each number
# once
resumed()
{
	wait_job 60 "${id[$1]}" COMPLETED
	is "$(job_state "${id[$1]}") $(job_field "${id[$1]}" Restarts) $(
		sed -n 's/^count //p' "$1.out" | cksum)" \
		"COMPLETED 1 $(seq "$2" | cksum)" "$3"
}

requeue()
{
	as_owner scheckpoint requeue "$@" >/dev/null
}

# after ID: prints the state of that job
script after <<'END'
#!/bin/bash
scontrol show job "$1" | grep -o 'JobState=[A-Z]*\|Restarts=[0-9]*'
END

# ---- submit all
# shellcheck disable=SC2086 # options
{
	id[array]=$(start array $opts --array=1-3%2 --output=array-%a.out \
		"$counter" 100)
	id[nodes]=$(start nodes $opts --nodes=2 "$counter" 40)
	id[ok]=$(start ok --dependency=afterok:${id[nodes]} after \
		"${id[nodes]}")
	id[any]=$(start any --dependency=afterany:${id[nodes]} after \
		"${id[nodes]}")
	id[one]=$(start one $opts --dependency=singleton "$counter" 40)
	id[two]=$(submit --partition=many --job-name=one --output=two.out \
		--dependency=singleton after "${id[one]}")
	id[pen]=$(start pen $opts --licenses=pen:1 "$counter" 40)
	id[next]=$(start next $opts --licenses=pen:1 "$counter" 40)
	id[het]=$(submit --job-name=het --output=het.out --partition=many \
		$opts : --partition=many --time=10 "$counter" 80)
	id[short]=$(submit --job-name=short --output=short.out \
		--partition=many $opts : --partition=many --time=5 \
		"$counter" 40)
	id[deadline]=$(start deadline $opts --deadline=now+30minutes \
		"$counter" 40)
}
# ---- an array, of which only two run at a time
first=${id[array]}
wait_for 40 'the first two tasks' has_line array-2.out '^count 3$'
is "$(squeue -h -r -j "$first" -t RUNNING -o %i | wc -l)" 2 'two tasks run'
requeue "${first}_1" "${first}_2"

# ---- a reservation that ends before the limit does
ok 'a reservation' scontrol create reservation=short starttime=now \
	duration=2 nodes=n4 "users=$JOB_USER,root" flags=ignore_jobs
id[reservation]=$(start reservation --time=10 --checkpoint=80 \
	--reservation=short "$counter" 110 1)
# ---- two reservations, of which one has not begun: Slurm always names both
ok 'a later one' scontrol create reservation=later starttime=now+1hour \
	duration=2 nodes=n4 "users=$JOB_USER,root"
id[either]=$(start either --time=10 --checkpoint=80 \
	--reservation=later,short "$counter" 110 1)
like "$(job_state "${id[next]}") $(job_field "${id[next]}" Reason)" \
	'PENDING (Licenses|Priority)' 'the next job waits for the licence'
for name in nodes one pen deadline het short; do
	runs $name 15
	requeue "${id[$name]}"
done

# ---- what became of them
for task in 1 2; do
	wait_for 60 "task $task to end" has_line array-$task.out '^counted'
	is "$(sed -n 's/^count //p' array-$task.out | cksum)" \
		"$(seq 100 | cksum)" "task $task goes on"
	like "$(cat array-$task.out)" 'run 1 on' 'in a second run'
done
wait_for 60 'task 3 to end' has_line array-3.out '^counted'
unlike "$(cat array-3.out)" 'run 1 on' \
	"the task whose number is the array's was requeued alone"

resumed nodes 40 'a job on two nodes'
for name in ok any; do
	wait_job 30 "${id[$name]}" COMPLETED
	is "$(paste -sd' ' $name.out)" 'JobState=COMPLETED Restarts=1' \
		"after$name: begins when the last run has ended"
done
resumed one 40 'a singleton'
wait_job 60 "${id[two]}" COMPLETED
is "$(paste -sd' ' two.out)" 'JobState=COMPLETED Restarts=1' \
	'the next job of that name waits for the last run'
resumed pen 40 'a job with a licence that others wait for'
wait_job 60 "${id[next]}" COMPLETED
ok 'the next one got it then' cmp <(sed -n 's/^count //p' next.out) <(seq 40)

# ---- heterogeneous jobs: a component waits for Slurm's own delay, unless it
# gets the begin time of the first
resumed het 80 'a heterogeneous job'
components()
{
	scontrol show job "${id[$1]}" | grep -o " $2=[^ ]*" | sort | uniq -c |
		xargs
}
is "$(components het Restarts)" '2 Restarts=1' 'is requeued as a whole'
like "$(components het TimeLimit)" '^2 TimeLimit=00:0[1-9]:00$' \
	'its components have the new limit'
resumed short 40 'one of components with limits of their own'
like "$(components short TimeLimit)" '^1 .* 1 TimeLimit=00:05:00$' \
	'which keep them'
length=$(sed -n 's/.*"rec":"view","t":\([0-9]*\).*"end":\([0-9]*\).*/\2 - \1/p' \
	"checkpoint-${id[short]}/journal-0000.jsonl" | head -n 1)
ok "the first of them to end sets the end of the run: $((length)) s" \
	test "$((length))" -ge 297 -a "$((length))" -le 303
resumed deadline 40 'a job with a deadline'
# shellcheck disable=SC2086 # options
id[whole]=$(submit $opts --partition=main --exclusive --job-name=whole \
	--output=whole.out "$counter" 40)
runs whole 3
requeue "${id[whole]}"
resumed whole 40 'a job with a whole node'
wait_for 60 'the end of the reservation' \
	has_line reservation.out 'the run ends in'
like "$(cat reservation.out)" 'the run ends in (79|8[0-9]) s: asking' \
	'a job is requested before its reservation ends'
wait_for 20 'its end' has_line reservation.out 'requeued:'
is "$(job_field "${id[reservation]}" Restarts)" 1 'and requeued'
note "a job in one of two has Reservation=$(job_field "${id[either]}" Reservation)"
wait_for 10 'the end of the other' has_line either.out 'the run ends in'
like "$(cat either.out)" 'the run ends in (79|8[0-9]) s: asking' \
	'so is one that was submitted to two'
wait_for 20 'its end' has_line either.out 'requeued:'
as_owner scancel "${id[reservation]}" "${id[either]}"
wait_for 30 'the reservation to go' \
	scontrol delete reservationname=short
wait_for 30 'the later one to go' \
	scontrol delete reservationname=later
nodes_idle
done_testing
