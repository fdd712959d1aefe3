#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The node's clock is set while a job runs, an hour forward or back: the job is
# requested to save at the right time, has the time to save, and goes on.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
faketime=$(find /usr/lib* /usr/local/lib* -name libfaketime.so.1 -print -quit)
[ -n "$faketime" ] || skip_all 'libfaketime is not there'

# The supervisor of the job NAME has the clock of the file NAME.clock.
wrap_helpers "$SCRATCH/helpers" supervise <<END
#!/bin/bash
name=\$(tr '\\0' '\\n' </proc/self/fd/3 | sed -n 's/^job_name=//p')
export LD_PRELOAD=$faketime FAKETIME_NO_CACHE=1
export DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_FAKE_MONOTONIC=1
export FAKETIME_TIMESTAMP_FILE=$WORK/\$name.clock
exec "$SCRATCH/helpers/supervise.real"
END
cluster_up --nodes 1 --conf "$MANY" \
	--plugstack-arg "helpers=$SCRATCH/helpers"

# prints when it began and was requested to save, and then saves
script requested <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
echo "begin $(date +%s)"
trap 'echo "requested $(date +%s)"; sleep 6; scheckpoint save "$0"; exit 1' TERM
while :; do sleep 0.1; done
END

# since FILE FROM TO: prints the seconds between two of its lines
since()
{
	awk -v from="$2" -v to="$3" '
		$1 == from { start = $2 }
		$1 == to { end = $2 }
		END { if (start && end) print end - start }' "$1"
}

declare -A id
for jump in forward:+3600 back:-3600; do
	name=${jump%:*}
	echo +0 >"$name.clock"
	id[$name]=$(start "$name" --checkpoint=40 --time=1 requested)
done
for jump in forward:+3600 back:-3600; do
	name=${jump%:*}
	wait_for 20 "$name to run" has_line "$name.out" '^begin'
	echo "${jump#*:}" >"$name.set"
	mv "$name.set" "$name.clock"
done
for name in forward back; do
	BOUND=90 ends "${id[$name]}" COMPLETED 0:0 1 "the clock goes $name"
	ran=$(since "$name.out" begin requested)
	ok "requested 20 s after its start (${ran:=-1} s)" \
		test "$ran" -ge 17 -a "$ran" -le 24
	like "$(cat "$name.out")" 'saved: version 1' 'and it had time to save'
done
nodes_idle
done_testing
