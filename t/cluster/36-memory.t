#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A job that exceeds the memory of its cgroup: it ends as Slurm ends such a job,
# and is not run again, whichever of its processes the kernel killed.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'memory cgroups need root'
cluster_up --nodes 1 --proctrack cgroup --cgroup ConstrainRAMSpace=yes \
	--cgroup ConstrainSwapSpace=yes --conf "$MANY" \
	--conf SelectTypeParameters=CR_Core_Memory

# eat WHICH: takes twice its memory when NAME.go exists: itself, or in children
script eat <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN $PPID"
until [ -e "$SLURM_JOB_NAME.go" ]; do sleep 0.1; done
[ "$1" = itself ] && exec python3 -c 'bytearray(200 << 20)'
if [ "$1" = supervisor ]; then
	for i in 1 2 3; do
		python3 -c 'bytearray(200 << 20)' &
	done
	wait
fi
python3 -c 'bytearray(200 << 20)'
exit 7
END

declare -A id
for name in child itself supervisor; do
	id[$name]=$(start "$name" --mem=80 --checkpoint=30 --time=5 eat "$name")
	wait_for 20 'a run' has_line "$name.out" '^begin 0'
done
# The kernel kills the process with the highest score: the supervisor.
read -r supervisor < <(sed -n 's/^begin 0 //p' supervisor.out)
echo 1000 >"/proc/$supervisor/oom_score_adj"
for name in child itself supervisor; do
	touch "$name.go"
done
for name in child itself supervisor; do
	wait_job 40 "${id[$name]}" FAILED OUT_OF_MEMORY COMPLETED PENDING
	like "$(job_state "${id[$name]}")" '^(OUT_OF_MEMORY|FAILED)$' \
		"$name killed for lack of memory: the job has failed"
	is "$(job_field "${id[$name]}" Restarts)" 0 'and is not run again'
	like "$(cat "$name.out")" 'scheckpoint: run 0: out of memory' \
		'its output says why'
done
like "$(cat "$CLUSTER"/log/n*-1)" \
	"\\[${id[supervisor]}.batch\\] task 0 .* exited. Killed by signal 9" \
	'the kernel has killed the supervisor'
nodes_idle
done_testing
