#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Jobs that work against --checkpoint without meaning to: traps that submit or
# that bash hasn't got, a grace that doesn't fit, directories that are missing,
# and ranks of which one that ends kills the others.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 2 --conf "$MANY"

# saver SIGNAL STEPS: counts, and saves its count when it gets the signal
script saver <<'EOF'
#!/usr/bin/env python3
import os, signal, sys, time
path, asked = sys.argv[3], []
signal.signal(getattr(signal, "SIG" + sys.argv[1]), lambda *_: asked.append(1))
n = int(open(path).read()) if os.path.exists(path) else 0
while n < int(sys.argv[2]) and not asked:
    time.sleep(0.25)
    n += 1
with open(path + ".tmp", "w") as f:
    f.write(str(n))
os.replace(path + ".tmp", path)
EOF
script submits <<'EOF'
#!/bin/bash
again()
{
	kill -TERM $pid
	wait $pid
	sbatch --checkpoint=40 --time=1 submits
	exit 0
}
trap again TERM
./saver TERM 4000 submits.state & pid=$!
wait $pid
EOF
script interrupted <<'EOF'
#!/bin/bash
./saver INT 4000 interrupted.state
echo "post on half a result"
EOF
script ranks <<'EOF'
#!/bin/bash
srun -K -n2 --overlap bash -c './saver TERM 4000 rank$SLURM_PROCID'
exit 85
EOF
# No program below catches the signal; Slurm's own TERM reaches the trap.
script chained <<'EOF'
#!/bin/bash
trap 'sbatch --partition=many --checkpoint=40 --time=1 chained; exit 0' TERM
echo started
sleep 300 & wait
EOF
script waits <<'EOF'
#!/bin/bash
trap 'echo saved >waits.state; exit 0' TERM
sleep 300
EOF
script short <<'EOF'
#!/bin/bash
sleep 3
EOF

# checkpointed NAME ARGUMENT...: prints the job id; its output is in NAME.out
checkpointed()
{
	local name=$1

	shift
	submit --time=1 --checkpoint=40 "--output=$name.out" "$@" 2>/dev/null
}
declare -A id
id[submits]=$(checkpointed submits submits)
id[interrupted]=$(checkpointed interrupted --checkpoint-signal=INT interrupted)
id[ranks]=$(checkpointed ranks -n2 ranks)
id[waits]=$(checkpointed waits --partition=many --checkpoint-max-stalls=1 waits)
for n in 1 2 3 4; do
	id[chained$n]=$(checkpointed chained$n --partition=many --time=10 chained)
done
id[long]=$(submit --checkpoint=20m --output=long.out short)
id[astray]=$(checkpointed astray --chdir="$WORK/gone" "--output=$WORK/astray.out" \
	short)
id[unstarted]=$(checkpointed unstarted --chdir="$WORK/gone" short)

like "${id[long]}" '^[0-9]+$' 'a grace above the default limit is submitted'
wait_job 60 "${id[long]}" COMPLETED
like "$(cat long.out)" 'scheckpoint: the grace of 20 min doesn.t fit into this run of 10 min' \
	'and the run says that it does not fit'

wait_held 60 "${id[astray]}"
like "$(cat astray.out)" "the job's work directory $WORK/gone isn't there on n[12]: nothing is started" \
	'a missing --chdir: the output says so'
is "$(find /tmp -maxdepth 1 -name "checkpoint-${id[astray]}" -newer saver)" '' \
	'and no store is made in /tmp'
has_reason()
{
	job_field "${id[unstarted]}" Comment | grep -q 'work directory'
}
wait_for 60 'the reason of a job whose output has no directory' has_reason
like "$(job_field "${id[unstarted]}" Comment)" \
	"nothing was started: the work directory $WORK/gone isn't there" \
	'where the output is missing as well, the comment says so'

for name in submits interrupted ranks; do
	wait_for 120 "$name to be requeued" restarted "${id[$name]}" 1
	like "$(cat "$name.out")" 'run 0: requeued: to be continued' \
		"$name: it is requeued"
done
is "$(squeue -h -o %j | grep -c submits)" 1 'a trap that submits makes no job'
like "$(cat submits.out)" \
	'script \(pid [0-9]*\) was passed over: its trap for it submits a job' \
	'and the output says why it is passed over'
ok 'its program has saved' test -s submits.state
ok 'a program that catches INT has saved' test -s interrupted.state
unlike "$(cat interrupted.out)" 'post on' 'and bash does not go on'
ok 'srun -K: each rank has saved' test -s rank0 -a -s rank1
wait_held 90 "${id[waits]}"
like "$(cat waits.out)" \
	'the trap of the job script \(pid [0-9]+\) runs when sleep \(pid [0-9]+\) has ended' \
	'a trap that waits behind a program: the output names the program'
ok 'four jobs whose trap submits run' \
	[ "$(cat chained[1-4].out | grep -c '^started')" -eq 4 ]
as_owner scancel -u "$JOB_USER"
wait_for 60 'all jobs to end' job_over "${id[submits]}"
for n in 1 2 3 4; do
	wait_for 60 "job chained$n to end" job_over "${id[chained$n]}"
done
is "$(squeue -h -o %j | grep -c chained)" 0 \
	'no trap that submits has run when they were cancelled'
nodes_idle
done_testing
