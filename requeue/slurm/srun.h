/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * srun.h: short steps of the job that the supervisor starts for itself, by
 * the srun that was found when this was built.  They share the CPUs of the
 * job's own steps, take no memory, and have an environment of their own.
 */
#ifndef SRUN_H
#define SRUN_H

#include <stdint.h>
#include <sys/types.h>

struct srun_step {
	uint32_t job_id;
	const char *name;	    /* of the step, for squeue and sacct */
	const char *node;	    /* one task there; NULL: one a node */
	unsigned nodes;		    /* of the job, where node is NULL */
	int out_fd;		    /* what the tasks print; -1: nowhere */
	const char *const *command; /* NULL-terminated; absolute path first */
};

/* Returns srun's pid, which ends when the step does, or -1 with errno. */
pid_t srun_start(const struct srun_step *step);

/* End the step, so that the job need not wait for it; returns when srun has
 * ended (it is reaped), or was killed after SRUN_STOP_MS. */
#define SRUN_STOP_MS 2000
void srun_stop(pid_t pid);

#endif
