/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drain.h: read what programs write to one that is frozen.
 *
 * A driver that has started a program may read its output from a pipe.  While
 * the driver is frozen the pipe fills up, and a program that writes its last
 * words to it would wait for ever instead of saving.  What is read is dropped:
 * the driver is killed as it stands.
 *
 * Not thread-safe.
 */
#ifndef DRAIN_H
#define DRAIN_H

#include <stddef.h>
#include <sys/types.h>

#define DRAIN_MAX 64

/* All zeros: no pipe. */
struct drain {
	int fds[DRAIN_MAX];
	size_t count;
};

/*
 * Add the pipes from which a process reads.  Pipes beyond DRAIN_MAX, and those
 * that can't be opened, are left out.
 */
void drain_add(struct drain *drain, pid_t pid);

/* Read all that is in the pipes now; never blocks. */
void drain_read(struct drain *drain);

/* Close them. */
void drain_end(struct drain *drain);

#endif
