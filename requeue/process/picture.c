/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * picture.c: take a picture of the processes below one of ours, from /proc.
 *
 * First the tree is read, which needs only the parents of all processes, so
 * that the files of which many are costly to read are read for those below
 * the root alone.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "requeue/policy/shells.h"
#include "requeue/process/awaits.h"
#include "requeue/process/picture.h"
#include "requeue/process/pid.h"
#include "requeue/process/procfs.h"
#include "requeue/process/script.h"
#include "requeue/process/tree.h"

#define ARGV_BYTES     4096
#define ALL_TEXT_BYTES (64 * 1024 * 1024)

static void read_args(struct procs *procs, struct proc *proc, int dir)
{
	size_t size = procs->text_bytes > ALL_TEXT_BYTES ? 512 : ARGV_BYTES;
	char *text = malloc(size), *shrunk;
	ssize_t len;

	if (!text)
		return;
	len = procfs_read(dir, "cmdline", text, size);
	/* A shell's script may be all in there: sh -c TEXT. */
	if (len == (ssize_t)size - 1 && size == ARGV_BYTES &&
	    shells_is_shell(proc->exe, text, proc->comm)) {
		free(text);
		text = malloc(SCRIPT_BYTES);
		if (!text)
			return;
		len = procfs_read(dir, "cmdline", text, SCRIPT_BYTES);
	}
	if (len < 0)
		len = 0;
	shrunk = realloc(text, (size_t)len + 1);
	if (shrunk)
		text = shrunk;
	text[len] = '\0';
	procs->text_bytes += (size_t)len;
	procs_set_args(proc, text, (size_t)len);
}

static uint64_t pipe_inode(int dir, const char *path)
{
	char target[64];
	unsigned long long inode;

	if (!procfs_link(dir, path, target, sizeof(target)) ||
	    sscanf(target, "pipe:[%llu]", &inode) != 1)
		return 0;
	return inode;
}

static void read_signals(struct proc *proc, int dir, int signum)
{
	char text[PROCFS_STATUS_BYTES];
	uint64_t blocked;
	long threads;

	if (procfs_read(dir, "status", text, sizeof(text)) <= 0)
		return;
	proc->is_foreign = procfs_number(text, "\nUid:") != (long)getuid();
	proc->caught = procfs_mask(text, "\nSigCgt:");
	proc->ignored = procfs_mask(text, "\nSigIgn:");
	blocked = procfs_mask(text, "\nSigBlk:");
	threads = procfs_number(text, "\nThreads:");
	proc->tracer = (pid_t)procfs_number(text, "\nTracerPid:");
	if (proc->is_foreign || procs_has(proc->caught, signum) ||
	    proc->state == 'Z')
		return;
	/* Asleep in one thread with nothing blocked may still be sigwait(). */
	if (threads > 1 || proc->state != 'R')
		proc->awaited |= awaits_of_threads(proc->pid, dir, signum);
	if (procs_has(blocked, signum))
		proc->awaited |= awaits_of_descriptors(dir, blocked);
}

static void read_proc(struct procs *procs, struct proc *proc, int signum)
{
	char path[PROCFS_PATH_MAX];
	int dir;

	snprintf(path, sizeof(path), "/proc/%d", (int)proc->pid);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		proc->state = 'X';
		return;
	}
	read_signals(proc, dir, signum);
	if (!procfs_link(dir, "exe", proc->exe, sizeof(proc->exe)))
		proc->exe[0] = '\0';
	read_args(procs, proc, dir);
	proc->stdin_pipe = pipe_inode(dir, "fd/0");
	proc->stdout_pipe = pipe_inode(dir, "fd/1");
	proc->stderr_pipe = pipe_inode(dir, "fd/2");
	if (!proc->is_foreign && procs->text_bytes < ALL_TEXT_BYTES &&
	    shells_is_shell(proc->exe, proc->argc ? proc->argv[0] : "",
			    proc->comm))
		proc->script = script_read(proc, dir);
	if (proc->script)
		procs->text_bytes += strlen(proc->script);
	close(dir);
	/* What we have read may be of two processes with one number. */
	if (pid_start_ticks(proc->pid, &proc->state) != proc->start_ticks)
		proc->state = 'X';
}

static int take(struct procs *procs, pid_t root, int signum, bool is_hasty)
{
	*procs = (struct procs){0};
	if (tree_read(procs, root, is_hasty))
		return -1;
	for (size_t i = 0; i < procs->count; i++) {
		struct proc *proc = &procs->list[i];

		if (signum)
			read_proc(procs, proc, signum);
		if (!proc->argv)
			proc->argv = calloc(1, sizeof(*proc->argv));
		if (!proc->argv)
			return -1;
	}
	return procs_sort(procs);
}

int picture_take(struct procs *procs, pid_t root, int signum)
{
	return take(procs, root, signum, false);
}

int picture_take_in_haste(struct procs *procs, pid_t root, int signum)
{
	return take(procs, root, signum, true);
}
