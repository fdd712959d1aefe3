#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What ends a job that would go on for ever: stalls, failed restores, a total, a
# bound on runs, a delay that grows; and a store that can't be used.  Each hold
# gives its reason, and the owner's release lets the job go on.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 2 --conf "$MANY" --plugstack-arg restore_window=5 \
	--plugstack-arg restart_delay=4

# holds NAME REGEX TEXT: tests that it is held, with reason and remedy in
# comment and output
holds()
{
	wait_held 80 "${id[$1]}"
	ok "$3: held" is_held "${id[$1]}"
	like "$(job_field "${id[$1]}" Comment)" "$2.*release" \
		'the comment has reason and remedy'
	like "$(tail -n 1 "$1.out")" "HELD: .*$2.*release" \
		'so has the end of the output'
}

# stall [RUNS]: sends the supervisor TERM, catches the signal that follows, and
# goes on; after RUNS runs it completes
script stall <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -lt "${1:-99}" ] || exit 0
trap : TERM
sleep 0.5
kill -TERM "$PPID"
while :; do sleep 0.1; done
END

# restore WHEN [late]: each of the first two runs saves a version; a later run
# fails if its version matches WHEN
script restore <<'END'
#!/bin/bash
echo "run $SLURM_CHECKPOINT_RUN from $SLURM_CHECKPOINT_VERSION"
if [ "$SLURM_CHECKPOINT_RUN" -lt 2 ]; then
	scheckpoint save "$0" || exit 9
	exit 85
fi
[ "${2:-}" != late ] || sleep 7
case $SLURM_CHECKPOINT_VERSION in
$1) exit 1 ;;
esac
END

# again SECONDS [save]: runs that long, then exits with 85
script again <<'END'
#!/bin/bash
echo "begin $(date +%s.%N)"
sleep "$1"
[ -z "${2:-}" ] || scheckpoint save "$0" || exit 9
[ ! -e "${SLURM_JOB_NAME}.enough" ] || exit 0
echo "end $(date +%s.%N)"
exit 85
END

# goes-on prints that it ran
script goes-on <<'END'
#!/bin/bash
echo "ran as run $SLURM_CHECKPOINT_RUN"
END

declare -A id

# ---- stores that can't be used
mkdir unwritable damaged
as_owner mkdir stores
chmod 755 unwritable
: >in-the-way
id[owner]=$(start owner --checkpoint=30 --time=5 \
	"--checkpoint-dir=$WORK/stores/taken" goes-on)
id[damaged]=$(start damaged --checkpoint=30 --time=5 \
	"--checkpoint-dir=$WORK/stores/damaged" again 0)
wait_for 20 'a store to damage' has_line damaged.out '^end'
id[unwritable]=$(start unwritable --checkpoint=30 --time=5 \
	"--checkpoint-dir=$WORK/unwritable/store" goes-on)
id[locked]=$(start locked --checkpoint=30 --time=5 \
	"--checkpoint-dir=$WORK/stores/locked" again 0)
id[in-the-way]=$(start in-the-way --checkpoint=30 --time=5 \
	"--checkpoint-dir=$WORK/in-the-way" goes-on)

# ---- the other jobs, side by side
id[stall]=$(start stall --checkpoint=5 --time=5 stall)
id[stall0]=$(start stall0 --checkpoint=5 --time=5 \
	--checkpoint-max-stalls=0 stall 4)
id[fall-back]=$(start fall-back --checkpoint=30 --time=5 restore 2)
id[bad]=$(start bad --checkpoint=30 --time=5 restore '*')
id[late]=$(start late --checkpoint=30 --time=5 restore '*' late)
id[total]=$(start total --checkpoint=30 --time=5 --checkpoint-total=3 \
	again 4 save)
id[runs]=$(start runs --checkpoint=30 --time=5 --checkpoint-max-runs=3 \
	again 0 save)
id[loop]=$(start loop --checkpoint=30 --time=5 again 0 save)

# the second run finds the store damaged
wait_for 20 'the store' test -s stores/damaged/store.json
wait_for 20 'the first run' has_line locked.out 'run 0: requeued'
chmod 500 stores/locked
echo '{"format' >stores/damaged/store.json
wait_job 20 "${id[owner]}" COMPLETED
id[taken]=$(start taken --checkpoint=30 --time=5 \
	"--checkpoint-dir=$WORK/stores/taken" goes-on)

holds unwritable "can't be used" 'a directory without write permission'
like "$(cat unwritable.out)" 'unwritable/store.*Permission denied' \
	'and the output says why'
holds in-the-way "can't be used" 'a file where the store should be'
holds damaged "can't be used" 'a damaged store.json'
holds locked "can't be used" 'a store that has become read-only'
holds taken "can't be used" "another job's store"
like "$(cat taken.out)" "belongs to another job, number ${id[owner]} " \
	'and the output names that job'
nodes_are_fine=$(sinfo -h -N -o %T | grep -v -e idle -e mixed -e allocated)
is "$nodes_are_fine" '' 'no node is drained'

chown "$JOB_USER" unwritable
rm -r in-the-way stores/taken stores/damaged
chmod 700 stores/locked
touch damaged.enough locked.enough
for name in unwritable in-the-way taken damaged locked; do
	release "$name"
	wait_job 30 "${id[$name]}" COMPLETED
	is "$(job_state "${id[$name]}")" COMPLETED 'and it completes'
done
like "$(cat unwritable.out)" '^ran as run 1$' 'in its next run'

# ---- stalls
holds stall '3 runs in a row saved nothing' 'three runs that saved nothing'
is "$(job_field "${id[stall]}" Restarts)" 3 'in the third run'
like "$(cat stall.out)" 'run 0: requeued: this run saved nothing \(1 of 3' \
	'the first one has said so'
release stall
wait_for 30 'another run' has_line stall.out 'run 3 on'
as_owner scancel "${id[stall]}"
ends "${id[stall0]}" COMPLETED 0:0 4 'max-stalls=0: never held'

# ---- restores
ends "${id[fall-back]}" COMPLETED 0:0 4 'after two failures it falls back'
is "$(grep -o '^run . from .' fall-back.out | paste -sd,)" \
	'run 0 from 0,run 1 from 1,run 2 from 2,run 3 from 2,run 4 from 1' \
	'to the version before'
holds bad '3 runs in a row failed soon' 'three restores that failed'
ends "${id[late]}" FAILED 1:0 2 'a failure after the window: failed'

# ---- total
holds total 'total compute time is used up' 'the total is used up'
is "$(grep -c '^begin' total.out)" 2 'there was one more run'
is "$(plan_of "${id[total]}" 0 limit_min)" 5 'it had the submitted limit'

# ---- runs
holds runs 'has had 3 runs' 'max-runs'
is "$(grep -c '^begin' runs.out)" 3 'after three runs'

# ---- a script that exits with 85 at once
has_looped()
{
	[ "$(grep -c '^begin' loop.out)" -ge 7 ]
}
wait_for 60 'six runs' has_looped
touch loop.enough
gaps=$(awk '/^end/ { end = $2 } /^begin/ && end { printf "%d ", $2 - end }' \
	loop.out)
note "seconds from end to start: $gaps"
ok 'the delay grows from the fifth run' awk -v gaps="$gaps" 'BEGIN {
	split(gaps, gap, " ")
	exit !(gap[4] < 7 && gap[5] >= 7 && gap[6] >= 15)
}'
as_owner scancel "${id[loop]}"
nodes_idle
done_testing
