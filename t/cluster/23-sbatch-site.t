#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The administrator's line in plugstack.conf: a wrong one stops no plain job, a
# right one sets defaults and bounds, for sbatch and on the node.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 1
plugstack=$CLUSTER/etc/plugstack.conf
line=$(cat "$plugstack")

script job <<'EOF'
#!/bin/bash
env | sort
EOF

# site WORD ARGUMENT...: writes the line; WORD is required or optional
site()
{
	local word=$1

	shift
	echo "$word ${line#* } $*" >"$plugstack"
}

# has_stopped ID: it has ended, or is requeued and held
has_stopped()
{
	! squeue -h -j "$1" -o '%T %r' 2>/dev/null | grep -v '^PENDING JobHeld'
}

# ---- a wrong line
wrong="sbatch: error: --checkpoint: this site's plugstack.conf is wrong, tell\
 its administrator:"
times='a time is written as seconds, 10m, 1h, 2d, MM:SS, HH:MM:SS or D-HH:MM:SS'
for word in required optional; do
	site "$word" graec=5m
	is "$(submit --checkpoint=60 job 2>&1)" \
		"$wrong graec=5m: no such argument; see spank_checkpoint(8)" \
		"$word, an unknown key: --checkpoint is refused"
	submit --wait --output=out job >id 2>said
	is "$? $(cat said)" '0 ' "$word: a plain job runs"
	site "$word" max_runs=5 grace=soon
	is "$(submit --checkpoint=60 job 2>&1)" "$wrong grace=soon: $times" \
		"$word, a bad value"
	submit --wait --output=out job >id 2>said
	is "$? $(cat said)" '0 ' "$word: a plain job runs"
	site "$word" min_grace=2h max_grace=1h
	is "$(submit --checkpoint=60 job 2>&1)" \
		"$wrong min_grace is above max_grace" \
		"$word, values that contradict each other"
done
is "$(scontrol -o show jobs | grep -c -v JobState=COMPLETED)" 0 \
	'no refused job was made'

# ---- and the administrator is told
like "$(grep plugstack.conf: "$CLUSTER/log/n1")" "error: checkpoint: plugstack.conf:\
 graec=5m: no such argument; see .*: sbatch refuses --checkpoint until" \
	"slurmd's log says what is wrong"
said=$(scheckpoint check-site "$plugstack" 2>&1)
is "$? $said" "2 scheckpoint: check-site: $plugstack:1: min_grace is above\
 max_grace" 'check-site: a wrong line'
site required max_runs=5
said=$(scheckpoint check-site "$plugstack" 2>&1)
is "$? $said" "0 $plugstack:1: good: required" 'check-site: a good one'
echo "# ${line#* }" >"$CLUSTER/etc/none.conf"
said=$(scheckpoint check-site "$CLUSTER/etc/none.conf" 2>&1)
like "$? $said" '^1 .*no line of it loads spank_checkpoint.so' \
	'check-site: no line'

# ---- turned off
site required enabled=no
is "$(submit --checkpoint=60 job 2>&1)" \
	"sbatch: error: --checkpoint: this site has turned checkpointing off;\
 submit without it" 'enabled=no'
submit --wait --output=out job >id 2>said
is "$? $(cat said)" '0 ' 'a plain job runs'

# ---- optional: it refuses as well
site optional
is "$(submit --checkpoint=60 --no-requeue job 2>&1)" \
	"sbatch: error: --no-requeue: --checkpoint requeues the job; leave one\
 of them out" 'an optional plugin refuses as well'

# ---- defaults
site required grace=9m min=30m dir=/scratch/%u/%j-%a max_runs=20
id=$(submit -H --time=60 --checkpoint=default job)
like "$(job_settings "$id")" \
	"^v1,grace=9m,min=30m,.*,dir=/scratch/$JOB_USER/%25j-%25a,.*,max-runs=20," \
	'the site sets defaults'
is "$(job_field "$id" TimeMin)" 00:30:00 'min= becomes TimeMin'
id=$(submit -H --time=60 --checkpoint=1m --checkpoint-min=20m \
	--checkpoint-dir=mine --checkpoint-max-runs=3 job)
like "$(job_settings "$id")" '^v1,grace=1m,min=20m,.*,dir=mine,.*,max-runs=3,' \
	'the user overrides them'
is "$(submit -H --checkpoint=1m --checkpoint-max-runs=21 job 2>&1)" \
	'sbatch: error: --checkpoint-max-runs=21: this site wants at most 20' \
	'but not the bounds'

# ---- bounds that were set after the job was submitted
site required
submit -H --time=60 --checkpoint=30m --output=late job >id
site required max_grace=10m
as_owner scontrol release "$(cat id)"
wait_for 30 'the job to end or be held' has_stopped "$(cat id)"
like "$(cat late)" '--checkpoint=30m: this site wants at most 10m' \
	'bounds are checked again on the node'
is "$(grep -c '^SLURM_JOB_ID=' late)" 0 'and the job is not started'
as_owner scancel -u "$JOB_USER"
nodes_idle
done_testing
