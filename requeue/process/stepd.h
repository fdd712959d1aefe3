/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stepd.h: which step a slurmstepd serves.
 *
 * Its title tells, "slurmstepd: [JOB.STEP]".  But a title has no more room than
 * the arguments and the environment that the process began with; where Slurm
 * has cut it, the cgroup and the environment of a task tell.
 */
#ifndef STEPD_H
#define STEPD_H

#include <stdbool.h>
#include <stdint.h>

/* What the kernel says of the process and of one of its tasks; a NULL is not
 * known. */
struct stepd_view {
	const char *name;	/* /proc/PID/comm */
	const char *title;	/* /proc/PID/cmdline */
	const char *cgroup;	/* a line of the task's /proc/PID/cgroup */
	const char *own_cgroup; /* the same line of a process of the job */
	const char *job;	/* SLURM_JOB_ID of the task */
	const char *step;	/* SLURM_STEP_ID of the task */
};

/* Is it a slurmstepd, as far as its name and title tell? */
bool stepd_is_one(const struct stepd_view *view);

/*
 * Does it serve a step of this job that srun has started?  *step is set to its
 * number.  False for the batch and the extern step, which have no number.
 */
bool stepd_serves(const struct stepd_view *view, uint32_t job, uint32_t *step);

#endif
