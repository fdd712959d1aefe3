#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Signals that the owner sends to the batch script reach it through the
# supervisor.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up

script traps <<'END'
#!/bin/bash
for name in HUP USR1 USR2 TSTP CONT; do
	trap "echo got $name" "$name"
done
trap - TSTP
echo "ready as $$"
until [ -e stop ]; do sleep 0.1; done
END

id=$(submit --checkpoint=20 --time=5 --output=out traps)
wait_for 30 'the script' has_line out '^ready'
pid=$(sed -n 's/^ready as //p' out)

# state_is LETTERS: of the script's process
state_is()
{
	[[ $(ps -o state= -p "$pid") = [$1] ]]
}

send()
{
	as_owner scancel --batch -s "$1" "$id"
}

for name in HUP USR1 USR2; do
	send $name
	wait_for 10 "$name" has_line out "^got $name"
	is "$(grep -c "^got $name" out)" 1 "the script gets $name once"
done
send TSTP
ok 'TSTP stops the script' wait_for 10 'it to stop' state_is T
send CONT
ok 'CONT continues it' wait_for 10 'it to go on' state_is SR
ok 'and reaches its trap' wait_for 10 'the trap' has_line out '^got CONT'
send STOP
ok 'STOP does not reach it' wait_for 10 'it to run' state_is SR
send CONT
wait_for 10 'the supervisor to go on' has_line out '^got CONT' 2

# times NAME: how often its trap has run
times()
{
	grep -c "^got $1" out
}

before=$(times USR1)
for ((n = 1; n <= 20; n++)); do
	as_owner scancel --full -s USR1 "$id"
	wait_for 10 "USR1 $n" has_line out '^got USR1' $((before + n))
	as_owner scancel --batch -s HUP "$id"
	wait_for 10 "HUP $n" has_line out '^got HUP' $((n + 1))
done
is "$(times USR1) $(times HUP)" "$((before + 20)) 21" \
	'scancel --full, which reaches the script itself, is not sent on'
as_owner scancel --full -s TSTP "$id"
ok 'TSTP to all stops the script' wait_for 10 'it to stop' state_is T
as_owner scancel --full -s CONT "$id"
ok 'CONT to all continues it' wait_for 10 'the trap' has_line out '^got CONT' 3
touch stop
send CONT
wait_job 30 "$id" COMPLETED
is "$(job_state "$id") $(job_field "$id" Restarts)" 'COMPLETED 0' \
	'and the job completes'
nodes_idle
done_testing
