/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h: the way back to the node's own files.  Another plugin may have moved
 * the process that becomes the script into a container before our task_init;
 * the supervisor must see the node's files all the same: its helpers and their
 * libraries, the store, Slurm's configuration and sockets.
 *
 * Nothing here allocates.
 */
#ifndef SPANK_HOST_H
#define SPANK_HOST_H

#include <stdbool.h>
#include <sys/types.h>

/* In slurmstepd: note the root directory, and prepare the rest. */
void host_prepare(void);

/* In slurmstepd: the present directory is the job's work directory. */
void host_note_work_dir(void);

/* In the task, as root: note the root directory that Slurm's own plugins have
 * given it, unless another plugin has moved it already. */
void host_note_task_root(void);

/*
 * As root, in slurmstepd, for a task that waits for it: start a process that
 * lives until the task becomes another program, and does one thing for it.  If
 * the task makes a user namespace in host_return(), this process lets the
 * owner's ids mean in it what they mean outside, and nothing more.  The task
 * can't do that itself: its /proc/self belongs to root.
 */
void host_serve_task(pid_t task, uid_t uid, gid_t gid);

/* Does this process still see the node's own file at this path? */
bool host_is_seen(const char *path);

/* The work directory that was noted; "" none. */
const char *host_work_dir(void);

/*
 * Go back, for good, in a process without threads: the node's root directory
 * becomes this process' own, and the work directory its present one.  That
 * needs the right to chroot in a user namespace: the container's where the
 * process is in it, or else one that is made for it.
 *
 * Returns 0, or -1 with errno: the process may be anywhere.
 */
int host_return(void);

#endif
