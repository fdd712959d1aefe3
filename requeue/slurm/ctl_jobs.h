/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_jobs.h: the checkpointed jobs that slurmctld knows. */
#ifndef CTL_JOBS_H
#define CTL_JOBS_H

#include <stdint.h>

#include "requeue/slurm/ctl.h"
#include "requeue/slurm/job.h"

/* Whose jobs. */
enum ctl_whose {
	CTL_OF_ALL,  /* as far as slurmctld shows them to the caller */
	CTL_OF_USER, /* of one user id */
	CTL_OF_JOB,  /* one job, or all tasks of an array */
};

/*
 * Call each() for the jobs with our part in their comments, in slurmctld's
 * order, by one call to slurmctld.  Of a heterogeneous job it is the first
 * component.  Tasks of an array that have not begun share one job.
 *
 * id    user or job; of CTL_OF_ALL unused
 * job   only borrowed by each()
 * text  as of ctl_load()
 */
enum ctl_result ctl_list_jobs(enum ctl_whose whose, uint32_t id,
			      void (*each)(const struct job *job, void *arg),
			      void *arg, char *text);

#endif
