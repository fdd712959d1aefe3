#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What becomes of versions: they are set aside for damage or for strikes and
# released again, removed when a job has completed, and used by another job.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 2 --plugstack-arg restore_window=30 \
	--plugstack-arg restart_delay=2

scheckpoint() # ARGUMENT...: as the job's owner
{
	as_owner "$B/bin/scheckpoint" "$@"
}

# versions DIR [WORD]: prints the numbers of the versions of a store, or of
# those whose line has the word
versions()
{
	scheckpoint list "$1" | awk -v word="${2:-.}" \
		'$1 ~ /^[0-9]+$/ && $0 ~ word { print $1 }' | xargs
}

# chain STATE [CODE]: the first run saves two versions, "good" and then STATE; a
# later run prints from what it began, and fails if that is "bad"
script chain <<'EOF2'
#!/bin/bash
state=none
if [ -n "${SLURM_CHECKPOINT_RESTORE:-}" ]; then
	state=$(cat "$SLURM_CHECKPOINT_RESTORE/state")
fi
echo "run $SLURM_CHECKPOINT_RUN: $SLURM_CHECKPOINT_VERSION is $state"
case $state in
bad) exit 1 ;;
none)
	mkdir "in-$SLURM_JOB_ID" && cd "in-$SLURM_JOB_ID" || exit 9
	echo good >state && scheckpoint save state || exit 9
	echo "$1" >state && scheckpoint save state || exit 9
	# Damage, as by a disk or an operator
	[ "$1" != torn ] || echo x >>"$SLURM_CHECKPOINT_DIR/v000002/state"
	exit 85
	;;
esac
# A failure after a save is no strike against the version.
if [ -n "${2:-}" ]; then
	cd "in-$SLURM_JOB_ID" && scheckpoint save state || exit 9
	exit "$2"
fi
EOF2

declare -A id
job() # NAME [OPTION]... -- ARGUMENT...
{
	local name=$1 options=()

	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	id[$name]=$(submit --checkpoint=20 --time=5 --output="$name.out" \
		"${options[@]}" chain "$@")
}

script full <<'EOF2'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
truncate -s 1M zeros
(trap '' XFSZ; ulimit -f 100; scheckpoint save zeros)
exit 85
EOF2

id[full]=$(submit --checkpoint=20 --time=5 --output=full.out full)
job torn -- torn
job bad -- bad
job cleaned --checkpoint-clean=success -- good
job failed --checkpoint-clean=success -- good 3
job kept -- good

# ---- a version that is damaged
wait_job 90 "${id[torn]}" COMPLETED
is "$(grep '^run 1' torn.out)" 'run 1: 1 is good' \
	'the run after goes on from the version before the damaged one'
dir=checkpoint-${id[torn]}
is "$(versions "$dir" 'set aside')" 2 'the damaged one is set aside'
said="version 2 can't be used: state has [0-9]+ bytes instead of [0-9]+"
like "$(cat torn.out)" "$said" 'the output says so, with the reason'
like "$(scheckpoint history "$dir")" \
	'run 1: version 2 could not be used: state has' 'history says so'
like "$(scheckpoint history --json "$dir")" \
	'"restored":1,"passed":2,"passed_why":"state has' 'in JSON, too'
like "$(scheckpoint status "$dir")" 'not used  version 2: state has' \
	'and status'
like "$(scheckpoint list "$dir")" \
	'state has [0-9]+ bytes instead of [0-9]+' 'list has the reason'
not_ok 'verify refuses it' scheckpoint verify "$dir" 2
ok 'and takes the other' scheckpoint verify "$dir" 1

# ---- a save that fails
wait_job 60 "${id[full]}" COMPLETED
like "$(cat full.out)" 'the last save of this run failed: File too large' \
	'a save that failed is told at the end of the run'
like "$(scheckpoint history "checkpoint-${id[full]}")" \
	'exit 85, requeued; save failed: File too large' 'and in history'

# ---- one that no run can start from
wait_job 120 "${id[bad]}" COMPLETED
is "$(grep -E '^run [123]:' bad.out | xargs -d '\n')" \
	'run 1: 2 is bad run 2: 2 is bad run 3: 1 is good' \
	'after two strikes a run goes on from the version before'
dir=checkpoint-${id[bad]}
is "$(versions "$dir" 'set aside')" 2 'which is set aside'
like "$(cat bad.out)" \
	"version 2 can't be used: runs failed to start from it" \
	'as the output says'
like "$(scheckpoint list "$dir")" 'runs failed to start from it' \
	'list has the reason'
ok 'its owner releases it' scheckpoint release "$dir" 2
is "$(versions "$dir" 'set aside')" '' 'it is not set aside any more'
mkdir -m 0777 into
ok 'and restored again' scheckpoint restore --from "$dir" into
is "$(cat into/state)" bad 'as the newest'

# ---- clean
wait_job 60 "${id[cleaned]}" COMPLETED
wait_for 20 'the versions to go' \
	fails test -e "checkpoint-${id[cleaned]}/v000001"
is "$(versions "checkpoint-${id[cleaned]}")" '' \
	'--checkpoint-clean=success removes the versions of a completed job'
ok 'its journals stay' test -e "checkpoint-${id[cleaned]}/journal-0001.jsonl"
like "$(scheckpoint history --json "checkpoint-${id[cleaned]}")" \
	'"run":0.*"version":2,"saved":[0-9]+,"bytes":5' \
	'history knows what was saved in it'
wait_job 60 "${id[failed]}" FAILED
is "$(job_state "${id[failed]}")" FAILED 'a job that fails'
is "$(versions "checkpoint-${id[failed]}")" '3 2 1' 'keeps its versions'
wait_job 60 "${id[kept]}" COMPLETED
is "$(versions "checkpoint-${id[kept]}")" '2 1' 'and so does one without the option'

# ---- another job begins where one has ended
job other --checkpoint-from="$WORK/checkpoint-${id[kept]}" -- good
wait_job 60 "${id[other]}" COMPLETED
is "$(grep '^run' other.out)" 'run 0: 2 is good' \
	'--checkpoint-from: the first run begins from its newest version'
like "$(cat other.out)" "begins from version 2 of $WORK/checkpoint-" \
	'and says so'
is "$(versions "checkpoint-${id[other]}")" '' 'it has none of its own yet'

# scheckpoint restore takes that version, and a failure is no strike.
script restores <<'EOF2'
#!/bin/bash
scheckpoint restore || exit 9
echo "run $SLURM_CHECKPOINT_RUN restored $(cat state)"
exit 3
EOF2
id[restores]=$(submit --checkpoint=20 --time=5 --output=restores.out \
	--checkpoint-from="$WORK/checkpoint-${id[kept]}" restores)
wait_job 60 "${id[restores]}" FAILED
is "$(grep '^run' restores.out)" 'run 0 restored good' \
	'scheckpoint restore takes what the run began from'
like "$(cat restores.out)" \
	"restored version 2 of run 0 of $WORK/checkpoint-${id[kept]}: 1 file" \
	'and says from where'
is "$(job_field "${id[restores]}" ExitCode)" 3:0 \
	'a failure soon after is a failure of the job'
unlike "$(cat restores.out)" 'strike' 'and no strike against a version'
job nowhere --checkpoint-from="$WORK/nowhere" -- good
wait_held 60 "${id[nowhere]}"
ok 'a job whose --checkpoint-from has no store is held' is_held "${id[nowhere]}"
like "$(cat nowhere.out)" '--checkpoint-from=.*nowhere: there is no store' \
	'the output says why'
like "$(job_field "${id[nowhere]}" Comment)" \
	'nothing to begin from where --checkpoint-from points.*scontrol release' \
	'and the comment has reason and remedy'
is "$(grep '^run' nowhere.out)" '' 'nothing was started'
as_owner cp -a "checkpoint-${id[kept]}" nowhere
as_owner scontrol release "${id[nowhere]}"
wait_job 90 "${id[nowhere]}" COMPLETED
is "$(grep '^run' nowhere.out)" 'run 1: 2 is good' \
	'with a store there and released it begins from it'

ok 'an owner cleans up' scheckpoint clean "checkpoint-${id[kept]}"
is "$(versions "checkpoint-${id[kept]}")" '' 'no version is left'
nodes_idle
done_testing
