#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Settle is killed at each of its steps and started again, and two of them run
# at once: each job is requeued once, with the planned limits.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"

# A step is a system call with an effect outside of the process: it sends to
# slurmctld, writes or syncs.  The job's name says what happens to the settle of
# its first run: it is killed before the Nth call of one kind (kill-CALL-N), two
# run at once (twice-...), or its steps are recorded (count).
calls=sendto,write,fdatasync,exit_group
wrap_helpers "$SCRATCH/helpers" <<END
#!/bin/bash
real=$SCRATCH/helpers/settle.real
brief=\$(tr '\\0' '\\n' </proc/self/fd/3)
name=\$(sed -n 's/^job_name=//p' <<<"\$brief")
[[ "\$brief" == *restart_count=0* ]] || exec "\$real"
echo settle >>"$WORK/\$name.starts"
[ "\$(wc -l <"$WORK/\$name.starts")" -eq 1 ] || exec "\$real"
case \$name in
kill-*)
	IFS=- read -r _ call n <<<"\$name"
	exec strace -f -o /dev/null -e "trace=\$call" \\
		-e "inject=\$call:signal=KILL:when=\$n" "\$real"
	;;
count)
	exec strace -f -o "$WORK/steps" -e trace=$calls "\$real"
	;;
twice-*)
	"\$real" 3</proc/self/fd/3 &
	sleep "0.0\${name#twice-}"
	"\$real" 3</proc/self/fd/3 &
	wait
	;;
esac
END

# the first run does half of the work, as its version says
script once <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
scheckpoint save --progress 0.5 "$0"
exit 85
END

cluster_up --nodes 2 --conf "$MANY" --plugstack-arg "helpers=$SCRATCH/helpers"
declare -A id
submit_once()
{
	id[$1]=$(start "$1" --checkpoint=30 --checkpoint-total=90 --time=10 once)
}

# settled NAME: prints what differs from one requeue with the planned limits
settled()
{
	local job=${id[$1]} limit least

	wait_job 60 "$job" COMPLETED FAILED || return 1
	[ "$(job_state "$job")" = COMPLETED ] || echo "it failed"
	[ "$(job_field "$job" Restarts)" = 1 ] ||
		echo "$(job_field "$job" Restarts) restarts"
	[ "$(grep -c '^begin 1' "$1.out")" = 1 ] || echo 'not run once more'
	limit=$(minutes "$(job_field "$job" TimeLimit)")
	[ "$limit" = 2 ] || echo "a limit of $limit min"
	least=$(minutes "$(job_field "$job" TimeMin)")
	[ "$least" = 2 ] || echo "TimeMin $least min"
}

submit_once count
ends "${id[count]}" COMPLETED 0:0 1 'a job that is left alone'
# "kill-sendto-1 kill-write-1 kill-sendto-2 ...": the calls that strace recorded
steps=$(sed -n 's/^[0-9]* *\([a-z_]*\)(.*/\1/p' steps |
	awk '{ print "kill-" $1 "-" ++count[$1] }')
note "settle has $(wc -w <<<"$steps") steps"
# four calls to slurmctld, and two records that are written and synced
ok 'it has steps' test "$(wc -w <<<"$steps")" -gt 12
is "$(plan_of "${id[count]}" 0 limit_min)" 2 'a shorter limit was planned'

for step in $steps; do
	submit_once "$step"
done
for i in 0 1 2 3 4 5 6 7; do
	submit_once "twice-$i"
done
bad='' kills=0
for step in $steps; do
	wrong=$(settled "$step" | paste -sd' ')
	[ -z "$wrong" ] || bad+="$step: $wrong; "
	[ "$(wc -l <"$step.starts")" -le 1 ] || kills=$((kills + 1))
done
note "$kills were killed"
is "$bad" '' 'killed before each step: one requeue, the planned limits'
ok 'they were killed' test "$kills" -ge "$(($(wc -w <<<"$steps") - 3))"
for i in 0 1 2 3 4 5 6 7; do
	is "$(settled "twice-$i")" '' 'two at once: the same'
done
nodes_idle
done_testing
