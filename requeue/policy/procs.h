/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procs.h: the picture of a job's processes, as data: what picture_take() has
 * read of /proc, or what a test has drawn by hand.
 */
#ifndef POLICY_PROCS_H
#define POLICY_PROCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/policy/runtimes.h"

#define PROCS_NAME_MAX 64
#define PROCS_EXE_MAX  256
#define PROCS_NONE     SIZE_MAX

struct proc {
	pid_t pid;
	pid_t ppid;
	pid_t group;   /* process group */
	size_t parent; /* index into the picture; PROCS_NONE below the root */
	uint64_t start_ticks;
	char state;	 /* as in /proc/PID/stat: R S D T t Z X */
	bool is_foreign; /* another user's: its files are not read */
	char comm[16];
	char exe[PROCS_EXE_MAX]; /* path; "" if it can't be read */
	char **argv;		 /* never NULL; cut off where it is long */
	size_t argc;
	uint64_t caught;     /* bit signum - 1, as in SigCgt */
	uint64_t ignored;    /* SigIgn */
	uint64_t awaited;    /* blocked, and read by sigwait() or signalfd */
	char *script;	     /* text that a shell runs; NULL: not known */
	uint64_t stdin_pipe; /* inode of the pipe; 0: it is none */
	uint64_t stdout_pipe;
	uint64_t stderr_pipe;
	pid_t tracer; /* that debugs it; 0 none */
	/* Both are set by the caller. */
	enum runtime runtime; /* that it runs, as far as was looked for */
	bool is_signalled;    /* it has got the signal before */
};

/* Parents stand before their children. */
struct procs {
	struct proc *list;
	size_t count;
	size_t text_bytes; /* held by argv and script: bounded */
	bool is_hasty;	   /* some may be missing */
	size_t *by_pid;	   /* for procs_find(); NULL: not sorted */
};

/*
 * Append a process; its parent is the one with the number ppid that was added
 * before, else none.
 *
 * argv  as in exec(), copied; NULL: procs_set_args() follows, and the caller
 *	 sets the parent
 *
 * Returns the process, valid until the next call; NULL without memory.
 */
struct proc *procs_add(struct procs *procs, pid_t pid, pid_t ppid,
		       const char *const *argv);

/*
 * Give a process its arguments.
 *
 * text  len bytes of strings, each with its NUL, as in /proc/PID/cmdline, and
 *	 one more NUL; from malloc(), taken; NULL without any
 *
 * Arguments after the 1,024th are left out.  Returns 0, or -1 without memory.
 */
int procs_set_args(struct proc *proc, char *text, size_t len);

/* Sort for procs_find(), when all have been added.  0, or -1 without memory. */
int procs_sort(struct procs *procs);

/* The process with this number and start time; NULL if it isn't in the
 * picture. */
struct proc *procs_find(const struct procs *procs, pid_t pid,
			uint64_t start_ticks);

/* Free what the picture holds, and leave it empty. */
void procs_free(struct procs *procs);

/* Is the signal in a set of a process, such as caught? */
static inline bool procs_has(uint64_t set, int signum)
{
	return signum > 0 && signum <= 64 && (set >> (signum - 1) & 1);
}

#endif
