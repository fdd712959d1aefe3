#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The scripts and settings of doc/admin-guide.md on a cluster that is made of
# them.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
mkdir "$SCRATCH/guide" && cd "$SCRATCH/guide" || exit 1
guide_files "$TOP/doc/admin-guide.md" >/dev/null

settings=()
while IFS= read -r line; do
	settings+=(--conf "$line")
done <preempt.conf
cluster_up --nodes 2 --accounting --preempt \
	--conf AccountingStoreFlags=job_comment "${settings[@]}"
plugstack=$CLUSTER/etc/plugstack.conf
plugin=$CLUSTER/libexec/spank_checkpoint.so
line=$(cat "$plugstack")
cd "$WORK" || exit 1
guide=$SCRATCH/guide

# put NAME: the guide's line, with what a private cluster has elsewhere
put()
{
	sed "s,spank_checkpoint.so,$plugin helpers=$CLUSTER/libexec," \
		"$guide/$1" >"$plugstack"
}

# ---- every file is there
is "$(cd "$guide" && echo *)" "held.sh left.sh load.sh load.txt metrics.sh plugstack-line.conf\
 plugstack-off.conf preempt.conf qos.sh rollout.sh spot-watch spot-watch.service" \
	'the guide has these files, and each is looked at here'

# ---- roll-out
put plugstack-line.conf
said=$(as_owner "$guide/rollout.sh" "$WORK")
is "$?" 0 'the roll-out finds nothing to mend'
is "$(grep -c '^partition ' <<<"$said") $(grep -c \
	'^ok  *nodes  *2 of 2 have the plugin' <<<"$said")" '5 5' \
	'on the nodes of each partition'
like "$said" 'ok +GraceTime +(.*,)?spare=120' 'the preemptible partition has its grace'
like "$said" 'ok +PreemptMode +REQUEUE' 'and is requeued'

# ---- QOS
ok 'the QOS is made' "$guide/qos.sh" main
is "$(sacctmgr -n -P show qos relay format=maxwall,priority)" '04:00:00|1000' \
	'with its limit and its priority'
script job <<'END'
#!/bin/bash
echo "began as run $SLURM_CHECKPOINT_RUN"
trap 'scheckpoint save "$0"; exit' TERM
while :; do sleep 0.2; done
END
wait_for 20 'slurmctld to know the QOS' as_owner sbatch --test-only --qos=relay \
	--time=4:00:00 --wrap true
id=$(submit --qos=relay --time=4:00:00 --checkpoint=1m --partition=spare \
	--output=out job)
ok 'a job of the QOS runs' wait_for 30 'the job' has_line out '^began as run 0'
node=$(job_field "$id" NodeList)

# ---- a notice, as root or an operator
cat >sites.ini <<END
$(cat "$guide/spot-watch.service")
END
is "$(python3 -c 'import configparser, sys
unit = configparser.ConfigParser(interpolation=None)
unit.optionxform = str
unit.read(sys.argv[1])
print(unit["Service"]["ExecStart"].split("/")[-1], len(unit.sections()))' sites.ini)" \
	'instance-action 3' 'the unit of the watch is well formed'
"$guide/spot-watch" "file://$SCRATCH/notice" "$node" >watch.out 2>&1 &
watch=$!
sleep 1
unlike "$(sinfo -h -n "$node" -p main -o %T)" drain 'without a notice nothing happens'
: >"$SCRATCH/notice"
ok 'at the notice the node is emptied' wait "$watch"
like "$(cat watch.out)" "job $id .*: has left" 'its job has left'
ok 'and goes on elsewhere' wait_for 60 'run 1' has_line out '^began as run 1'
is "$(sinfo -h -n "$node" -p main -o %T)" drained 'the node stays drained'
scontrol update "nodename=$node" state=resume

# ---- load
is "$(sh "$guide/load.sh" 24)" "$(cat "$guide/load.txt")" \
	'the table of calls is what its script prints'
run=$(sed -n 's/^ *calls to slurmctld: run requeued *1 *\([0-9]*\)$/\1/p' \
	"$TOP/doc/performance.md")
preempted=$(sed -n 's/^ *calls to slurmctld a job *1 *\([0-9]*\)$/\1/p' \
	"$TOP/doc/performance.md")
ok 'with the measured figures' grep -q -e "-v run=$run -v preempted=$preempted " \
	"$guide/load.sh"

# ---- held jobs, and those that are left
sed 's/^#!.*/&\n#SBATCH --checkpoint=30 --checkpoint-max-runs=1/' job >once
held=$(submit --output=held.out --time=10 once)
wait_for 30 'the job' has_line held.out '^began as run 0'
as_owner scheckpoint requeue "$held" >/dev/null
wait_held 60 "$held"
is "$("$guide/held.sh" | awk '{ print $1, $2 }')" "$held $JOB_USER" \
	'the held job is listed'
like "$("$guide/held.sh")" 'has had 1 runs: raise the bound' 'with the reason'
plain=$(submit --hold --output=none --wrap true)
is "$("$guide/left.sh" | awk '{ print $1 }' | sort -n | xargs)" "$id $held" \
	'jobs that need the plugin are listed, and no other'
as_owner scancel "$plain"

# ---- metrics
ok 'the metrics are written' "$guide/metrics.sh" metrics.prom
ok 'and name the user' grep -q "user=\"$JOB_USER\"" metrics.prom

# ---- off
put plugstack-off.conf
like "$(submit --checkpoint=60 --time=10 job 2>&1)" \
	'this site has turned checkpointing off' 'turned off, it is refused'
submit --wait --output=plain.out --wrap 'echo plain' >/dev/null
is "$(cat plain.out)" plain 'and a plain job runs'
echo "$line" >"$plugstack"
as_owner scancel -u "$JOB_USER"
nodes_idle
done_testing
