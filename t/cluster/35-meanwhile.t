#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What happens to a job meanwhile: it is cancelled, requeued or held between its
# end and settle, settled when Slurm has booked its end already, or started
# again though it had ended; its partition refuses the planned limit.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"

# The settle of the first run waits for the file NAME.go (wait-...), or leaves
# the work to a later one (late-...).
wrap_helpers "$SCRATCH/helpers" <<END
#!/bin/bash
real=$SCRATCH/helpers/settle.real
brief=\$(tr '\\0' '\\n' </proc/self/fd/3)
name=\$(sed -n 's/^job_name=//p' <<<"\$brief")
[[ "\$brief" == *restart_count=0* ]] || exec "\$real"
case \$name in
wait-*)
	touch "$WORK/\$name.settling"
	for ((i = 0; i < 200; i++)); do
		[ ! -e "$WORK/\$name.go" ] || break
		sleep 0.1
	done
	;;
late-*)
	umask 077
	cat /proc/self/fd/3 >"$WORK/\$name.brief"
	exit 0
	;;
esac
exec "\$real"
END
cluster_up --nodes 2 --conf "$MANY" --plugstack-arg "helpers=$SCRATCH/helpers" \
	--conf "${MANY/many/small}"

# runs CODE: the first run does half of the work and ends with the code
script runs <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN $(date +%s)"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
scheckpoint save --progress 0.5 "$0" >/dev/null
echo "end $(date +%s)"
exit "$1"
END

script requested <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN $(date +%s)"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'scheckpoint save "$0"; echo "end $(date +%s)"; exit 1' TERM
while :; do sleep 0.1; done
END

script finished <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN"
scheckpoint "done"
exit "$1"
END

# gap NAME: prints the seconds from the end of the first run to the start of the
# second
gap()
{
	awk '/^end/ { end = $2 } /^begin 1/ { print $3 - end }' "$1.out"
}

go_on()
{
	touch "$1.go"
}

# restarts_soon NAME TEXT [SECONDS]: tests that one more run began that soon
restarts_soon()
{
	ends "${id[$1]}" COMPLETED 0:0 1 "$2: one more run"
	ok "$(gap "$1") s after the end of the one before" \
		test "$(gap "$1")" -le "${3:-15}"
}

# has_limits NAME MINUTES: tests that limit and minimum are as planned
has_limits()
{
	is "$(minutes "$(job_field "${id[$1]}" TimeLimit)")" "$2" \
		'TimeLimit is what was planned'
	is "$(minutes "$(job_field "${id[$1]}" TimeMin)")" "$2" 'so is TimeMin'
	is "$(plan_of "${id[$1]}" 0 limit_min)" "$2" \
		'and so is the plan in the journal'
}

declare -A id
opts=(--checkpoint=30 --checkpoint-total=90 --time=10)
for name in cancel requeue hold; do
	id[wait-$name]=$(start "wait-$name" "${opts[@]}" --comment=mine runs 85)
done
id[wait-refused]=$(submit --partition=small --job-name=wait-refused \
	--output=wait-refused.out "${opts[@]}" --time-min=1 --hold runs 85)
# As if backfill had shortened it.
as_owner scontrol update "job=${id[wait-refused]}" TimeLimit=1
as_owner scontrol release "${id[wait-refused]}"
id[late-self]=$(start late-self "${opts[@]}" runs 85)
id[late-limit]=$(start late-limit "${opts[@]}" requested)
id[late-fail]=$(start late-fail "${opts[@]}" runs 3)
id[middle]=$(start middle "${opts[@]}" requested)
id[ended0]=$(start ended0 "${opts[@]}" finished 0)
id[ended4]=$(start ended4 "${opts[@]}" finished 4)
id[failed]=$(start failed "${opts[@]}" runs 3)

# ---- between the end and settle
for name in cancel requeue hold refused; do
	wait_for 30 'settle' test -e "wait-$name.settling"
done
as_owner scancel "${id[wait-cancel]}"
as_owner scontrol requeue "${id[wait-requeue]}"
as_owner scontrol requeuehold "${id[wait-hold]}"
scontrol update PartitionName=small MaxTime=1
for name in cancel requeue hold refused; do
	go_on "wait-$name"
done
ends "${id[wait-cancel]}" CANCELLED 85:0 0 \
	'cancelled before settle: it stays cancelled'
restarts_soon wait-requeue 'requeued by its owner before settle'
has_limits wait-requeue 2

# ---- in the middle of a run
wait_for 20 'a run' has_line middle.out '^begin 0'
as_owner scontrol requeue "${id[middle]}"
restarts_soon middle 'requeued by its owner in the middle'
like "$(cat middle.out)" 'saved: version 1' 'it could save'

# ---- held by its owner
wait_for 20 'settle' has_line wait-hold.out 'scheckpoint: run 0: '
ok 'held by its owner before settle: it stays held' is_held "${id[wait-hold]}"
has_limits wait-hold 2
like "$(job_field "${id[wait-hold]}" Comment)" '^mine \[scheckpoint: ' \
	'its comment is kept'
as_owner scontrol release "${id[wait-hold]}"
ends "${id[wait-hold]}" COMPLETED 0:0 1 'released: one more run'

# ---- a limit that is refused
wait_for 20 'settle' has_line wait-refused.out 'scheckpoint: run 0: '
like "$(cat wait-refused.out)" 'run 0: limit of 2 min refused.*requeued: ' \
	'a limit is refused: the job is requeued with the old one'
ends "${id[wait-refused]}" COMPLETED 0:0 1 'and one more run'

# ---- settled when Slurm had booked its end already
wait_for 20 'a run' has_line late-limit.out '^begin 0'
as_owner scancel -b -s TERM "${id[late-limit]}"
for name in self limit fail; do
	wait_job 30 "${id[late-$name]}" FAILED
	wait_for 10 'its end' test -s "late-$name.brief"
	as_owner "$SCRATCH/helpers/settle.real" 3<"late-$name.brief" \
		4>/dev/null
done
# they have waited for the tests above, hence the bound
restarts_soon late-self 'settled late, exit 85' 60
restarts_soon late-limit 'settled late, after a request' 60
ends "${id[late-fail]}" FAILED 3:0 0 'settled late: a failure remains one'

# ---- a job that had ended
ends "${id[ended0]}" COMPLETED 0:0 0 'a job that said done'
ends "${id[ended4]}" FAILED 4:0 0 'another, with a code of its own'
ends "${id[failed]}" FAILED 3:0 0 'a job that failed'
for name in ended0 ended4 failed; do
	as_owner scontrol requeue "${id[$name]}"
	wait_job 20 "${id[$name]}" PENDING
	as_owner scontrol update "job=${id[$name]}" StartTime=now
done
ends "${id[ended0]}" COMPLETED 0:0 1 'it is started again: its code stands'
ends "${id[ended4]}" FAILED 4:0 1 'and the code of the other'
is "$(grep -c '^begin' ended0.out)$(grep -c '^begin' ended4.out)" 11 \
	'neither script ran again'
like "$(cat ended4.out)" 'had ended in run 0: nothing is started again' \
	'the output says why'
like "$(cat ended4.out)" "new job, with --checkpoint-from=$WORK/checkpoint-" \
	'and how to run it once more'
ends "${id[failed]}" COMPLETED 0:0 1 'a failed one does run again'
nodes_idle
done_testing
