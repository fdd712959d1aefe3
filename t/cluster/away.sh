# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# slurmctld or munged is away when a run starts, is requested to save, or ends:
# no job is lost or requeued twice, and no node is drained (sourced by 32-away.t
# and 32-hanging.t).
: "${away_s:=20}"

# No job starts while the file $SCRATCH/wait exists.
cat >"$SCRATCH/prolog" <<END
#!/bin/sh
while [ -e "$SCRATCH/wait" ]; do sleep 0.1; done
END
chmod 755 "$SCRATCH/prolog"
# In the longest outage Slurm must neither set nodes down nor forget jobs.
cluster_up --nodes 2 --conf "$MANY" --conf MessageTimeout=60 \
	--conf SlurmdTimeout=3600 --conf MinJobAge=3600 \
	--conf "Prolog=$SCRATCH/prolog"

# waits until the test makes NAME.go, then does what its name says
script phased <<'END'
#!/bin/bash
name=$SLURM_JOB_NAME
echo "begin $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'scheckpoint save "$0" && exit 1' TERM
until [ -e "$name.go" ]; do sleep 0.1; done
case $name in
request*) kill -TERM "$PPID" ;;
self*) echo over; exit 85 ;;
fail*) exit 3 ;;
full*) exit 0 ;;
esac
while :; do sleep 0.1; done
END

# is requested to save after half a minute, though slurmctld does not tell at
# its start when it ends
script begin <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'exit 1' TERM
while :; do sleep 0.1; done
END

take_away() # WHAT
{
	if [ "$1" = hanging ]; then
		kill -STOP "$(cat "$CLUSTER/run/slurmctld.pid")"
	else
		daemon stop "$1"
	fi
}

bring_back() # WHAT
{
	if [ "$1" = hanging ]; then
		kill -CONT "$(cat "$CLUSTER/run/slurmctld.pid")"
	else
		daemon start "$1"
	fi
}

declare -A id

# outage WHAT: slurmctld, munged, or hanging, where slurmctld stands still
outage()
{
	local what=$1 name gone_s

	for name in request self fail full; do
		id[$name-$what]=$(start "$name-$what" --checkpoint=30 \
			--time=60 phased)
	done
	for name in request self fail full; do
		wait_for 30 'a run' has_line "$name-$what.out" '^begin 0'
	done
	touch "$SCRATCH/wait"
	id[begin-$what]=$(start "begin-$what" --checkpoint=30 --time=1 begin)
	wait_job 20 "${id[begin-$what]}" RUNNING

	take_away "$what"
	gone_s=$SECONDS
	rm "$SCRATCH/wait"
	as_owner touch {request,self,fail,full}-"$what".go
	wait_for 10 'the end of a run' has_line "self-$what.out" '^over'
	ok "$what is away: a job begins" wait_for 10 'its begin' \
		has_line "begin-$what.out" '^begin 0'
	ok 'another is requested to save' wait_for 10 'the request' \
		has_line "request-$what.out" 'asking the job to save'
	sleep "$((gone_s + away_s - SECONDS))"
	bring_back "$what"
	# slurmctld repeats a TERMINATE that it could not send after minutes,
	# and lets a requeued job wait for two more.
	for name in request self begin; do
		BOUND=$((away_s > 60 ? 400 : 30)) ends "${id[$name-$what]}" \
			COMPLETED 0:0 1 \
			"$what was away, $name: requeued once, then completed"
		is "$(grep -c '^begin 1' "$name-$what.out")" 1 \
			'it ran once more'
	done
	ends "${id[fail-$what]}" FAILED 3:0 0 'a failed job has failed'
	ends "${id[full-$what]}" COMPLETED 0:0 0 'a completed one has completed'
}
