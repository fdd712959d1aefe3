/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hook.h: the user's command that is run at each request, as a process of the
 * job, in its environment and directory.
 */
#ifndef HOOK_H
#define HOOK_H

#include <sys/types.h>

#include "requeue/policy/decision.h"

struct hook {
	const char *command; /* for /bin/sh -c */
	const char *work_dir;
	char *const *job_env; /* the job's own environment */
	char *const *run_env; /* SLURM_CHECKPOINT_* of this run, goes first */
};

/*
 * Start it, in a process group of its own; its output goes to our stderr,
 * which is the job's.  SLURM_CHECKPOINT_CAUSE names the cause.
 *
 * Returns its pid, or -1 with errno.  The caller reaps it.
 */
pid_t hook_start(const struct hook *hook, enum cause cause);

/* It had its time: end it and what it started. */
void hook_kill(pid_t pid);

#endif
