/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * picture.h: take a picture of the processes below one of ours, from /proc.
 *
 * It is taken while they come and go, so that a process in it may have ended
 * since, and its number may belong to another one: pid_kill() and
 * pid_is_alive() compare the start time before anything is done to a process.
 */
#ifndef PICTURE_H
#define PICTURE_H

#include <sys/types.h>

#include "requeue/policy/procs.h"

/*
 * All processes below root, without root itself.
 *
 * procs   filled in; the caller frees it with procs_free() even after an
 *	   error.
 * signum  the set that a process awaits is looked for only where the process
 *	   doesn't catch this signal (each thread is a file to read).  0: only
 *	   the tree is wanted, and nothing is read of the single process but
 *	   its name and state.
 *
 * Returns 0, or -1 with errno: ENOMEM, or what opendir("/proc") says.  What
 * ends meanwhile is left out.
 */
int picture_take(struct procs *procs, pid_t root, int signum);

/*
 * The same in a time that doesn't grow with the number of other users'
 * processes, where those below root are few and the kernel keeps lists of
 * children; but some may be missing, as these lists are good only while none
 * of the children ends.
 */
int picture_take_in_haste(struct procs *procs, pid_t root, int signum);

#endif
