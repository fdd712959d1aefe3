#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The store can't be written, or hangs, when a run ends: still no job is lost,
# and no completed one runs again.
# core
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'a small file system is mounted'
cluster_up --nodes 2 --conf "$MANY"
declare -A id

umount_full()
{
	umount "$WORK/small" 2>/dev/null
}
trap 'umount_full; at_exit' EXIT
mkdir small
mount -t tmpfs -o "size=256k,mode=777" small "$WORK/small" ||
	skip_all 'no file system can be mounted'

# ---- a full disk

# prints that it runs; then its store becomes full.  The test makes room for the
# second run, which ends at once.
script full <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'echo requested; exit 0' TERM
until [ -e "$SLURM_JOB_NAME.go" ]; do sleep 0.1; done
case $1 in
request) kill -TERM "$PPID" ;;
code) exit "$2" ;;
done) scheckpoint done ;;
esac
while :; do sleep 0.1; done
END

# fill: makes the file system full.  A record would still fit into the last
# block of a journal, so that is filled, too.
fill()
{
	local journal

	for journal in small/*/journal-*; do
		truncate -s $((($(stat -c %s "$journal") / 4096 + 1) * 4096)) \
			"$journal"
	done
	cat /dev/zero >small/filler 2>/dev/null
	! echo more 2>/dev/null >>small/filler
}

for job in 'requested request' 'self code 85' 'ended code 0' 'failed code 3'; do
	read -r name what <<<"$job"
	# shellcheck disable=SC2086 # words
	id[$name]=$(start "$name" --checkpoint=20 --time=5 \
		"--checkpoint-dir=small/$name" full $what)
	wait_for 30 'a run' has_line "$name.out" '^begin 0'
done
# viewed: each supervisor has written the reply to its first query
viewed()
{
	[ "$(grep -l '"rec":"view"' small/*/journal-0000.jsonl | wc -l)" = 4 ]
}
wait_for 30 'the first replies' viewed
ok 'the disk is full' fill
for name in requested self ended failed; do
	touch "$name.go"
done
for name in requested self; do
	wait_for 30 'settle' has_line "$name.out" '^[^ ]* scheckpoint: run 0: '
	like "$(cat "$name.out")" 'run 0: requeued: (to be con|this run saved)' \
		"full disk, $name: requeued"
done
like "$(cat requested.out)" "journal can't be written .*No space left" \
	'the output says what is wrong'
like "$(job_field "${id[requested]}" Comment)" 'the store is out of use' \
	'and so does the comment'
rm small/filler
for name in requested self; do
	BOUND=200 ends "${id[$name]}" COMPLETED 0:0 1 "$name: then it completes"
done
ends "${id[ended]}" COMPLETED 0:0 0 'full disk, ended with 0: completed'
ends "${id[failed]}" FAILED 3:0 0 'full disk, failed: failed'

# ---- storage that hangs while settle works
wrap_helpers "$SCRATCH/helpers" <<END
#!/bin/bash
if grep -q '^job_name=hung' /proc/\$\$/fd/3 &&
	grep -q '^is_blind=0' /proc/\$\$/fd/3; then
	exec sleep 1000
fi
exec "$SCRATCH/helpers/settle.real"
END
sed -i "s,helpers=[^ ]*,helpers=$SCRATCH/helpers," "$CLUSTER/etc/plugstack.conf"
script hung <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'scheckpoint save "$0"; exit 0' TERM
case $1 in
request) kill -TERM "$PPID" ;;
done)
	scheckpoint done
	kill -TERM "$PPID"
	;;
code) exit "$2" ;;
esac
while :; do sleep 0.1; done
END
for job in 'hung-requested request' 'hung-self code 85' 'hung-done done' \
	'hung-ended code 0' 'hung-failed code 3'; do
	read -r name what <<<"$job"
	# shellcheck disable=SC2086 # words
	id[$name]=$(start "$name" --checkpoint=20 --time=5 hung $what)
done
for name in requested self; do
	BOUND=90 ends "${id[hung-$name]}" COMPLETED 0:0 1 \
		"storage hangs, $name: requeued, then completed"
done
BOUND=60 ends "${id[hung-done]}" COMPLETED 0:0 0 'done: not run again'
BOUND=60 ends "${id[hung-ended]}" COMPLETED 0:0 0 'ended with 0: completed'
BOUND=60 ends "${id[hung-failed]}" FAILED 3:0 0 'failed: failed'

# ---- storage that hangs while the job runs: the programs are signalled in time
cat >hang.c <<'END'
/* While the file named by HANG is there, fdatasync() hangs, and so does openat()
 * of a file of a store. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void hang(void)
{
	const char *flag = getenv("HANG");

	while (flag && !access(flag, F_OK))
		usleep(100000);
}

int fdatasync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");

	hang();
	return real(fd);
}

int openat(int dir, const char *path, int flags, ...)
{
	int (*real)(int, const char *, int, ...) =
		(int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat");
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	if (!strncmp(path, "journal-", 8) || !strncmp(path, "ask-", 4) ||
	    !strncmp(path, "heard-", 6))
		hang();
	return real(dir, path, flags, mode);
}
END
cc -shared -fPIC -o "$SCRATCH/hang.so" hang.c -ldl || bail_out 'no hang.so'
rm -r "$SCRATCH/helpers"
wrap_helpers "$SCRATCH/helpers" supervise <<END
#!/bin/bash
export LD_PRELOAD=$SCRATCH/hang.so HANG=$WORK/storage-hangs
exec "$SCRATCH/helpers/supervise.real"
END
script saver <<'END'
#!/bin/bash
echo "begin $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
case $1 in
slow) trap 'date +requested\ %s; exit 0' TERM ;;
ended) ;;
esac
while [ ! -e "$SLURM_JOB_NAME.end" ]; do sleep 0.1; done
END
id[slow]=$(start slow --checkpoint=20 --time=5 saver slow)
id[over]=$(start over --checkpoint=20 --time=5 saver ended)
for name in slow over; do
	wait_for 30 'a run' has_line "$name.out" '^begin 0'
	wait_for 30 'the first reply' has_line \
		"checkpoint-${id[$name]}/journal-0000.jsonl" '"rec":"view"'
done
touch storage-hangs
began=$(date +%s)
as_owner scancel -b -s TERM "${id[slow]}"
touch over.end
wait_for 15 'the signal' has_line slow.out '^requested'
took=$(($(sed -n 's/^requested //p' slow.out) - began))
ok "storage hangs: the program is signalled ($took s)" test "$took" -le 4
wait_for 40 'the requeue' restarted "${id[slow]}" 1
ends "${id[over]}" COMPLETED 0:0 0 'and one that ended with 0 has completed'
rm storage-hangs
BOUND=90 ends "${id[slow]}" COMPLETED 0:0 1 'the first goes on, and completes'

# ---- an output larger than settle's limit for files
script large <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
truncate -s 70M large.out
exit 85
END
id[large]=$(start large --checkpoint=20 --time=5 large)
ends "${id[large]}" COMPLETED 0:0 1 'an output of 70 MiB'
is "$(tr -d '\0' <large.out |
	sed -n 's/^[^ ]* \(scheckpoint: run [01]: \(requeued\|the job has\)\).*/\1/p' |
	paste -sd';')" \
	'scheckpoint: run 0: requeued;scheckpoint: run 1: the job has' \
	'gets the last words of both runs'
nodes_idle
done_testing
