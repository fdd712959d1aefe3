#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A time limit that owner or operator set with scontrol replaces the submitted
# one in all later runs.
# core
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 1 --conf "$MANY" --plugstack-arg restart_delay=8

# each run waits for a file, saves and exits with 85; the fourth completes
script go-on <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -lt 3 ] || exit 0
while [ ! -e "go-$SLURM_CHECKPOINT_RUN" ]; do sleep 0.1; done
scheckpoint save "$0" >/dev/null || exit 9
exit 85
END

runs() # RUN
{
	wait_for 60 "run $1" has_line job.out "^begin $1\$"
}

# ends_with RUN MINUTES TEXT: tests that the run ends, and the job has that
# limit
ends_with()
{
	touch "go-$1"
	wait_for 30 "run $1 to be settled" has_line job.out \
		"^[^ ]* scheckpoint: run $1: requeued"
	is "$(plan_of "$id" "$1" limit_min) $(minutes \
		"$(job_field "$id" TimeLimit)")" "$2 $2" "$3"
}

limit() # MINUTES COMMAND...
{
	local minutes=$1

	shift
	"$@" scontrol update "JobId=$id" "TimeLimit=$minutes"
}

id=$(start job --checkpoint=30 --time=10 go-on)
runs 0
ok 'the owner lowers the limit of a run' limit 5 as_owner
ends_with 0 5 'the next run has no longer limit'

ok 'the owner raises the limit of the waiting job' limit 20 as_owner
runs 1
like "$(cat job.out)" 'limit was changed to 20 min: it holds for later runs' \
	'the output says that the limit was changed'
ends_with 1 20 'the next run has that limit'

runs 2
unlike "$(sed -n '/^begin 1/,$p' job.out)" 'limit was changed' \
	'an unchanged limit is not mentioned'
ok 'an operator raises the limit of a run' limit 40 env
ends_with 2 40 'the next run has that limit'
BOUND=40 ends "$id" COMPLETED 0:0 3 'it completes'
nodes_idle
done_testing
