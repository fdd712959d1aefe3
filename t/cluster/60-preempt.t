#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Preemption with a grace, where Slurm does not signal the batch script.
# core
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
# shellcheck source=t/cluster/preempt.sh
. "$TOP/t/cluster/preempt.sh"
cluster_up --nodes 1 --preempt --grace 30

script serial <<EOF
#!/bin/bash
export LINGER=2 # so that we see PreemptTime
"$counter" 150
EOF
script steps <<'EOF'
#!/bin/bash
srun --ntasks=1 bash -c '
n=0
[ -z "${SLURM_CHECKPOINT_RESTORE:-}" ] || read -r n <"$SLURM_CHECKPOINT_RESTORE/n"
trap "echo \$n >n; sleep 1; scheckpoint save n; exit 0" TERM
while [ $n -lt 100 ]; do sleep 0.1 & wait $!; n=$((n + 1)); echo "count $n"; done
'
echo "the next command"
EOF

# ---- a serial program under the batch script
id[serial]=$(submit --partition=low --exclusive --checkpoint=30 --time=10 \
	--output=serial.out serial)
wait_for 30 'the run' grep -q '^count 5$' serial.out
preempt n1 --partition=high
wait_for 20 'the preemption' preempt_time serial
preempted=$(date -d "$(cat serial.preempted)" +%s)
wait_for 40 'the requeue' restarted "${id[serial]}" 1
requested=$(requested_s serial)
like "$((requested - preempted))" '^-?[0-9]$' \
	"requested within 10 s (after $((requested - preempted)) s)"
like "$(cat serial.out)" 'the job is being preempted: asking the job to save' \
	'and the output says why'
wait_for 90 'its end' ended "${id[serial]}"
is "$(job_state "${id[serial]}")" COMPLETED 'it completes'
ok 'each number was counted once' \
	diff <(sed -n 's/^count //p' serial.out) <(seq 150)
requeued_times "${id[serial]}" 1 serial.out
is "$(grep -c '^counted to' serial.out)" 1 'and it came to its end once'

# ---- a program under srun, which Slurm signals itself
id[steps]=$(submit --partition=low --exclusive --checkpoint=30 --time=10 \
	--output=steps.out steps)
wait_for 30 'the run' grep -q '^count 5$' steps.out
preempt n1 --partition=high
wait_for 60 'the requeue' restarted "${id[steps]}" 1
wait_for 90 'its end' ended "${id[steps]}"
is "$(job_state "${id[steps]}")" COMPLETED 'it completes'
ok 'a program under srun resumes as well' \
	diff <(sed -n 's/^count //p' steps.out) <(seq 100)
is "$(grep -c 'the next command' steps.out)" 1 \
	'and the next command ran once'

# ---- a program that ignores the signal
script deaf <<'EOF'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN"
trap '' TERM
while :; do sleep 0.2; done
EOF
id[deaf]=$(submit --partition=low --exclusive --checkpoint=6 --time=5 \
	--output=deaf.out deaf)
wait_for 30 'the run' has_line deaf.out '^begin 0'
preempt n1 --partition=high
wait_for 80 'the next run' has_line deaf.out '^begin 1'
like "$(cat deaf.out)" 'run 0: requeued: .*cause: preempt' \
	'a program that ignores the signal is preempted all the same'
is "$(minutes "$(job_field "${id[deaf]}" TimeLimit)")" 5 \
	'and backfill does not cut short a job that has saved nothing'
as_owner scancel "${id[deaf]}"

# ---- the sentinel takes nothing from the job's own steps
script wide <<'EOF'
#!/bin/bash
time srun --ntasks="$SLURM_CPUS_ON_NODE" true
EOF
id[wide]=$(submit --partition=low --exclusive --checkpoint=30 --time=10 \
	--output=wide.out wide)
wait_job 40 "${id[wide]}" COMPLETED
like "$(cat wide.out)" 'real.*0m[0-4]\.' \
	'a step over all CPUs starts at once beside the sentinel'
unlike "$(cat wide.out)" 'CANCELLED|srun: error' \
	'and its end leaves no line in the output'
nodes_idle
done_testing
