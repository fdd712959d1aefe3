/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procs.h: a picture of the processes below one of ours, from /proc.
 *
 * It is taken while they come and go, so that a process in it may have ended
 * since, and its number may belong to another one: before anything is done
 * to a process, procs_is_same() or procs_kill() compare its start time.
 */
#ifndef REQUEUE_PROCS_H
#define REQUEUE_PROCS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCS_NAME_MAX 64
#define PROCS_EXE_MAX  256
/* More processes than this below one root are not looked at. */
#define PROCS_MAX      65536
#define PROCS_NONE     SIZE_MAX

struct proc {
	pid_t pid;
	pid_t ppid;
	pid_t group;   /* process group */
	size_t parent; /* index into the picture; PROCS_NONE below the root */
	uint64_t start_ticks;
	char state;	 /* as in /proc/PID/stat: R S D T t Z X */
	bool is_foreign; /* another user's: not looked at closely */
	char comm[16];
	char exe[PROCS_EXE_MAX]; /* path; "" if it can't be read */
	char **argv;		 /* never NULL; cut off where it is long */
	size_t argc;
	uint64_t caught;     /* bit signum - 1, as in SigCgt */
	uint64_t ignored;    /* SigIgn */
	uint64_t awaited;    /* blocked, and read by sigwait() or signalfd */
	char *script;	     /* text that a shell runs; NULL: not known */
	uint64_t stdin_pipe; /* inode of the pipe, 0: is none */
	uint64_t stdout_pipe;
	uint64_t stderr_pipe;
	bool is_signalled; /* for the caller: has got the signal before */
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
 * All processes below root, without root itself.
 *
 * procs   filled in; the caller frees it with procs_free() even after an
 *	   error.
 * signum  who awaits it is looked for only in processes that don't catch it
 *	   (each thread is a file to read).  0: only the tree is wanted, and
 *	   nothing is read of the single process but its name and state.
 *
 * Returns 0, or -1 with errno: ENOMEM, or what opendir("/proc") says.  What
 * ends while we look is left out.
 */
int procs_take(struct procs *procs, pid_t root, int signum);

/*
 * The same in a time that doesn't grow with the number of other people's
 * processes, where they are few and the kernel keeps lists of children; but
 * some may be missing, as these are good only while none of them ends.
 */
int procs_take_in_haste(struct procs *procs, pid_t root, int signum);
void procs_free(struct procs *procs);

/* Add one by hand, its argv as in exec(): for tests of those who judge. */
struct proc *procs_add(struct procs *procs, pid_t pid, pid_t ppid,
		       const char *const *argv);

/* This very process, NULL if it isn't in the picture. */
struct proc *procs_find(const struct procs *procs, pid_t pid,
			uint64_t start_ticks);

/* Start time in clock ticks after boot and state; 0 if there is none such. */
uint64_t procs_start_ticks(pid_t pid, char *state);

/* Is it still the same process, and not a zombie? */
bool procs_is_alive(pid_t pid, uint64_t start_ticks);

/*
 * Send signum to the process that started at start_ticks and to no other.
 * Returns 0, or -1 with errno (ESRCH: it has ended).
 */
int procs_kill(pid_t pid, uint64_t start_ticks, int signum);

static inline bool procs_has(uint64_t set, int signum)
{
	return signum > 0 && signum <= 64 && (set >> (signum - 1) & 1);
}

#endif
