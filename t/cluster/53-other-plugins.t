#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Beside other plugins of Slurm: one that moves the task into a container before
# ours is called, in either hook and in either order, and required ones whose
# last hooks fail, so that Slurm doesn't call ours.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'slurmd of an ordinary user enters no container'
as_owner unshare --user --map-current-user --keep-caps --mount true ||
	skip_all 'the user may make no namespaces'
neighbour=$B/t/cluster/plugins/neighbour.so
[ -e "$neighbour" ] || bail_out "no $neighbour: run make check-cluster"
cluster_up --nodes 2 --conf "$MANY" --plugstack-arg restart_delay=3
plugstack=$CLUSTER/etc/plugstack.conf
install -m 755 "$neighbour" "$CLUSTER/neighbour.so"
ours=$(cat "$plugstack")
declare -A id

# plugins LINE...: the plugins of the steps that start from now on
plugins()
{
	printf '%s\n' "$@" >"$plugstack"
}

# pivot_root(2); not every util-linux has the command.
cat >"$SCRATCH/pivot" <<'END'
#!/usr/bin/python3
import ctypes
import platform

number = {"x86_64": 155, "aarch64": 41}[platform.machine()]
exit(ctypes.CDLL(None).syscall(number, b".", b"old"))
END
chmod 755 "$SCRATCH/pivot"

# A container with the node's programs, the jobs' directory and Slurm's copy of
# the script, and nothing else: no helper, no configuration, no socket.
cat >"$SCRATCH/container" <<END
#!/bin/sh
exec unshare --user --map-current-user --keep-caps --mount sh -c '
	set -e
	root=$WORK/root
	mkdir -p \$root
	mount -t tmpfs tmpfs \$root
	for dir in /usr /bin /lib /lib64 /sbin /dev /proc "$WORK" \
		"$CLUSTER/spool"; do
		mkdir -p "\$root\$dir"
		mount --rbind "\$dir" "\$root\$dir"
	done
	mkdir \$root/old
	touch \$root/container
	cd \$root
	$SCRATCH/pivot
	kill -STOP \$\$'
END
chmod 755 "$SCRATCH/container"

script chain <<'END'
#!/bin/bash
place=node
[ ! -e /container ] || place=container
where()
{
	echo "run $SLURM_CHECKPOINT_RUN in the $place, $PWD"
}
[ -z "$SLURM_CHECKPOINT_RESTORE" ] || {
	where
	cat "$SLURM_CHECKPOINT_RESTORE/state"
	exit
}
trap 'echo saved >state; "$SCHECKPOINT" save state; exit 0' TERM
where
while :; do sleep 0.1; done
END
export SCHECKPOINT=$WORK/scheckpoint
install -m 755 "$CLUSTER/bin/scheckpoint" "$SCHECKPOINT"

# chain NAME: a job that is requested to save in its first run, and ends in its
# second
chain()
{
	id[$1]=$(start "$1" --checkpoint=20 --time=5 chain)
	wait_for 20 "job $1" has_line "$1.out" '^run 0 '
	as_owner scancel --batch -s TERM "${id[$1]}"
}

# chained NAME PLACE TEXT
chained()
{
	wait_job 60 "${id[$1]}" COMPLETED
	is "$(job_field "${id[$1]}" Restarts) $(grep -c '^saved$' "$1.out")" '1 1' \
		"$3: saved, requeued, restored"
	is "$(grep '^run ' "$1.out" | paste -sd' ')" \
		"run 0 in the $2, $WORK run 1 in the $2, $WORK" 'and its script runs there'
}

for hook in task_init task_init_privileged; do
	for order in before behind; do
		enter="required $CLUSTER/neighbour.so enter=in-:$hook:$SCRATCH/container"
		if [ $order = before ]; then
			plugins "$enter" "$ours"
		else
			plugins "$ours" "$enter"
		fi
		chain "in-$hook-$order"
		wait_for 30 'its second run' has_line "in-$hook-$order.out" \
			'^run 1 '
		chained "in-$hook-$order" container \
			"a container in $hook, $order ours"
	done
done

for hook in task_exit exit; do
	plugins "required $CLUSTER/neighbour.so fail=$hook" "$ours"
	chain "fail-$hook"
	wait_for 30 "$hook" restarted "${id[fail-$hook]}" 1
	chained "fail-$hook" node \
		"a plugin before ours whose $hook fails"
done
nodes_idle
done_testing
