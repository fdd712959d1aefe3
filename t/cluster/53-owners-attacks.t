#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the owner of a job tries against its settle from a shell on the node: to
# trace it while it starts, and to let it live for longer than Slurm waits.
# Neither works, and no node is drained.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'proctrack/cgroup needs root'
cluster_up --nodes 2 --proctrack cgroup --conf "$MANY" \
	--conf UnkillableStepTimeout=60 --conf MessageTimeout=10 \
	--plugstack-arg restart_delay=3
declare -A id

# ends with 85 as soon as NAME.go is there
script wait <<'END'
#!/bin/bash
echo "ready as run $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
until [ -e "$SLURM_JOB_NAME.go" ]; do sleep 0.1; done
exit 85
END

ready() # NAME
{
	wait_for 30 "job $1" has_line "$1.out" '^ready as run 0'
}

cat >"$SCRATCH/seize.c" <<'END'
/* seize SECONDS FILE GROUP: tries to trace each new process, from its first
 * moment on, until the file is gone, and prints which it could trace, and which
 * settle it could not.  Only in cgroups with this name, but in no step: what it
 * traces stops at its next signal. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <time.h>
#include <unistd.h>

#define LATEST 16

static int last_pid(void)
{
	FILE *file = fopen("/proc/loadavg", "r");
	int pid = 0;

	if (file && fscanf(file, "%*s %*s %*s %*s %d", &pid) != 1)
		pid = 0;
	if (file)
		fclose(file);
	return pid;
}

static void name_of(int pid, char name[64])
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "r");
	name[0] = 0;
	if (file && !fgets(name, 64, file))
		name[0] = 0;
	if (file)
		fclose(file);
	name[strcspn(name, "\n")] = 0;
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int is_in(int pid, const char *group)
{
	char path[64], text[4096];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = 0;
	fclose(file);
	return strstr(text, group) && !strstr(text, "/step_");
}

int main(int argc, char **argv)
{
	const char *group = argv[argc - 1], *go = argv[argc - 2];
	long end = now_ms() + 1000 * atoi(argv[argc - 3]);
	int refused[16] = {0}, seized[16] = {0};
	long since[16];
	char name[64];

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (now_ms() < end && !access(go, F_OK)) {
		int last = last_pid();

		for (int pid = last; pid > 1 && pid > last - LATEST; pid--) {
			int slot = pid % 16;

			if (pid == getpid() || !is_in(pid, group))
				continue;
			if (!ptrace(PTRACE_SEIZE, pid, 0, 0)) {
				seized[slot] = pid;
				since[slot] = now_ms();
			} else if (errno == EPERM && refused[slot] != pid &&
				   seized[slot] != pid) {
				name_of(pid, name);
				if (strcmp(name, "settle"))
					continue;
				refused[slot] = pid;
				printf("refused settle\n");
			}
		}
		/* What do they execute a little later? */
		for (int slot = 0; slot < 16; slot++) {
			if (!seized[slot] || now_ms() - since[slot] < 20)
				continue;
			name_of(seized[slot], name);
			printf("seized %s\n", name);
			seized[slot] = 0;
		}
	}
	return 0;
}
END
cat >"$SCRATCH/slice.c" <<'END'
/* slice PID: lets the process run for 5 ms in each 22 s */
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const struct timespec thin = {.tv_nsec = 5000000};
	pid_t pid = atoi(argv[argc - 1]);

	while (!kill(pid, SIGSTOP)) {
		sleep(22);
		kill(pid, SIGCONT);
		nanosleep(&thin, NULL);
	}
	return 0;
}
END
for program in seize slice; do
	"${CC:-cc}" -O2 -o "$SCRATCH/$program" "$SCRATCH/$program.c" ||
		bail_out 'no compiler'
done

# A settle in the hands of its owner: it says that slurmctld is away.
wrap_helpers "$SCRATCH/wrapped" <<END
#!/bin/bash
case \$(sed -n 's/^job_name=//p' /proc/\$\$/fd/3) in
forged)
	echo \$\$ >"$WORK/forged.pid"
	while :; do printf w >&4; sleep 1; done
	;;
esac
exec "$SCRATCH/wrapped/settle.real"
END

# settle_pid: prints the pid of a settle of this cluster
settle_pid()
{
	local pid

	for pid in $(pgrep -x 'settle(\.real)?'); do
		tr '\0' '\n' <"/proc/$pid/environ" | grep -q -x -F \
			"SLURM_CONF=$SLURM_CONF" && echo "$pid" && return
	done 2>/dev/null
	return 1
}

# ------------------------------------------------------------ to trace it

read -r _ prefix <"$CLUSTER/run/nodes"
group=/sys/fs/cgroup/freezer/slurm_${prefix}9
mkdir "$group" || bail_out 'no cgroup of our own'

# run_epilog ID: runs the epilog of the job, as slurmd would, in that cgroup
run_epilog()
(
	sh -c 'echo "$PPID" >"$0/cgroup.procs"' "$group"
	as_owner sleep 0.2
	env -i SPANK_CHECKPOINT="$(job_settings "$1")" SLURM_JOB_ID="$1" \
		SLURM_CONF="$SLURM_CONF" SLURM_JOB_UID="$(id -u "$JOB_USER")" \
		SLURM_JOB_GID="$(id -g "$JOB_USER")" SLURM_JOB_USER="$JOB_USER" \
		SLURM_JOB_WORK_DIR="$WORK" "$CLUSTER/libexec/epilog"
)

install -m 755 "$TOP/scripts/epilog" "$CLUSTER/libexec/"
for mode in 711 755; do
	for i in 1 2 3; do
		id[seize$mode-$i]=$(start "seize$mode-$i" --checkpoint=20 \
			--time=5 wait)
	done
done
for mode in 711 755; do
	chmod "$mode" "$CLUSTER/libexec/settle"
	: >"$SCRATCH/trace"
	as_owner "$SCRATCH/seize" 60 "$SCRATCH/trace" "slurm_$prefix" \
		>"$SCRATCH/seized.$mode" 2>&1 &
	for i in 1 2 3; do
		name=seize$mode-$i
		ready "$name"
		as_owner touch "$name.go"
		wait_for 20 'the requeue' restarted "${id[$name]}" 1
		ok "mode $mode, an epilog ends well" run_epilog "${id[$name]}"
	done
	rm "$SCRATCH/trace"
	wait $!
	like "$(cat "$SCRATCH/seized.$mode")" '^seized ' \
		'a user can trace their own processes'
	unlike "$(cat "$SCRATCH/seized.$mode")" '^seized settle' \
		"but no settle of mode $mode, by slurmstepd or an epilog"
	ok 'though it was tried' \
		has_line "$SCRATCH/seized.$mode" '^refused'
	note "$(sort "$SCRATCH/seized.$mode" | uniq -c)"
done
like "$(cat "$CLUSTER"/log/n*)" 'settle has owner 0 and mode 0755' \
	"slurmd's log says which mode it should have"
chmod 722 "$CLUSTER/libexec/settle"
id[open]=$(start open --checkpoint=20 --time=5 wait)
ready open
as_owner touch open.go
wait_job 20 "${id[open]}" FAILED
is "$(job_field "${id[open]}" Restarts)" 0 \
	'a settle that all users may write is not run'
like "$(cat "$CLUSTER"/log/n*)" 'settle has mode 0722: every user may change' \
	"and slurmd's log says why"
chmod 711 "$CLUSTER/libexec/settle"
for mode in 711 755; do
	for i in 1 2 3; do
		wait_job 30 "${id[seize$mode-$i]}" COMPLETED
	done
done

# --------------------------------------------- to let it live for too long

sed -i "s,helpers=[^ ]*,helpers=$SCRATCH/wrapped," "$CLUSTER/etc/plugstack.conf"
for name in sliced forged; do
	id[$name]=$(start "$name" --checkpoint=20 --time=5 wait)
	ready "$name"
done
kill -STOP "$(cat "$CLUSTER/run/slurmctld.pid")"
as_owner touch sliced.go
wait_for 20 'settle' settle_pid
sliced=$(settle_pid)
as_owner "$SCRATCH/slice" "$sliced" &
slicer=$!
as_owner touch forged.go
wait_for 20 'the forged one' test -s forged.pid
forged=$(cat forged.pid)
sleep 50
ok 'while slurmctld is away, slurmstepd waits for settle' kill -0 "$forged"
ok 'also for one that its owner stops' kill -0 "$sliced"
kill -CONT "$(cat "$CLUSTER/run/slurmctld.pid")"
scancel "${id[sliced]}" "${id[forged]}"
begun=$SECONDS
wait_for 70 'settle to be gone' fails kill -0 "$sliced"
wait_for 70 'the forged one to be gone' fails kill -0 "$forged"
took=$((SECONDS - begun))
ok "when the job is ended, both are gone in time: after $took s" \
	test "$took" -le 52
kill "$slicer" 2>/dev/null
wait "$slicer" 2>/dev/null
for name in sliced forged; do
	wait_job 20 "${id[$name]}" CANCELLED
	is "$(job_state "${id[$name]}")" CANCELLED "$name: stays cancelled"
done
unlike "$(cat "$CLUSTER/log/slurmctld")" 'Kill task failed|drain' \
	'no node was drained'
nodes_idle
rmdir "$group"
done_testing
