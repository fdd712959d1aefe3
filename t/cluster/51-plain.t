#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A job without --checkpoint pays nothing: no call to slurmctld, no file, no
# process, only some tens of system calls.  The supervisor of a job with it has
# little memory and few descriptors.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'slurmd is traced as root'
cluster_up --nodes 1
# shellcheck source=t/cluster/cost.sh
. "$TOP/t/cluster/cost.sh"
cost_job plain

# at_most GOT BOUND TEXT: tests that it is
at_most()
{
	ok "$3: $1, at most $2" [ "$1" -le "$2" ]
}

# ------------------------------------------------------------ plain jobs

# What the job can see: its parent and siblings, its environment, its
# descriptors
script look <<'END'
#!/bin/bash
# bash opens descriptors of its own later
ls -l /proc/$$/fd >"$SLURM_JOB_NAME.fds"
{
	tr '\0' ' ' <"/proc/$PPID/cmdline" | sed 's/\[[0-9]*/[N/'
	echo
	ps -o comm= --ppid "$PPID" | sort
	env | cut -d= -f1 | sort
	sed -n 's/.* \([0-9]* ->\)/\1/p' "$SLURM_JOB_NAME.fds" |
		sed 's/job[0-9]*/job/'
} >"$SLURM_JOB_NAME.saw"
echo $$ >"$SLURM_JOB_NAME.ran"
END

# observe NAME: runs three plain jobs, and records what they see, what slurmctld
# counts, and which files there are
observe()
{
	local i

	sdiag --reset >/dev/null
	for i in 1 2 3; do
		cp -p look "$1"
		run_plain "$1"
		mv "$1.saw" "$SCRATCH/$1.saw"
		rm -f "$1" "$1.ran" "$1.fds"
	done
	rpcs >"$SCRATCH/$1.rpcs"
	wait_for 30 'the epilogs' is_idle
	find "$WORK" "$CLUSTER" -not -path "$CLUSTER/state/*" \
		-not -path "$CLUSTER/run/*" -not -name 'plugstack.conf' |
		sort >"$SCRATCH/$1.files"
}

without_plugin
observe warm-up
observe without
with_plugin
observe with
like "$(cat "$SCRATCH/with.rpcs")" '^REQUEST_SUBMIT_BATCH_JOB 3$' \
	'slurmctld counts what three jobs call'
for what in rpcs files saw; do
	case $what in
	rpcs) text='as many calls to slurmctld as without the plugin' ;;
	files) text='no file is made' ;;
	saw) text='the job sees the same processes, environment, descriptors' ;;
	esac
	is "$(sed s/with/NAME/ "$SCRATCH/with.$what")" \
		"$(sed s/without/NAME/ "$SCRATCH/without.$what")" "$text"
done

# --------------------------------------------------------- system calls
for what in sbatch launch; do
	with_plugin
	with=$(least "calls_of_$what")
	ok "the plugin is seen in $what" \
		grep -q 'open.*spank_checkpoint\.so' "$SCRATCH/$what.trace"
	without_plugin
	without=$(least "calls_of_$what")
	not_ok 'and without it, it is not' \
		grep -q 'open.*spank_checkpoint\.so' "$SCRATCH/$what.trace"
	ok 'system calls are counted' [ "$without" -gt 100 ]
	at_most $((with - without)) 60 "added to $without of $what"
done
with_plugin

# ------------------------------------------ calls of a checkpointed run
script again <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
scheckpoint save "$0" >/dev/null
kill -TERM "$PPID"
exit 85
END
sdiag --reset >/dev/null
id=$(submit --checkpoint=20 --time=5 --output=again.out again)
wait_for 30 'settle' grep -q '^[^ ]* scheckpoint: run 0: requeued' again.out
at_most $(($(calls_of_user) - 1)) 15 'calls of a run that is requeued'
wait_job 30 "$id" COMPLETED
is "$(job_state "$id")" COMPLETED 'the job goes on and completes'

# --------------------------------------------------------- the supervisor
script heavy <<'END'
#!/bin/bash
echo "$PPID" >heavy.ppid
trap 'scheckpoint save "$0" >/dev/null; [ -z "$last" ] || exit 0' TERM
kill -TERM "$PPID"
sleep 3 &
wait
wait
echo "$PPID" >heavy.requested
until [ -e heavy.go ]; do sleep 0.1; done
END
id=$(submit --checkpoint=20 --time=5 --output=heavy.out heavy)
wait_for 30 'a request to be over' test -s heavy.requested
pid=$(cat heavy.ppid)
is "$(cat "/proc/$pid/comm")" supervise 'a checkpointed job has a supervisor'
at_most "$(kilobytes "$pid" Private_Clean Private_Dirty)" 4096 \
	'private memory, in KiB'
at_most "$(kilobytes "$pid" Pss)" 4096 'its share of memory, in KiB'
fds=$(find "/proc/$pid/fd" -type l -printf '%f %l\n' | sort -n)
note "$fds"
is "$(awk '{ print $1 }' <<<"$fds" | paste -sd' ')" '0 1 2 3 4 5' \
	'five descriptors, and one to the child that watches since the request'
like "$fds" "^3 $WORK/checkpoint-$id\$" 'one is the store'
unlike "$(cat "/proc/$pid/maps")" libslurm 'it does not carry libslurm'
touch heavy.go
wait_for 30 'the end of the job' is_idle
nodes_idle
done_testing
