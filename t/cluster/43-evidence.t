#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What shows that a run has saved: a version, or a file that was written after
# the request; a caught signal alone shows nothing.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
runtime=$B/t/cluster/jobs/runtime
cluster_up --nodes 2 --conf "$MANY"
declare -A id

# saver STATE STEPS: the usual program with a file of its own
script saver <<'END'
#!/usr/bin/python3
import os, signal, sys, time
path, steps = sys.argv[1], int(sys.argv[2])
n = int(open(path).read()) if os.path.exists(path) else 0
requested = []
signal.signal(signal.SIGTERM, lambda *_: requested.append(1))
print("begins at", n, flush=True)
while n < steps and not requested:
    time.sleep(0.25)
    n += 1
    print("tick", n, flush=True)
with open(path + ".tmp", "w") as f:
    f.write(str(n))
os.replace(path + ".tmp", path)
if n == steps:
    open(path + ".result", "w").write("%d\n" % n)
END

# driver: runs one program after the other, and waits for each
script driver <<'END'
#!/usr/bin/python3
import os, subprocess
for stage in ("s1", "s2"):
    if not os.path.exists(stage + ".finished"):
        subprocess.run(["./saver", stage, "120"], check=True)
        open(stage + ".finished", "w").close()
END

# pool START STEPS: the main program has no handler, its workers have one
script pool <<'END'
#!/usr/bin/python3
import multiprocessing, os, signal, sys, time
def work(n):
    signal.signal(signal.SIGTERM, lambda *_: os._exit(1))
    time.sleep(0.25)
    return n
if __name__ == "__main__":
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        for n in pool.imap(work, range(int(sys.argv[2]))):
            print("tick", n, flush=True)
    print("complete")
END

# logger: writes a last word into two logs and to its output
script logger <<'END'
#!/usr/bin/python3
import signal, sys, time
log = open("messages", "a")
def end(*_):
    print("terminated", flush=True)
    log.write("terminated\n")
    log.close()
    with open("run.log", "a") as f:
        f.write("terminated\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
for n in range(170):
    time.sleep(0.25)
    print("tick", n, file=log, flush=True)
print("complete")
END

# status: a last word with the same content in each run, and no state
script status <<'END'
#!/usr/bin/python3
import signal, sys, time
def end(*_):
    with open("status.json", "w") as f:
        f.write('{"state": "stopped"}')
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
for n in range(1000):
    time.sleep(0.25)
    print("tick", n, flush=True)
END

# hanger: saves, and then hangs in its end
sed 's/^os.replace.*/&\nwhile n < steps: time.sleep(1)/' saver | script hanger

# watcher: its monitor says done as soon as the state has changed
sed 's/^os.replace.*/&\ntime.sleep(3)/' saver | script lingerer
script watcher <<'END'
#!/bin/bash
before=$(cat state 2>/dev/null)
( until [ "$(cat state 2>/dev/null)" != "$before" ]; do sleep 0.1; done
scheckpoint "done" ) &
../lingerer state 130
END

# finisher: saves at the signal, and goes on to its end
script finisher <<'END'
#!/bin/bash
n=$(cat state 2>/dev/null || echo 0)
trap 'echo $n >state' TERM
while [ "$n" -lt 100 ]; do
	sleep 0.25
	n=$((n + 1))
done
echo "$n" >state
END

# begin NAME ARGUMENT...: in a directory of its own, because what other jobs
# write beside it would be evidence
begin()
{
	local name=$1

	shift
	mkdir -p "in-$name" && chown "$JOB_USER" "in-$name"
	cp -p saver "in-$name/"
	id[$name]=$(cd "in-$name" && submit --partition=many \
		"--job-name=$name" "--output=$WORK/$name.out" --time=1 \
		--checkpoint=40 "$@")
}

said() # NAME EXTENDED-REGEX
{
	grep -q -E -e "^[^ ]* scheckpoint: .*$2" "$1.out"
}

journals() # NAME
{
	cat "in-$1/checkpoint-${id[$1]}/"journal-*.jsonl
}

begin saver --wrap './saver state 130'
begin driver --wrap "$WORK/driver"
begin fork --checkpoint-max-stalls=2 --wrap "$WORK/pool fork 1000"
begin spawn --wrap "$WORK/pool spawn 300"
begin forrtl --checkpoint-max-stalls=2 --wrap "$runtime-forrtl 1000"
begin petsc --wrap "$runtime-petsc 170"
begin julia --wrap "$runtime-julia 170"
begin flag --checkpoint-max-stalls=2 --wrap "$runtime-flag 1000"
begin logger --wrap "$WORK/logger"
begin status --checkpoint-max-stalls=2 --wrap "$WORK/status"
begin finisher "$WORK/finisher"
begin watcher "$WORK/watcher"
begin hanger --wrap "$WORK/hanger state 130"

# ---- a file that was written after the request
ok 'a program with a file of its own: completes' \
	wait_job 240 "${id[saver]}" COMPLETED
is "$(cat in-saver/state.result)" 130 'its result is whole'
is "$(grep -c '^tick' saver.out)" 130 'and each step was done once'
like "$(journals saver)" '"rec":"finish".*"evidence":"files"' \
	'the journal has what was seen'
unlike "$(cat saver.out)" 'saved nothing' 'nothing is complained of'

# ---- a driver that is no shell
ok 'a driver in Python: completes' wait_job 360 "${id[driver]}" COMPLETED
is "$(cat in-driver/s1.result in-driver/s2.result | xargs)" '120 120' \
	'both stages are whole'
ok 'what follows was not started in the run that saved' \
	said driver 'driver .*is not continued'

# ---- runtimes and workers are not signalled, and compute to the limit
ok 'PETSc: a job that fits its limit completes' \
	wait_job 120 "${id[petsc]}" COMPLETED
is "$(job_field "${id[petsc]}" Restarts)" 0 'in its first run, as without us'
ok 'and the output names the runtime' said petsc 'PETSc'
ok 'spawned workers: completes' wait_job 120 "${id[spawn]}" COMPLETED
is "$(job_field "${id[spawn]}" Restarts)" 0 'in its first run, as without us'
ok 'Intel Fortran: held after runs that saved nothing' \
	wait_held 240 "${id[forrtl]}"
ok 'the output names the runtime' said forrtl 'Intel Fortran'
ok 'each run computed almost to its limit' \
	[ "$(grep -c '^tick 180$' forrtl.out)" -eq 2 ]
ok 'a handler that sets a flag which nothing reads: held as well' \
	wait_held 240 "${id[flag]}"
ok 'forked workers: held as well' wait_held 240 "${id[fork]}"
unlike "$(cat fork.out)" 'SIGTERM to' 'none of them was signalled'

# ---- signalled, and nothing was written: said at once, and not repeated
for name in julia logger; do
	ok "$name: the next run completes" wait_job 240 "${id[$name]}" COMPLETED
	is "$(job_field "${id[$name]}" Restarts)" 1 "$name: that is the second"
	ok "$name: the first run says what was not seen" \
		said "$name" 'ended .* after SIGTERM.*nothing was saved'
	ok "$name: the second says why it was not signalled" \
		said "$name" 'passed over: got it in an earlier run'
	like "$(journals "$name")" '"rec":"finish".*"evidence":"none"' \
		"$name: the journal has that nothing was seen"
done
ok 'where was looked is said' said julia "looked for below $WORK/in-julia"
unlike "$(cat julia.out)" 'no version was saved' 'and nothing twice'

# ---- a status file that is the same in each run shows no save
ok 'the same status file in each run: held' wait_held 240 "${id[status]}"
is "$(grep -c 'what an earlier run wrote: nothing new was saved' status.out)" \
	2 'the first run could not tell, the others say so'
like "$(journals status)" '"evidence":"same"' 'the journal has that'

# ---- a program that saves, and then hangs in its end
ok 'a program that hangs after its save: completes' \
	wait_job 240 "${id[hanger]}" COMPLETED
is "$(grep -c '^tick' hanger.out)" 130 'and each step was done once'
ok 'it is said' said hanger 'had not ended .* later: that counts as a save'
unlike "$(cat hanger.out)" 'saved nothing' 'and it is no stall'

# ---- "done" by a program that only sees that another has ended
ok 'done from a bystander: the job goes on, and completes' \
	wait_job 240 "${id[watcher]}" COMPLETED
is "$(cat in-watcher/state)" 130 'when all is done'
ok 'its word was not taken' grep -q \
	'done: not taken, as the job was asked to save before: lingerer' watcher.out

# ---- a script that saves in its trap, and finishes its work all the same
ok 'a script that finishes within its grace: completes' \
	wait_job 240 "${id[finisher]}" COMPLETED
is "$(job_field "${id[finisher]}" Restarts)" 1 'in one more run'
is "$(grep -c 'says so with: scheckpoint done' finisher.out)" 1 \
	'how a finished job says so is said, once'
nodes_idle
done_testing
