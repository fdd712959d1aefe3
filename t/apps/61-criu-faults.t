#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --checkpoint-method=criu where something is wrong: what can't be saved is said
# and costs nothing, and what can't be restored is never begun again.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/apps/criu.sh
. "$TOP/t/apps/criu.sh"
cluster_up --nodes 5

script ticks <<'EOJ'
#!/bin/bash
# ticks [COMMAND]: beside the command it counts, and ends with 7
[ -z "${1:-}" ] || eval "$1"
for ((i = 0; i < ${COUNT:-600}; i++)); do
	sleep 0.2
	echo "tick $i"
done
exit 7
EOJ
cat >tcp.py <<'EOP'
import socket, time
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
time.sleep(1000)
EOP
cat >eat.py <<'EOP'
import time
eaten = bytearray(64 << 20)
time.sleep(1000)
EOP

declare -A id
# job NAME [ARGUMENT]...: of ticks
job()
{
	local name=$1

	shift
	as_owner mkdir "$name"
	cp tcp.py eat.py "$name"
	id[$name]=$(cd "$name" && submit --checkpoint=15 --time=10 \
		--checkpoint-method=criu --output=out ${options:-} ../ticks "$@")
}
said()
{
	wait_for "${wait_s:-40}" "$1: $2" has_line "$1/out" "$2" "${3:-1}"
}
requeue()
{
	as_owner scheckpoint requeue "${id[$1]}" >/dev/null
}
# ticks NAME: how far it has come
ticks()
{
	grep '^tick' "$1/out" | tail -n 1 | cut -d ' ' -f 2
}
# goes_on NAME: it computes
goes_on()
{
	local before

	before=$(ticks "$1")
	wait_for 5 "$1 to compute on" \
		eval "[ \"\$(ticks $1)\" -gt $before ]"
}

# shellcheck disable=SC2016 # for the job
options='--time=1'
job limit
options='--export=ALL,COUNT=50'
job code
options=
job tcp 'python3 tcp.py &'
job killed 'python3 eat.py &'
job damaged 'exec 9>>extra'
job away '(setsid sleep 1000 &)'
for name in tcp killed damaged away code; do
	said $name '^tick 10$'
done

# What can't be saved.
requeue tcp
said tcp "criu can't save the job: .*"
said tcp 'the job computes on; for the rest of this run'
ok 'tcp: the job computes on' goes_on tcp
note "$(grep "can't save" tcp/out)"
requeue away
said away "criu can't save the job: sleep .pid [0-9]*. has left the tree"
ok 'away: the job computes on' goes_on away
as_owner scancel "${id[away]}"

# The exit code of a restored script, and each step once.
requeue code
wait_for 30 'the requeue' restarted "${id[code]}" 1
said code '^tick 49$'
is "$(grep -c '^tick' code/out)" 50 'each step is done once'
said code 'run 1: .*failed soon after it began from version'
like "$(as_owner scheckpoint history "${id[code]}")" 'exit 7' \
	'a restored script ends with its own exit code'
as_owner scancel "${id[code]}"

# criu is killed while it dumps: the store has no half version.
criu_of()
{
	ps -C criu -o pid=,args= | awk '/ dump / { print $1; exit }'
}
for _ in 1 2 3; do
	requeue killed
	for _ in {1..200}; do
		pid=$(criu_of)
		[ -z "$pid" ] || break
		sleep 0.01
	done
	[ -z "$pid" ] || kill -KILL "$pid"
	break
done
said killed "criu can't save the job: criu was ended by signal 9"
# That may end the programs, as criu has its own code in them.
sleep 1
ok 'killed: the job computes on, or in a new run' \
	eval "goes_on killed || restarted ${id[killed]} 1"
is "$(find "killed/checkpoint-${id[killed]}" -name 'v0*')" '' \
	'killed: no version is made'
as_owner scancel "${id[killed]}"

# A damaged version is passed over; the one before is restored.
as_owner scheckpoint now "${id[damaged]}" >/dev/null
said damaged 'criu has saved version 1'
requeue damaged
wait_for 30 'version 2' test -e "damaged/checkpoint-${id[damaged]}/v000002"
page=$(find "damaged/checkpoint-${id[damaged]}/v000002" -name 'pages-1.img')
printf x | dd of="$page" bs=1 seek=5000 conv=notrunc 2>/dev/null
said damaged "version 2 can't be used: .*pages-1.img"
said damaged 'criu has restored version 1: the job computes on'
ok 'damaged: the version before is restored' goes_on damaged

# A restore that criu refuses: nothing is begun again.
requeue damaged
wait_for 30 'the requeue' restarted "${id[damaged]}" 2
said damaged 'run 2 on'
said damaged 'criu has restored version 3'
requeue damaged
wait_for 30 'the requeue' restarted "${id[damaged]}" 3
as_owner mv damaged/extra damaged/other
as_owner sh -c 'echo more >>damaged/other'
as_owner ln -s other damaged/extra
wait_held 40 "${id[damaged]}"
ok 'a state whose files are gone holds the job' is_held "${id[damaged]}"
like "$(cat damaged/out)" \
	"version 4 can't be restored: the file .*extra can't be brought back" \
	'and the reason is said'
like "$(tail -n 1 damaged/other)" '^more$' \
	'a link in place of the file leads to no other file'
as_owner scancel "${id[damaged]}"

# Limits and scancel reach restored programs.
wait_s=90 said limit 'criu has restored version 1'
ok 'limit: a restored job computes' goes_on limit
as_owner scancel "${id[limit]}"
wait_job 60 "${id[limit]}" CANCELLED
ok 'limit: scancel ends a restored job' job_is "${id[limit]}" CANCELLED
as_owner scancel "${id[tcp]}"
like "$(cat tcp/out)" "criu can't save the job as it is now: python3 .pid [0-9]*. has a TCP connection" \
	'tcp: it was said before that it has a connection'
wait_for 30 'the nodes' is_idle
is "$(pgrep -u "$JOB_USER" -f "$WORK" -c)" 0 'no program is left'
nodes_idle
done_testing
