/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * srun.h: steps of the job that the supervisor starts for itself, with the
 * srun that configure found.  They share the CPUs of the job's own steps, take
 * no memory of the job, and have an environment of their own.
 */
#ifndef SRUN_H
#define SRUN_H

#include <stdint.h>
#include <sys/types.h>

struct srun_step {
	uint32_t job_id;
	const char *name;	    /* of the step, for squeue and sacct */
	const char *node;	    /* for one task; NULL: one on each node */
	unsigned nodes;		    /* of the job, if node is NULL */
	int out_fd;		    /* what the tasks print; -1: nowhere */
	const char *const *command; /* NULL-terminated; absolute path first */
};

/* Start the step.  Returns the pid of srun, which ends when the step does, or
 * -1 with errno. */
pid_t srun_start(const struct srun_step *step);

/* End the step, so that the job need not wait for it.  Returns when srun has
 * ended and is reaped; it is killed after SRUN_STOP_MS. */
#define SRUN_STOP_MS 2000
void srun_stop(pid_t pid);

#endif
