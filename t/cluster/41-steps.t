#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs of srun steps, on every node of the job.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 4
rank=$TOP/t/cluster/jobs/rank.py

script ranks <<EOF
#!/bin/bash
mkdir -p state
srun python3 "$rank" 120 state
echo "the next command"
EOF
# wrapped: a shell on each node that would start the next command there; deaf: a
# program that the signal would kill
script wrapped <<EOF
#!/bin/bash
mkdir -p state
srun bash -c 'python3 "$rank" 120 state; echo "next on rank \$SLURM_PROCID"'
EOF
script deaf <<'EOF'
#!/bin/bash
srun sleep 1000
EOF

# stop_ranks FILE RANKS: requests the job to save when each rank has counted to
# 3, and waits for the requeue
stop_ranks()
{
	wait_for 30 'all ranks' has_line "$1" 'count 3$' "$2"
	as_owner scancel -b -s TERM "$id"
	wait_for 40 'the requeue' restarted "$id" 1
}

# each_counted_once FILE RANKS TARGET: each rank has counted each number once
each_counted_once()
{
	local r

	for ((r = 0; r < $2; r++)); do
		diff <(sed -n "s/^rank $r count //p" "$1") <(seq "$3") || return
	done
}

for nodes in 1 2 4; do
	rm -rf state
	id=$(submit --nodes="$nodes" --ntasks-per-node=1 --checkpoint=30 \
		--time=5 --output="ranks-$nodes.out" ranks)
	stop_ranks "ranks-$nodes.out" "$nodes"
	is "$(grep -c 'SIGTERM to rank.py (pid [0-9]* on n[1-4])' \
		"ranks-$nodes.out")" "$nodes" \
		"$nodes nodes: the output names each program, and its node"
	is "$(grep -c '^rank . saved' "ranks-$nodes.out")" "$nodes" \
		'each rank has saved'
	wait_job 60 "$id" COMPLETED
	ok 'each rank counted each number once' \
		each_counted_once "ranks-$nodes.out" "$nodes" 120
	is "$(grep -c 'the next command' "ranks-$nodes.out")" 1 \
		'the next command ran once, at the end'
done

rm -rf state
id=$(submit --nodes=2 --ntasks-per-node=1 --checkpoint=30 --time=5 \
	--output=wrapped.out wrapped)
stop_ranks wrapped.out 2
wait_job 60 "$id" COMPLETED
ok 'behind a shell on each node: each number once as well' \
	each_counted_once wrapped.out 2 120
is "$(grep -c '^next on rank' wrapped.out)" 2 \
	'the shells did not go on to the next command'

# ---- a heterogeneous step, of two programs
script parts <<EOF
#!/bin/bash
mkdir -p state
srun --ntasks=1 --nodes=1 python3 "$rank" 120 state : \\
	--ntasks=1 --nodes=1 python3 "$rank" 120 state
echo "the next command"
EOF
rm -rf state
id=$(submit --nodes=2 --ntasks-per-node=1 --checkpoint=30 --time=5 \
	--output=parts.out parts)
stop_ranks parts.out 2
is "$(grep -c 'SIGTERM to rank.py' parts.out)" 2 \
	'a heterogeneous step: both parts get it'
wait_job 60 "$id" COMPLETED
ok 'and each counted each number once' \
	each_counted_once parts.out 2 120

# ---- no program catches the signal: none is killed, and the job computes on
id=$(submit --nodes=2 --ntasks-per-node=1 --checkpoint=30 --time=5 \
	--output=deaf.out deaf)
wait_for 30 'the step' eval "scontrol show step $id.0 | grep -q RUNNING"
as_owner scancel -b -s TERM "$id"
wait_for 30 'the word' grep -q 'no program of the job catches SIGTERM' deaf.out
like "$(cat deaf.out)" 'sleep \(pid [0-9]+ on n[12]\) was passed over' \
	'the output names what was passed over, and its node'
ok 'the step lives on' eval "scontrol show step $id.0 | grep -q RUNNING"
is "$(job_state "$id")" RUNNING 'and so does the job'
as_owner scancel "$id"
wait_job 30 "$id" CANCELLED

# ---- our step can't deliver: Slurm signals the programs that it can reach
mv "$CLUSTER/libexec/deliver" "$SCRATCH/deliver"
printf '#!/bin/sh\nexec sleep 1000\n' >"$CLUSTER/libexec/deliver"
chmod 755 "$CLUSTER/libexec/deliver"
rm -rf state
id=$(submit --nodes=2 --ntasks-per-node=1 --checkpoint=40 --time=5 \
	--output=stuck.out ranks)
stop_ranks stuck.out 2
like "$(cat stuck.out)" 'no step of ours could start in time: Slurm signals' \
	'where deliver hangs, the output says so'
is "$(grep -c '^rank . saved' stuck.out)" 2 'and each rank has saved'
as_owner scancel "$id"
wait_job 30 "$id" CANCELLED
mv -f "$SCRATCH/deliver" "$CLUSTER/libexec/deliver"

# ---- slurmstepd's title has no room for the number of the job, and an srun that
# has no step
script titled <<'EOF'
#!/bin/bash
srun --ntasks=1 python3 -u -c '
import os, signal, sys, time
def save(*_):
    print("saved", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("below", os.getppid(), flush=True)
time.sleep(100)'
EOF
script stepless <<'EOF'
#!/bin/bash
cp /bin/sleep srun
echo begin
./srun 100
EOF
# cut_title PID: leaves one digit of what a slurmstepd shows
cut_title()
{
	python3 - "$1" <<'EOF'
import sys
path = "/proc/" + sys.argv[1]
title = open(path + "/cmdline", "rb").read()
begin = int(open(path + "/stat").read().rsplit(")", 1)[1].split()[45])
with open(path + "/mem", "r+b", 0) as memory:
    memory.seek(begin)
    memory.write(title[:14].ljust(len(title), b"\0"))
EOF
	[ "$(tr -d '\0' <"/proc/$1/cmdline" | wc -c)" -eq 14 ]
}
id=$(submit --checkpoint=30 --time=5 --output=titled.out titled)
stepless=$(submit --checkpoint=30 --time=5 --output=stepless.out stepless)
wait_for 30 'the step' has_line titled.out '^below'
if [ "$(id -u)" -eq 0 ]; then
	ok 'the title is cut' cut_title \
		"$(sed -n 's/^below //p' titled.out)"
else
	skip 1 'only root can write into slurmstepd'
fi
as_owner scancel -b -s TERM "$id"
wait_for 30 'the requeue' restarted "$id" 1
like "$(cat titled.out)" 'SIGTERM to python3 \(pid [0-9]+ on n[1-4]\)' \
	'the step is found all the same'
like "$(cat titled.out)" '^saved' 'and its program saves'
wait_for 20 'the other' has_line stepless.out '^begin'
as_owner scancel -b -s TERM "$stepless"
wait_for 30 'the look' has_line stepless.out 'catches SIGTERM'
like "$(cat stepless.out)" 'srun runs, but no step of the job was found' \
	'where there is no step, the output says so'
as_owner scancel "$id" "$stepless"

# ---- other users' processes with the title of its slurmstepd, which are older
if [ -z "$OTHER_USER" ]; then
	skip 3 'other users need root'
	nodes_idle
	done_testing
	exit
fi
rm -rf state
id=$(submit --hold --nodelist=n1 --checkpoint=30 --time=5 \
	--output=crowded.out ranks)
mkfifo "$SCRATCH/fifo"
exec 9<>"$SCRATCH/fifo"
fakes=()
for ((i = 0; i < 260; i++)); do
	setpriv --reuid="$OTHER_USER" --clear-groups bash -c \
		"exec -a 'slurmstepd: [$id.0]' su -c true $JOB_USER" \
		<"$SCRATCH/fifo" >/dev/null 2>&1 &
	fakes+=($!)
done
(exec -a "slurmstepd: [$id.0]" sleep 1000) &
fakes+=($!)
scontrol release "$id"
wait_for 30 'the rank' grep -q 'count 3$' crowded.out
# At least: other clusters on this machine may have a step of this number.
ok 'hundreds of processes seem to be its slurmstepd' \
	test "$(pgrep -c -f -x "slurmstepd: \\[$id\\.0\\].*")" -ge 262
as_owner scancel -b -s TERM "$id"
wait_for 30 'the requeue' restarted "$id" 1
like "$(cat crowded.out)" 'SIGTERM to rank.py \(pid [0-9]+ on n1\)' \
	'the program of the step is found among them'
like "$(cat crowded.out)" '^rank 0 saved' 'and saves'
kill "${fakes[@]}"
wait "${fakes[@]}" 2>/dev/null
wait_job 60 "$id" COMPLETED
nodes_idle
done_testing
