# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# slurmctld or munged is away when a run starts, is asked to save, or ends: no
# job is lost, none is requeued twice, no node is drained (sourced by
# 32-away.t and 32-hanging.t).
: "${away_s:=20}"

# Jobs don't start while there is $SCRATCH/wait.
cat >"$SCRATCH/prolog" <<END
#!/bin/sh
while [ -e "$SCRATCH/wait" ]; do sleep 0.1; done
END
chmod 755 "$SCRATCH/prolog"
# Nodes are not taken for down, nor jobs forgotten, in the longest outage.
cluster_up --nodes 2 --conf "$MANY" --conf MessageTimeout=60 \
	--conf SlurmdTimeout=3600 --conf MinJobAge=3600 \
	--conf "Prolog=$SCRATCH/prolog"

# waits until the test says go, then does what its name says
script phased <<'END'
#!/bin/bash
name=$SLURM_JOB_NAME
echo "begin $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'scheckpoint save "$0" && exit 1' TERM
until [ -e "$name.go" ]; do sleep 0.1; done
case $name in
ask*) kill -TERM "$PPID" ;;
self*) echo over; exit 85 ;;
fail*) exit 3 ;;
full*) exit 0 ;;
esac
while :; do sleep 0.1; done
END

# its end isn't known at its start; asked half a minute after it all the same
script begin <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'exit 1' TERM
while :; do sleep 0.1; done
END

leave() # DAEMON
{
	if [ "$1" = hanging ]; then
		kill -STOP "$(cat "$CLUSTER/run/slurmctld.pid")"
	else
		daemon stop "$1"
	fi
}

come_back() # DAEMON
{
	if [ "$1" = hanging ]; then
		kill -CONT "$(cat "$CLUSTER/run/slurmctld.pid")"
	else
		daemon start "$1"
	fi
}

declare -A id

# outage slurmctld|munged|hanging
outage()
{
	local who=$1 name gone_s

	for name in ask self fail full; do
		id[$name-$who]=$(start "$name-$who" --checkpoint=30 --time=60 \
			phased)
	done
	for name in ask self fail full; do
		wait_for 30 'a run' has_line "$name-$who.out" '^begin 0'
	done
	touch "$SCRATCH/wait"
	id[begin-$who]=$(start "begin-$who" --checkpoint=30 --time=1 begin)
	wait_job 20 "${id[begin-$who]}" RUNNING

	leave "$who"
	gone_s=$SECONDS
	rm "$SCRATCH/wait"
	as_owner touch {ask,self,fail,full}-"$who".go
	wait_for 10 'the end of a run' has_line "self-$who.out" '^over'
	ok "$who is away: a job begins" wait_for 10 'its begin' \
		has_line "begin-$who.out" '^begin 0'
	ok 'another is asked to save' wait_for 10 'the request' \
		has_line "ask-$who.out" 'asking the job to save'
	sleep "$((gone_s + away_s - SECONDS))"
	come_back "$who"
	# A TERMINATE that slurmctld could not send is repeated after minutes,
	# and then come its two of a requeued job.
	for name in ask self begin; do
		BOUND=$((away_s > 60 ? 400 : 30)) ends "${id[$name-$who]}" COMPLETED 0:0 1 \
			"$who was away, $name: requeued once, then completed"
		is "$(grep -c '^begin 1' "$name-$who.out")" 1 \
			'and ran once more'
	done
	ends "${id[fail-$who]}" FAILED 3:0 0 'a failure is one'
	ends "${id[full-$who]}" COMPLETED 0:0 0 'and a success'
}
