#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# scripts/epilog settles the runs that the plugin could not settle; and a site's
# own epilogs that call "scontrol requeue" do no harm.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'an epilog needs root'

# The plugin's settle does nothing while the file "broken" exists.
wrap_helpers "$SCRATCH/helpers" <<END
#!/bin/sh
[ -e "$SCRATCH/broken" ] || exec "$SCRATCH/helpers/settle.real"
END

# The site's epilogs: they requeue some jobs, then call ours.
mkdir "$SCRATCH/site"
for name in epilog epilog-slurmctld; do
	cat >"$SCRATCH/$name" <<END
#!/bin/sh
SLURM_CONF=$CLUSTER/etc/slurm.conf
export SLURM_CONF
if [ -e "$SCRATCH/site/$name.\$SLURM_JOB_ID" ]; then
	rm "$SCRATCH/site/$name.\$SLURM_JOB_ID"
	scontrol requeue "\$SLURM_JOB_ID" >>"$SCRATCH/$name.log" 2>&1
fi
[ $name = epilog-slurmctld ] || env -0 >"$SCRATCH/env.\$SLURM_JOB_ID"
if [ $name = epilog ] && [ -e "$SCRATCH/run" ]; then
	"$CLUSTER/libexec/epilog" || exit 1
elif [ $name = epilog ]; then
	set -- "$SCRATCH/good/plugstack.conf"
	. "$CLUSTER/libexec/epilog" || exit 1
fi
echo "\$SLURM_JOB_ID" >>"$SCRATCH/$name.whole"
exit 0
END
	chmod 755 "$SCRATCH/$name"
done
cluster_up --nodes 2 --conf "$MANY" --plugstack-arg "helpers=$SCRATCH/helpers" \
	--plugstack-arg restart_delay=12s --plugstack-arg max_grace=1m \
	--conf "Epilog=$SCRATCH/epilog" \
	--conf "EpilogSlurmctld=$SCRATCH/epilog-slurmctld"
install -m 755 "$TOP/scripts/epilog" "$CLUSTER/libexec/"
# The epilog that is sourced finds settle by the plugin's line: here a good one.
mkdir "$SCRATCH/good"
install -m 755 "$B/libexec/settle" "$SCRATCH/good/settle.real"
cat >"$SCRATCH/good/settle" <<END
#!/bin/sh -p
cat /proc/self/limits >"$WORK/limits.\$\$"
exec "$SCRATCH/good/settle.real"
END
chmod 755 "$SCRATCH/good" "$SCRATCH/good/settle"
sed "s|helpers=[^ ]*|helpers=$SCRATCH/good|g" "$CLUSTER/etc/plugstack.conf" \
	>"$SCRATCH/good/plugstack.conf"
declare -A id

is "$(env -i sh -x "$TOP/scripts/epilog" 2>&1 | paste -sd' ')" \
	"+ [ -n  ]" 'a job without --checkpoint costs its first line'

# ---- sourced by a strict script, whatever becomes of settle
mkdir "$SCRATCH/strict"
cat >"$SCRATCH/strict/settle" <<END
#!/bin/sh -p
echo ran >>"$WORK/strict.ran"
code=\$(cat "$WORK/strict.code")
[ "\$code" != 137 ] || kill -KILL \$\$
exit "\$code"
END
chmod 755 "$SCRATCH/strict/settle"
install -m 755 "$TOP/scripts/epilog" "$SCRATCH/strict/ours"
sed "s|^\tdir=/.*|\tdir=$SCRATCH/strict|" -i "$SCRATCH/strict/ours"
sed 's|helpers=[^ ]*||g' "$CLUSTER/etc/plugstack.conf" \
	>"$SCRATCH/strict/plugstack.conf"
cp "$SLURM_CONF" "$SCRATCH/strict/slurm.conf"
# source_it SHELL OPTIONS: sources it in a script with these options, with other
# arguments, functions and variables of the same names
source_it()
{
	env -i SPANK_CHECKPOINT=v1 SLURM_JOB_ID=1 \
		SLURM_CONF="$SCRATCH/strict/slurm.conf" \
		SLURM_JOB_UID="$(id -u "$JOB_USER")" \
		SLURM_JOB_GID="$(id -g "$JOB_USER")" "$1" -c "
			set -$2
			set -f
			IFS=/.
			readonly dir=/nowhere site=none line=x conf=y
			cat() { return 1; }
			. '$SCRATCH/strict/ours'
			echo whole \$1" /site/epilog 4711 </dev/null 2>&1
}
touch strict.ran && chmod 666 strict.ran
for shell in dash bash; do
	for options in e u eu 'euo pipefail'; do
		[ "$shell $options" != 'dash euo pipefail' ] || options=ef
		for code in 0 65 75 124 137; do
			echo $code >strict.code
			is "$(source_it $shell "$options")" 'whole 4711' \
				"$shell, set -$options: a settle that ends with $code"
		done
	done
done
is "$(grep -c ran strict.ran)" 40 \
	"settle was found each time, though helpers= isn't given"

# ---- an epilog whose settle hangs, while the rest runs
mkdir "$SCRATCH/hangs"
install -m 755 "$TOP/scripts/epilog" "$SCRATCH/hangs/"
cat >"$SCRATCH/hangs/settle" <<END
#!/bin/sh -p
trap '' TERM
id -u >"$WORK/hangs"
id -G >>"$WORK/hangs"
while :; do sleep 1; done
END
chmod 755 "$SCRATCH/hangs/settle"
begun=$SECONDS
(
	env -i SPANK_CHECKPOINT=v1 SLURM_JOB_ID=1 SLURM_CONF="$SLURM_CONF" \
		SLURM_JOB_UID="$(id -u "$JOB_USER")" \
		SLURM_JOB_GID="$(id -g "$JOB_USER")" "$SCRATCH/hangs/epilog"
	echo "$? $((SECONDS - begun))" >"$SCRATCH/hung"
) &

# ---- the plugin's settle does not work
: >"$SCRATCH/broken"
for name in requested cancelled named; do
	id[$name]=$(start $name --time=10 --checkpoint=30 \
		"--checkpoint-dir=$WORK/store-%x-%j" "$counter" 80)
done
id[done]=$(start 'done' --time=10 --checkpoint=30 "$counter" 10)
id[tasks]=$(start tasks --time=10 --checkpoint=30 --array=3,4 "$counter" 10)
id[plain]=$(submit --partition=many --output=plain.out --wrap 'exit 3')
for name in requested cancelled named; do
	runs $name
done
as_owner scheckpoint requeue "$WORK/store-requested-${id[requested]}"
as_owner scancel "${id[cancelled]}"
# the name of its store is that at submission
scontrol update "JobId=${id[named]}" JobName=renamed
scontrol requeue "${id[named]}"
wait_for 40 'the epilog to requeue it' restarted "${id[requested]}" 1
wait_for 40 'the operator to requeue it' \
	has_line "store-named-${id[named]}/journal-0000.jsonl" '"settled"'
ends "${id[done]}" COMPLETED 0:0 0 'a completed job stays completed'
wait_job 30 "${id[cancelled]}" CANCELLED
is "$(job_state "${id[cancelled]}") $(job_field "${id[cancelled]}" Restarts)" \
	'CANCELLED 0' 'a cancelled one is not requeued'
ends "${id[plain]}" FAILED 3:0 0 'one without --checkpoint is left alone'
for task in 3 4; do
	wait_for 20 'the array to end' job_over "${id[tasks]}_$task"
	wait_for 20 'its epilog' has_line \
		"checkpoint-${id[tasks]}/$task/journal-0000.jsonl" '"settled"'
	ok "task $task of an array is settled" has_line \
		"checkpoint-${id[tasks]}/$task/journal-0000.jsonl" '"settled"'
done
is "$(plan_of "${id[done]}" 0 delay)" 12 "the site's delay counts there"
limit() # NAME
{
	awk -v name="Max $1" 'index($0, name) == 1 {
		$0 = substr($0, length(name) + 1); print $1; exit
	}' "$(printf '%s\n' limits.* | head -n 1)"
}
is "$(limit 'address space') $(limit 'file size') $(limit 'cpu time')" \
	'1073741824 67108864 60' \
	'and settle has the same limits as where the plugin starts it'
ok "the site's own epilog, which sources ours, went on after it" \
	has_line "$SCRATCH/epilog.whole" "^${id[done]}$"
ok 'also of a job without --checkpoint' \
	has_line "$SCRATCH/epilog.whole" "^${id[plain]}$"

# ---- a site that has turned checkpointing off
sed 's/$/ enabled=no/' -i "$SCRATCH/good/plugstack.conf"
id[off]=$(start off --time=10 --checkpoint=30 "$counter" 200)
runs off
as_owner scheckpoint requeue "${id[off]}"
wait_for 40 'its epilog' has_line "$SCRATCH/epilog.whole" "^${id[off]}$"
ends "${id[off]}" COMPLETED 0:0 0 \
	"where the site's settings refuse it, it is left alone"

# ---- run, not sourced: settle is in its directory, plugstack.conf as
# slurm.conf says
: >"$SCRATCH/run"
id[ran]=$(start ran --time=10 --checkpoint=30 "$counter" 40)
runs ran
as_owner scheckpoint requeue "${id[ran]}"
wait_for 40 'the epilog to requeue it' restarted "${id[ran]}" 1
is "$(plan_of "${id[ran]}" 0 delay)" 12 'it is settled with the same bounds'
rm "$SCRATCH/broken"
counted requested 80 'a run that was requested and not settled is requeued'
like "$(cat requested.out)" 'run 0: requeued: .*cause: operator' 'by our epilog'
is "$(job_field "${id[requested]}" Restarts)" 1 'once'
counted named 80 'a requeue by an operator is settled'
is "$(job_field "${id[named]}" Restarts)" 1 'once'

# ---- the epilog once more, later
for name in requested cancelled named; do
	# shellcheck disable=SC2016 # for that shell
	ok "the epilog of $name, run again" xargs -0 -a \
		"$SCRATCH/env.${id[$name]}" \
		sh -c 'exec env -i "$@" "$0"' "$CLUSTER/libexec/epilog"
done
is "$(for name in requested cancelled named; do
	echo "$(job_state "${id[$name]}") $(job_field "${id[$name]}" Restarts)"
done | paste -sd,)" 'COMPLETED 1,CANCELLED 0,COMPLETED 1' 'changes nothing'

# ---- beside a site's own requeue
for name in epilog epilog-slurmctld; do
	id[$name]=$(start $name --time=10 --checkpoint=30 --hold "$counter" 60)
	: >"$SCRATCH/site/$name.${id[$name]}"
	chmod 777 "$SCRATCH/site"
	scontrol release "${id[$name]}"
done
for name in epilog epilog-slurmctld; do
	runs $name
	as_owner scheckpoint requeue "${id[$name]}"
done
for name in epilog epilog-slurmctld; do
	counted $name 60 "a bare requeue in $name beside us: goes on"
	is "$(job_field "${id[$name]}" Restarts)" 1 'requeued once'
	not_ok 'which the epilog has called' test -e \
		"$SCRATCH/site/$name.${id[$name]}"
done

wait_for 40 'the epilog whose settle hangs' test -s "$SCRATCH/hung"
read -r status took <"$SCRATCH/hung"
is "$status" 0 \
	'an epilog whose settle hangs does not fail, which would drain the node'
ok "and ends in time: after $took s" test "$took" -ge 30 -a "$took" -le 40
is "$(paste -sd' ' hangs)" \
	"$(id -u "$JOB_USER") 65534 $(id -G "$JOB_USER")" \
	"its settle had the owner's id and groups, but for the real group"
nodes_idle
done_testing
