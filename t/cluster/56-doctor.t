#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# scheckpoint doctor: a good installation is well, and each fault that is planted
# is named with its remedy.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
case $(slurmctld -V) in
*' 22.05'*) notify=SlurmctldParameters=preempt_send_user_signal ;;
*) notify=PreemptParameters=send_user_signal ;;
esac
cluster_up --nodes 2 --preempt --conf KillWait=30 --conf "$notify"
plugstack=$CLUSTER/etc/plugstack.conf
line=$(cat "$plugstack")

# doctor [ARGUMENT]...: as the jobs' owner; sets $code and $said
doctor()
{
	said=$(as_owner scheckpoint doctor "$@" 2>&1)
	code=$?
}

# finds CODE REGEX TEXT
finds()
{
	like "$code $(tr '\n' '~' <<<"$said")" "^$1 (.*~)?$2" "$3"
}

# ---- all is well
doctor --nodes=ALL .
is "$code" 0 'a good installation is well'
is "$(grep -v '^ok ' <<<"$said")" '' 'and each line says so'
finds 0 'ok +plugin +/.*/spank_checkpoint.so, built for Slurm [0-9.]+~' \
	'the plugin'
finds 0 "ok +plugstack.conf +$plugstack:1: required" 'its line'
finds 0 'ok +sbatch +has loaded the plugin' 'that sbatch has loaded it'
finds 0 'ok +nodes +2 of 2 have the plugin of this machine' 'the nodes'
finds 0 'ok +shared +2 nodes read and wrote' 'the directory'
finds 0 'ok +GraceTime +low=20' 'what slurm.conf means'
is "$(find . -mindepth 1)" '' 'and nothing is left behind'
unlike "$said" $'\e' 'no colour where the output is no terminal'
doctor --json
is "$code $(python3 -c 'import json, sys
found = json.load(sys.stdin)
print(found["format"], found["grade"],
      len([c for c in found["checks"] if c["name"] == "KillWait"]))' \
	<<<"$said")" '0 1 warning 1' 'the same as JSON'

# ---- the line in plugstack.conf
echo "$line graec=5m" >"$plugstack"
doctor
finds 1 "error +plugstack.conf +$plugstack:1: graec=5m: no such argument.*; \
correct it" 'a wrong argument'
mkdir "$CLUSTER/etc/plugstack.conf.d"
echo "$line" | tee "$CLUSTER/etc/plugstack.conf.d/"{a,b}.conf >/dev/null
echo 'include plugstack.conf.d/*.conf' >"$plugstack"
doctor
finds 1 'error +plugstack.conf +2 lines load the plugin, .*/a.conf:1 and ' \
	'two lines, in files that are included'
: >"$plugstack"
doctor
finds 1 "error +plugstack.conf +no line of $plugstack loads the plugin" \
	'no line'
finds 1 'error +sbatch +has not loaded the plugin' 'which sbatch shows too'

# ---- the plugin's file
echo "optional ${line#* }" |
	sed 's,spank_checkpoint.so,gone/&,' >"$plugstack"
doctor
finds 1 'error +plugin +.*No such file or directory; install it' \
	'no plugin'
echo "$line" >"$plugstack"

# ---- helpers
chmod 755 "$CLUSTER/libexec/settle"
doctor
finds 0 'warning +helpers +.*/settle has owner [0-9]+ and mode 0755; chown' \
	'a helper that users may read'
chmod 733 "$CLUSTER/libexec/settle"
doctor
finds 1 'error +helpers +.*/settle has mode 0733: other users may change' \
	'or write'
chmod 644 "$CLUSTER/libexec/settle"
doctor
finds 1 "error +helpers +.*/settle can't be run: Permission denied; install" \
	'or not run'
chmod 711 "$CLUSTER/libexec/settle"
doctor
finds 0 'ok +helpers' 'which is mended then'

# ---- slurm.conf
sed -i 's/^KillOnBadExit.*//; $a KillOnBadExit=1' "$SLURM_CONF"
sed -i 's/GraceTime=20/GraceTime=0/' "$SLURM_CONF"
if scontrol show config | grep -q MaxBatchRequeue; then
	echo MaxBatchRequeue=0 >>"$SLURM_CONF"
fi
scontrol reconfigure
wait_for 20 'the new settings' sh -c \
	'scontrol show config | grep -q "KillOnBadExit *= 1"'
doctor
if grep -q '^MaxBatchRequeue' "$SLURM_CONF"; then
	finds 1 'error +MaxBatchRequeue +0: a job .* is held' 'MaxBatchRequeue'
else
	finds 0 "ok +MaxBatchRequeue +can't be set" 'MaxBatchRequeue'
fi
finds "$code" 'warning +KillOnBadExit +1: .*; set it to 0' 'KillOnBadExit'
finds "$code" 'warning +GraceTime +0 for low: .*KillWait \(30 s\)' 'GraceTime'

# ---- a directory
doctor gone
finds "$code" 'error +directory +gone: No such file' 'no directory'
[ "$code" -eq 1 ]
tap $? 'which is an error'
doctor /proc
finds 1 'error +directory +nothing can be made in /proc' 'one that takes nothing'

# ---- nodes, and slurmctld
doctor --nodes=n9 .
finds '[12]' 'unknown +nodes +n9 can.t be listed: ' 'a node that there is not'
if [ "$(id -u)" -eq 0 ]; then
	# n2 has a file of its own in the place of the plugin, and a clean
	# directory in the place of the shared one.
	mkdir "$SCRATCH/other" "$SCRATCH/empty"
	chmod 777 "$SCRATCH/empty"
	cp "$CLUSTER/libexec/spank_checkpoint.so" "$SCRATCH/other"
	echo >>"$SCRATCH/other/spank_checkpoint.so"
	daemon stop n2
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --propagation private sh -c '
		mount --bind "$1/other/spank_checkpoint.so" \
			"$1/cluster/libexec/spank_checkpoint.so" &&
		mount --bind "$1/empty" "$1/work" &&
		exec "$0" start "$1/cluster" n2' \
		"$TOP/scripts/cluster" "$SCRATCH"
	wait_for 30 'all nodes to be idle' is_idle
	doctor --nodes=n1,n2 .
	finds 1 'error +nodes +n2: another plugin \(built for Slurm [0-9.]+\)' \
		'a node with another plugin'
	finds 1 "error +shared +n2: what is written in $WORK isn't there" \
		'a directory that a node does not share'
else
	skip 2 'only root may mount'
fi
# ---- a configless node, which has its files in /run
if [ "$(id -u)" -eq 0 ] && [ ! -e /etc/slurm/slurm.conf ]; then
	cache=$SCRATCH/run/slurm/conf
	mkdir -p "$cache/plugstack.conf.d"
	sed '/^PlugStackConfig/d' "$SLURM_CONF" >"$cache/slurm.conf"
	echo "$line" >"$cache/plugstack.conf.d/a.conf"
	echo 'include plugstack.conf.d/*' >"$cache/plugstack.conf"
	# shellcheck disable=SC2016 # for the inner shell
	said=$(env -u SLURM_CONF unshare --mount --propagation private sh -c '
		mount --bind "$1/run" /run && exec scheckpoint doctor' sh \
		"$SCRATCH" 2>&1)
	code=$?
	finds 0 'ok +plugstack.conf +/run/slurm/conf/plugstack.conf.d/a.conf:1' \
		'a configless node'
else
	skip 1 'only root may mount'
fi
daemon stop slurmctld
doctor
finds 2 "unknown +slurmctld +can't be queried: " 'slurmctld is away'
finds 2 'ok +plugin ' 'the rest is looked at all the same'
daemon start slurmctld
nodes_idle
done_testing
