#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Files that can't be read: the program ends as requested each time, but nothing
# is saved.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 1

script closed <<'EOJ'
#!/bin/bash
trap 'exit 0' TERM
[ -e state ] || { echo 1 >state; chmod 0 state; }
echo "run $SLURM_CHECKPOINT_RUN begun"
while :; do sleep 0.1; done
EOJ
id=$(submit --checkpoint=20 --time=5 --output=closed.out \
	--checkpoint-files=state closed)
for run in 0 1 2; do
	wait_for 40 "run $run" grep -q "^run $run begun" closed.out
	as_owner scancel -b -s TERM "$id"
done
wait_for 40 'the hold' restarted "$id" 3
like "$(cat closed.out)" 'files were not collected: .*state' \
	'the output says why'
wait_for 20 'the hold' is_held "$id"
ok 'after three such runs the job is held' is_held "$id"
like "$(job_field "$id" Comment)" 'saved nothing' 'and its comment says why'
nodes_idle
done_testing
