#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Requeue=0, set while a job runs, is respected, and a new job can go on from
# its state.  Requeue=0 as the site's default has no effect on a job with
# --checkpoint.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 1 --conf "$MANY" --conf JobRequeue=0

# the first run waits for NAME.go, saves and exits with 85
script go-on <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN from $SLURM_CHECKPOINT_VERSION"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
while [ ! -e "$SLURM_JOB_NAME.go" ]; do sleep 0.1; done
scheckpoint save "$0" >/dev/null || exit 9
exit 85
END

declare -A id
for name in forbidden site; do
	id[$name]=$(start $name --checkpoint=30 --time=5 go-on)
	wait_for 20 "$name to run" has_line $name.out '^begin 0'
done
ok 'requeue is on' test "$(job_field "${id[forbidden]}" Requeue)" = 1
ok 'its owner sets Requeue=0' as_owner scontrol update \
	"JobId=${id[forbidden]}" Requeue=0
touch forbidden.go site.go
BOUND=40 ends "${id[site]}" COMPLETED 0:0 1 'the other one is requeued'
BOUND=20 ends "${id[forbidden]}" FAILED 85:0 0 'it is not requeued'
word='Requeue=0 was set while it ran, so the job is not put back'
like "$(job_field "${id[forbidden]}" Comment)" "run 0: $word" \
	'the comment says why'
store=$WORK/checkpoint-${id[forbidden]}
like "$(tail -n 1 forbidden.out)" "$word; a new job with .*-from=$store goes" \
	'the output says so, too, and what to do'
is "$(grep -o '"action":"leave"' "$store"/journal-* | wc -l)" 2 \
	'the journal has it, too'
id[new]=$(start new --checkpoint=30 --time=5 "--checkpoint-from=$store" go-on)
touch new.go
BOUND=40 ends "${id[new]}" COMPLETED 0:0 1 'a new job runs'
like "$(cat new.out)" '^begin 0 from 1$' 'and goes on from its state'
nodes_idle
done_testing
