/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aside.h: work in a child, which may block on the owner's storage: the
 * supervisor has to signal the job's programs in time whatever that does.
 */
#ifndef ASIDE_H
#define ASIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How long the supervisor waits for storage before it goes on without. */
#define ASIDE_WAIT_MS 1000

/* All zeros: none is under way. */
struct aside {
	pid_t pid;
	int fd; /* the child's reply, or end of file when it has ended */
};

/*
 * Start the work in a child, a copy of this process.
 *
 * work   fills in the reply that it is given; exits are its own affair
 * reply  the child's to fill in, at most PIPE_BUF bytes
 *
 * False: no child can be started.
 */
bool aside_start(struct aside *aside, void (*work)(void *arg, void *reply),
		 void *arg, void *reply, size_t size);

/*
 * Wait for the child's reply.  True: it has ended and is reaped; *reply is
 * filled in, or untouched where it ended without one.  False: it is still at
 * it, and may be waited for again.
 */
bool aside_end(struct aside *aside, void *reply, size_t size, int64_t wait_ms);

/*
 * Do the work in a child and wait for it.  False, with *reply untouched, where
 * it has not replied in time: it is killed then, as soon as storage allows.
 */
bool aside_do(void (*work)(void *arg, void *reply), void *arg, void *reply,
	      size_t size, int64_t wait_ms);

/* Kill it; the caller reaps it with its other children. */
void aside_kill(struct aside *aside);

#endif
