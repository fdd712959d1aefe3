#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --checkpoint-signal=none: no program is signalled.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 4

# A program that saves at intervals, and would end at the signal.
cat >saver.py <<'EOJ'
import os, signal, sys, time
def end(signum, frame):
    print("got a signal", flush=True)
    raise SystemExit(0)
signal.signal(signal.SIGTERM, end)
state = sys.argv[1]
n = int(open(state).read()) if os.path.exists(state) else 0
while not os.path.exists(sys.argv[2]):
    time.sleep(0.1)
    n += 1
    open(state + ".tmp", "w").write(str(n))
    os.rename(state + ".tmp", state)
    time.sleep(0.9)
print("stopped by a file", flush=True)
EOJ
for name in alone stepped; do
	script "$name" <<EOJ
#!/bin/bash
$([ "$name" = stepped ] && echo srun) python3 saver.py $name.state none
echo "the next command"
EOJ
done
script hooked <<'EOJ'
#!/bin/bash
rm -f STOP
python3 saver.py hooked.state STOP
echo "the next command"
EOJ
script both <<'EOJ'
#!/bin/bash
trap 'echo "got a signal"; exit 0' TERM
trap 'date +%N >both.state' USR1
while :; do sleep 0.1; done
EOJ

declare -A id
none="--checkpoint=53 --time=1 --nodes=1 --checkpoint-signal=none"
for name in alone stepped hooked both; do
	arguments="$none --checkpoint-files=$name.state --output=$name.out"
	# shellcheck disable=SC2016 # the hook's shell expands it
	[ $name = hooked ] && arguments+=' --checkpoint-hook=touch${IFS}STOP'
	[ $name = both ] && arguments="$none,USR1 --checkpoint-interval=10\
 --checkpoint-files=both.state --output=both.out"
	# shellcheck disable=SC2086 # words
	id[$name]=$(submit $arguments $name)
done

wait_for 40 'the requeue after the hook' restarted "${id[hooked]}" 1
like "$(cat hooked.out)" '^stopped by a file' 'a hook stops its program'
like "$(cat hooked.out)" 'asked to save \(by the hook\)' \
	'as the output said at the start'
like "$(cat hooked.out)" ': asking the job to save by the hook' \
	'and says at the request'
like "$(cat hooked.out)" 'saved: version 1' 'and its file is saved'
unlike "$(cat hooked.out)" 'the next command' 'its script is not continued'
as_owner scancel "${id[hooked]}"

for name in alone stepped both; do
	wait_for 80 "the requeue of $name" restarted "${id[$name]}" 1
	unlike "$(cat $name.out)" 'got a signal' "$name: no program is signalled"
	like "$(cat $name.out)" \
		'no program is signalled \(--checkpoint-signal=none\)' \
		"$name: as the output says"
	like "$(cat $name.out)" 'saved: version [1-9]' "$name: its file is saved"
	unlike "$(cat $name.out)" 'asking|asked' "$name: nothing is asked"
	unlike "$(cat $name.out)" 'the next command' \
		"$name: its script is not continued"
	like "$(job_field "${id[$name]}" Comment)" 'continued \(cause: limit\)' \
		"$name: the run counts as one that saved"
	as_owner scancel "${id[$name]}"
done
like "$(cat alone.out)" 'computes until just before its end' \
	'the first line says when the run ends'
ok 'it computes until then' test "$(cat "checkpoint-${id[alone]}/v000001/alone.state")" \
	-ge 40
ok 'requests at intervals have their own signal' \
	has_line both.out 'SIGUSR1 to the job script' 2
unlike "$(cat ./*.out)" '\(null\)' 'no message lacks a name'
nodes_idle
done_testing
