#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How our helpers are started and ended: settle runs as the job's owner, without
# a way back, without anything of root or of the job, and out of reach of the
# owner's other jobs; root opens no file of a user; a helper that hangs, dies or
# is missing drains no node.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'only root may trace slurmd'
cluster_up --nodes 2 --conf "$MANY" --plugstack-arg restart_delay=3
plugstack=$CLUSTER/etc/plugstack.conf
uid=$(id -u "$JOB_USER")
declare -A id

helpers() # DIR
{
	sed -i "s,helpers=[^ ]*,helpers=$1," "$plugstack"
}

script wait <<'END'
#!/bin/bash
echo "ready as run $SLURM_CHECKPOINT_RUN"
grep '^Groups' /proc/self/status
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
until [ -e "$SLURM_JOB_NAME.go" ]; do sleep 0.1; done
exit "${1:-85}"
END

ready() # NAME
{
	wait_for 30 "job $1" has_line "$1.out" '^ready as run 0'
}

# --------------------------------------------- what root opens, traced

# A job that saves, is requeued and goes on, all in one directory.
script save <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
scheckpoint save "$0"
exit 85
END
slurmd=$(cat "$CLUSTER/run/n2.pid")
strace -f -q -y -o "$SCRATCH/trace" -e trace=%file,%process,setuid,setreuid,setresuid \
	-p "$slurmd" 2>"$SCRATCH/strace.out" &
strace=$!
wait_for 10 'strace' grep -q "TracerPid:	[1-9]" "/proc/$slurmd/status"
mkdir owned && chown "$JOB_USER" owned
id[traced]=$(start traced -w n2 --checkpoint=20 --time=5 \
	"--chdir=$WORK/owned" "--output=$WORK/owned/out" save)
wait_job 60 "${id[traced]}" COMPLETED
kill "$strace" && wait "$strace"
is "$(job_state "${id[traced]}") $(job_field "${id[traced]}" Restarts)" \
	'COMPLETED 1' 'a traced job saves, is requeued and completes'
touched=$(awk -f "$TOP/t/cluster/file-users.awk" "$SCRATCH/trace" \
	"$SCRATCH/trace" | grep -F " $WORK")
like "$touched" "^$uid .*owned/checkpoint-.*journal" \
	'its owner opens the journal'
is "$(grep '^0 ' <<<"$touched")" '' 'root opens nothing in its directory'

# --------------------------------- out of reach of the owner's other jobs

script spy <<'END'
#!/bin/bash
reach()
{
	local file

	for file in environ maps mem auxv stack; do
		head -c 1 "/proc/$1/$file" >/dev/null 2>&1 && echo "$file"
	done
	for file in cwd exe root fd/3 fd/4; do
		readlink "/proc/$1/$file"
	done
	timeout 5 strace -p "$1" 2>&1 | grep -q 'attached' && echo ptrace
}
sleep 100 &
echo "control: $(reach $! | paste -sd' ')"
kill $!
until [ -s victim.pid ]; do sleep 0.1; done
echo "settle: $(reach "$(cat victim.pid)" 2>&1 | paste -sd' ')"
END

# settle_pid: prints the pid of a settle of this cluster
settle_pid()
{
	local pid

	for pid in $(pgrep -x settle); do
		tr '\0' '\n' <"/proc/$pid/environ" | grep -q -x -F \
			"SLURM_CONF=$SLURM_CONF" && echo "$pid" && return
	done 2>/dev/null
	return 1
}

id[spied]=$(start spied -w n1 --checkpoint=20 --time=5 wait)
id[spy]=$(start spy -w n1 --time=5 spy)
ready spied
wait_for 20 'the spy' has_line spy.out '^control'
daemon stop slurmctld
touch spied.go
wait_for 20 'settle' settle_pid
settle_pid >victim.pid
wait_for 30 "the spy's report" has_line spy.out '^settle'
daemon start slurmctld
like "$(cat spy.out)" '^control: environ.* maps.*/' \
	'a user sees into their own processes'
like "$(cat spy.out)" '^settle: *$' 'but not into settle'
wait_job 60 "${id[spied]}" COMPLETED
is "$(job_field "${id[spied]}" Restarts)" 1 'and settle does its work'

# -------------------------------------------------- what settle is given

# As if slurmctld lived, but did not reply to a call.
cc -shared -fPIC -x c -o "$SCRATCH/throttled.so" - <<'END'
#include <unistd.h>
int slurm_load_job(void) { for (;;) pause(); }
END

wrap_helpers "$SCRATCH/wrapped" <<END
#!/bin/bash
name=\$(sed -n 's/^job_name=//p' /proc/\$\$/fd/3)
case \$name in
hung)
	exec sleep 1052
	;;
late)
	echo "\$SECONDS" >>"$WORK/late.starts"
	sleep 20
	kill -KILL \$\$
	;;
throttled)
	exec env "LD_PRELOAD=$SCRATCH/throttled.so" "$SCRATCH/wrapped/settle.real"
	;;
killed)
	[ -e "$WORK/killed.twice" ] || {
		[ ! -e "$WORK/killed.once" ] || touch "$WORK/killed.twice"
		touch "$WORK/killed.once"
		kill -KILL \$\$
	}
	;;
given)
	ls -l /proc/\$\$/fd >"$WORK/owned/fds"
	{
		cat /proc/\$\$/status
		echo "cwd: \$(readlink /proc/\$\$/cwd)"
		echo "umask: \$(umask)"
		tr '\\0' '\\n' </proc/\$\$/environ | sed 's/^/env: /'
		sed 's/^/limit: /' /proc/\$\$/limits
		ps -o sid=,pid= \$\$ | sed 's/^/session: /'
	} >"$WORK/owned/given" 2>&1
	;;
esac
exec "$SCRATCH/wrapped/settle.real"
END
helpers "$SCRATCH/wrapped"
for name in hung late throttled killed given; do
	id[$name]=$(start "$name" -w n1 --checkpoint=20 --time=5 wait)
	ready "$name"
	touch "$name.go"
done
begun=$SECONDS
wait_job 60 "${id[given]}" COMPLETED
given=$(cat owned/given)
is "$(job_field "${id[given]}" Restarts)" 1 \
	'a settle that records its surroundings'
for ids in "Uid:.$uid.$uid.$uid.$uid" \
	"Gid(:.$(id -g "$JOB_USER")|.*(\s$(id -g "$JOB_USER")){3})"; do
	like "$given" "^$ids" "is the owner's: ${ids%%[:(]*}"
done
is "$(grep '^Groups' <<<"$given" | xargs)" \
	"$(grep -m 1 '^Groups' given.out | xargs)" 'with the groups of the job'
for set in Inh Prm Eff Amb; do
	like "$given" "^Cap$set:	0+$" "no capabilities: $set"
done
like "$given" '^NoNewPrivs:	1$' 'none can be gained by a program'
like "$given" '^cwd: /$' 'it runs in /'
like "$given" '^umask: 0077$' 'files are for the owner only'
is "$(sed -n 's/^env: \([A-Z_]*\)=.*/\1/p' <<<"$given" | sort | paste -sd,)" \
	PATH,SLURM_CONF 'two variables of the environment'
is "$(sed -n 's/.* \([0-9]* -> .*\)/\1/p' owned/fds | grep -v '^255 ' |
	sed 's/ (deleted)//; s/pipe:.*/pipe/' | paste -sd,)" \
	"0 -> /dev/null,1 -> /dev/null,2 -> /dev/null,$(
	)3 -> /memfd:checkpoint-brief,4 -> pipe,5 -> /memfd:checkpoint-memo" \
	'six descriptors'
like "$given" '^limit: Max core file size +0 +0' 'no core files'
like "$given" '^limit: Max cpu time +60 +60' 'a minute of CPU'
like "$given" '^limit: Max file size +67108864 ' 'small files'
like "$given" '^limit: Max address space +1073741824 ' 'bounded memory'
like "$(sed -n 's/^session: *//p' <<<"$given")" '^([0-9]+) +\1$' \
	'a session of its own'

wait_job 60 "${id[killed]}" COMPLETED
is "$(job_field "${id[killed]}" Restarts)" 1 \
	'one that is killed twice is started a third time'

# ------------------------------------------- hung, and killed late
# left_behind NAME SECONDS: tests that the job ends without its settle
left_behind()
{
	wait_job 90 "${id[$1]}" FAILED
	is "$(job_state "${id[$1]}") $(job_field "${id[$1]}" Restarts)" \
		'FAILED 0' "a settle that is $1: left behind"
	ok "within $2 s" [ $((SECONDS - begun)) -le "$2" ]
}

left_behind hung 60
left_behind late 60
# UnkillableStepTimeout is 100 s here, five times MessageTimeout.
left_behind throttled 90
like "$(cat "$CLUSTER/log/n1")" 'settle got nowhere in its time' \
	'the log of the node says so'
not_ok 'it is gone' pgrep -u "$JOB_USER" -f 'sleep 1052'

# ---------------------------------------------------------- missing ones
mkdir "$SCRATCH/missing"
helpers "$SCRATCH/missing"
id[missing]=$(start missing --checkpoint=20 --time=5 wait)
wait_job 30 "${id[missing]}" FAILED
is "$(job_state "${id[missing]}") $(job_field "${id[missing]}" Restarts)" \
	'FAILED 0' 'without a supervisor the job fails'
like "$(cat missing.out)" \
	"^scheckpoint: .*/missing/supervise can't be started: No such file" \
	'and says why'
is "$(grep -c '^scheckpoint' missing.out)" 1 'in one line'
cp "$B/libexec/supervise" "$B/libexec/rpc" "$SCRATCH/missing/"
id[no-settle]=$(start no-settle --checkpoint=20 --time=5 wait 3)
ready no-settle
touch no-settle.go
wait_job 30 "${id[no-settle]}" FAILED
is "$(job_field "${id[no-settle]}" ExitCode)" 3:0 \
	'without settle it ends with its exit code'
like "$(cat "$CLUSTER/log"/n[12])" "settle can't be started: No such file" \
	'the log of the node says so'
nodes_idle
done_testing
