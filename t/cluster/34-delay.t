#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The time from the end of one run to the start of the next: seconds with a
# quick epilog; with a slow one Slurm's own delay the first time, and then a
# little more than the epilog takes.  LONG=1 adds an epilog of 60 s.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"

# Slurm's own delay is 121 s, or less where credentials expire earlier.
own_s=16
cat >"$SCRATCH/epilog" <<END
#!/bin/sh
read -r seconds <"$WORK/epilog.\$SLURM_JOB_ID" && sleep "\$seconds"
exit 0
END
chmod 755 "$SCRATCH/epilog"
cluster_up --nodes 2 --conf "$MANY" --conf "Epilog=$SCRATCH/epilog" \
	--conf "AuthInfo=socket=$CLUSTER/sock/munge,cred_expire=$((own_s - 1))"

# runs COUNT: each run prints when it begins and ends
script runs <<'END'
#!/bin/bash
echo "begin $(date +%s.%N)"
scheckpoint save "$0"
echo "end $(date +%s.%N)"
[ "$SLURM_CHECKPOINT_RUN" -eq "$(($1 - 1))" ] || exit 85
END

# delayed NAME EPILOG-SECONDS RUNS [OPTION]...: submits a job
delayed()
{
	local name=$1 epilog_s=$2 runs=$3

	shift 3
	id[$name]=$(start "$name" --hold --checkpoint=30 --time=10 "$@" \
		runs "$runs")
	echo "$epilog_s" >"epilog.${id[$name]}"
	scontrol release "${id[$name]}"
}

# gaps NAME: prints the whole seconds from the end of each run to the start of
# the next
gaps()
{
	awk '/^end/ { end = $2 }
		/^begin/ && end { printf "%.0f ", $2 - end }' "$1.out"
}

# between VALUE LEAST MOST TEXT: tests that it is
between()
{
	[ "${1:--1}" -ge "$2" ] && [ "${1:--1}" -le "$3" ]
	tap $? "$4 ($2 to $3 s)" || diag "it was ${1:-not there}"
}

declare -A id
delayed quick 0 3
delayed five 5 3
delayed twenty 20 3
[ -z "${LONG:-}" ] || delayed sixty 60 3

BOUND=150 ends "${id[quick]}" COMPLETED 0:0 2 'a quick epilog'
read -r -a gap <<<"$(gaps quick)"
between "${gap[0]}" 3 8 'the next run begins at once'
between "${gap[1]}" 3 8 'and again'

ends "${id[five]}" COMPLETED 0:0 2 'an epilog of 5 s'
read -r -a gap <<<"$(gaps five)"
note "seconds from end to start: ${gap[*]}"
between "${gap[0]}" 5 "$((5 + own_s + 5))" 'the delay is not known yet'
between "${gap[1]}" 6 14 'the delay is known'

BOUND=90 ends "${id[twenty]}" COMPLETED 0:0 2 'an epilog of 20 s'
read -r -a gap <<<"$(gaps twenty)"
note "seconds from end to start: ${gap[*]}"
between "${gap[0]}" 20 "$((20 + own_s + 5))" 'the delay is not known yet'
between "${gap[1]}" 21 29 'the delay is known'

if [ -n "${LONG:-}" ]; then
	BOUND=200 ends "${id[sixty]}" COMPLETED 0:0 2 'an epilog of 60 s'
	read -r -a gap <<<"$(gaps sixty)"
	note "seconds from end to start: ${gap[*]}"
	between "${gap[1]}" 61 69 'the delay is known'
fi
nodes_idle
done_testing
