/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * batch.h: the plugin inside of the slurmstepd of a batch script.  In any
 * other step, and in jobs without --checkpoint, all of it does nothing.
 */
#ifndef SPANK_BATCH_H
#define SPANK_BATCH_H

#include <slurm/spank.h>

/* As root: note whose job it is.  The user's text is copied, not read. */
void batch_init(spank_t sp, int ac, char **av);

/* As the user, in slurmstepd, before it forks the task: note its directory. */
void batch_user_init(void);

/* As root, in the process that task_init is called in later: note its root. */
void batch_task_init_privileged(void);

/*
 * As the user, in the process that is about to become the script: fork.  The
 * parent, whose pid slurmstepd knows, becomes the supervisor and never
 * returns; the child returns once the supervisor says so and becomes the
 * script.
 */
int batch_task_init(spank_t sp);

/* As root: note which memory cgroup the task is in. */
void batch_task_post_fork(spank_t sp);

/* As root, while that cgroup still exists: note how the supervisor ended, and
 * how many processes were killed for lack of memory. */
void batch_task_exit(spank_t sp);

/*
 * As root, when all processes of the step are dead and slurmctld doesn't know
 * it yet: run settle as the owner, and wait for it within bounds.
 */
void batch_exit(void);

/*
 * From the plugin's destructor.  A required plugin before this one whose exit
 * hook fails ends Slurm's stack of plugins, and batch_exit() isn't called.  But
 * slurmstepd then unloads all plugins at once, before it tells slurmctld that
 * the job has ended: settle runs there, unless it has.
 */
void batch_unload(void);

#endif
