#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --checkpoint=auto: after the first run the grace is what the saves need, and
# a save that grows threefold still fits.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 1 --conf "$MANY"

# saves SECONDS...: its save takes so long in each run; after these runs the
# job is done
script saves <<'END'
#!/bin/bash
shift "$SLURM_CHECKPOINT_RUN"
[ $# -gt 0 ] || { echo "state $(cat "$SLURM_JOB_NAME.state")"; exit 0; }
trap 'sleep "$1"; echo "$SLURM_CHECKPOINT_RUN" >"$SLURM_JOB_NAME.state"; exit' TERM
while :; do sleep 0.1; done
END

declare -A id
id[quick]=$(start quick --checkpoint=auto:40 --time=1 saves 0.5 0.5)
id[grows]=$(start grows --checkpoint=auto:45 --time=1 saves 2 6)
id[fixed]=$(start fixed --checkpoint=40 --time=1 saves 0.5)

# lost NAME RUN: prints the seconds from the request to the end that the limit
# sets
lost()
{
	local journal

	journal=$(printf 'checkpoint-%s/journal-%04d.jsonl' "${id[$1]}" "$2")
	grep -h -e '"rec":"deadline"' -e '"rec":"request"' "$journal" |
		sed -n -e 's/.*"rec":"deadline".*"end":\([0-9]*\).*/end \1/p' \
			-e 's/.*"t":\([0-9.]*\).*/request \1/p' |
		awk '$1 == "end" { end = $2 }
			$1 == "request" && !request { request = $2 }
			END { printf "%.1f", end - request }'
}

BOUND=120 ends "${id[quick]}" COMPLETED 0:0 2 'a job whose saves take 0.5 s'
like "$(cat quick.out)" 'run 0 .* \(no save was measured yet\)' \
	'its first run says that nothing was measured yet'
like "$(cat quick.out)" \
	'run 1 .* 1[1-4] s before .* \(its longest save took (0\.[5-9]|1\.[0-3]) s\)' \
	'its second run says what the grace is, and why'
like "$(lost quick 0)" '^(39\.[5-9]|40\.[0-5])$' \
	'the first run keeps all of the longest grace'
# 12 s where the machine has time: it is 10 s and three times the save.
like "$(lost quick 1)" '^1[0-3]\.[0-9]$' 'the second one less than 14 s'
like "$(as_owner scheckpoint history "${id[quick]}")" \
	'run 1: grace 1[2-4] s: its longest save took (0\.[5-9]|1\.[0-3]) s' \
	'the history says it too'
ends "${id[grows]}" COMPLETED 0:0 2 'a job whose save grows threefold'
has_line grows.out 'state 1'
tap $? 'no state is lost'
ends "${id[fixed]}" COMPLETED 0:0 1 'a job with a fixed grace'
unlike "$(cat fixed.out)" 'longest save' 'it keeps that'
nodes_idle
done_testing
