/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurm.h: what slurmctld says, for the commands of scheckpoint. */
#ifndef SLURM_H
#define SLURM_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/slurm/client.h"
#include "requeue/slurm/job.h"

struct call;

#define SLURM_TROUBLE_MAX 512

struct slurm_reply {
	bool is_known; /* slurmctld knows the job */
	/* Why it could not be queried; "": it could. */
	char trouble[SLURM_TROUBLE_MAX];
	struct job job; /* 0 and "" unless it is known */
};

/*
 * Query slurmctld for a job, and wait as long as libslurm does.
 *
 * reply  filled in any case; slurm_forget() frees what it holds
 *
 * False: slurmctld could not be queried, or knows no such job.
 */
bool slurm_query(uint32_t job_id, struct slurm_reply *reply);
void slurm_forget(struct slurm_reply *reply);

/*
 * Call each() for the checkpointed jobs that slurmctld knows, by one query.
 *
 * whose    "all", "user:UID", or "job:JOB" for a job or all tasks of an array
 * each     returns false where it can go no further; the job is only borrowed
 * trouble  why the jobs could not be queried
 */
bool slurm_each(const char *whose,
		bool (*each)(const struct job *job, void *arg), void *arg,
		char trouble[SLURM_TROUBLE_MAX]);

/* Is the job known and running, and not suspended? */
bool slurm_is_running(const struct slurm_reply *reply);

/* Say on stderr why slurm_query() was false; returns SAYS_ERROR. */
int slurm_say_unknown(const struct call *call, const char *name,
		      const struct slurm_reply *reply);

/* As client_call(), with the helpers of this installation and without a
 * timeout; out may be NULL. */
int slurm_call(const char *const *words, char **out,
	       char err[CLIENT_ERROR_MAX]);

#endif
