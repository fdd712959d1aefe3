#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A later run whose store is gone, since it or the job's work directory was
# renamed or removed: it begins from the start only if its owner says so.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"

# rpc can't reach slurmctld while the file "away" exists
wrap_helpers "$SCRATCH/helpers" rpc <<END
#!/bin/bash
[ ! -e "$WORK/away" ] || exit 1
exec "$SCRATCH/helpers/rpc.real" "\$@"
END
cluster_up --nodes 2 --conf "$MANY" --plugstack-arg restart_delay=4 \
	--plugstack-arg "helpers=$SCRATCH/helpers"

# saves a version in the first run, and prints from which version a run begins
script half <<'END'
#!/bin/bash
echo "run $SLURM_CHECKPOINT_RUN from version $SLURM_CHECKPOINT_VERSION"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
scheckpoint save "$0" || exit 9
exit 85
END

# gone NAME RUN: tests that this run holds the job, with reason and remedy
gone()
{
	local what="is gone, though this is run $2"

	wait_for 40 "run $2 to be settled" has_line "$1.out" \
		"^[^ ]* scheckpoint: run $2: requeued and HELD"
	wait_held 20 "${id[$1]}"
	like "$(job_field "${id[$1]}" Comment)" \
		"run $2: .*$what: put it back, .*empty directory.*release" \
		"$1: run $2 is held, with reason and remedy in the comment"
	like "$(grep HELD "$1.out" | tail -n 1)" "$what: put it back.*release" \
		'and at the end of the output'
	unlike "$(cat "$1.out")" "^run $2 from" 'the script did not run'
}

# went_on NAME RUN VERSION: tests that the run began from that version
went_on()
{
	wait_job 40 "${id[$1]}" COMPLETED
	like "$(cat "$1.out")" "^run $2 from version $3\$" \
		"run $2 begins from version $3"
}

first_run_ends()
{
	wait_for 30 "the first run of $1" has_line "$1.out" 'run 0: requeued'
}

declare -A id

as_owner mkdir stores elsewhere moved-dir
for name in moved restart; do
	id[$name]=$(start $name --checkpoint=30 --time=5 \
		"--checkpoint-dir=$WORK/stores/$name" half)
done
id[dir]=$(start dir --checkpoint=30 --time=5 "--chdir=$WORK/moved-dir" \
	"--output=$WORK/dir.out" half)
mkdir unwritable unreachable
chmod 755 unwritable unreachable
for name in unwritable unreachable; do
	id[$name]=$(start $name --checkpoint=30 --time=5 \
		"--checkpoint-dir=$WORK/$name/store" half)
done
first_run_ends moved
mv stores/moved elsewhere
first_run_ends restart
mv stores/restart elsewhere
first_run_ends dir
mv moved-dir moved-away

# ---- the store was moved, and is back late
gone moved 1
release moved
gone moved 2
not_ok 'no new store was made' test -e stores/moved
mv elsewhere/moved stores
release moved
went_on moved 3 1

# ---- its owner wants to begin from the start
gone restart 1
as_owner mkdir stores/restart
release restart
went_on restart 2 0

# ---- the job's work directory
gone dir 1
like "$(cat dir.out)" "work directory $WORK/moved-dir isn't there on n" \
	'and the output says why'
mv moved-away moved-dir
release dir
went_on dir 2 1

# ---- the first run could not make the store, as slurmctld knows; then it can
for name in unwritable unreachable; do
	wait_held 40 "${id[$name]}"
	like "$(job_field "${id[$name]}" Comment)" "run 0: .*can't be used" \
		"$name: the first run can't make it"
	chown "$JOB_USER" $name
done
release unwritable
wait_job 40 "${id[unwritable]}" COMPLETED
like "$(cat unwritable.out)" '^run 1 from version 0$' \
	'then the next run makes it'
touch away
release unreachable
gone unreachable 1
rm away
as_owner mkdir unreachable/store
release unreachable
went_on unreachable 2 0
nodes_idle
done_testing
