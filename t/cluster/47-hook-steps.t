#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A hook together with srun: tasks that watch for a file catch no signal; they
# are awaited, and what they wrote is collected.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 2

script ranks <<'END'
#!/bin/bash
rm -f STOP
srun bash -c '
f=rank$SLURM_PROCID.n
n=$(cat $f 2>/dev/null || echo 0)
while [ $n -lt 160 ]; do
	sleep 0.25
	n=$((n + 1))
	echo tick $SLURM_PROCID $n
	[ $((n % 8)) = 0 ] && [ -e STOP ] && { sleep 3; echo $n >$f; exit 0; }
done
echo $n >$f
echo rank $SLURM_PROCID complete'
echo next
[ "$(cat rank*.n | sort -u)" = 160 ] && scheckpoint "done"
END

id=$(submit --nodes=2 --time=1 --checkpoint=40 --checkpoint-hook='touch STOP' \
	'--checkpoint-files=rank*.n' --output=ranks.out ranks)
ok 'a job with a hook and srun completes' wait_job 240 "$id" COMPLETED ||
	diag "$(cat ranks.out)"
ok 'after a restart at least' [ "$(job_field "$id" Restarts)" -ge 1 ]
is "$(grep -c '^tick' ranks.out) $(grep '^tick' ranks.out | sort -u | wc -l)" \
	'320 320' 'each rank made each step once'
is "$(grep -c '^next' ranks.out)" 1 \
	'the rest of the script was run in the last run alone'
like "$(cat ranks.out)" 'saved: version 1' 'the files were collected'
unlike "$(cat ranks.out)" 'was passed over' 'and nothing is complained of'
nodes_idle
done_testing
