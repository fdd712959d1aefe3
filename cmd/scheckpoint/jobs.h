/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jobs.h: all checkpointed jobs of a user, or of all users, one row each. */
#ifndef JOBS_H
#define JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/slurm/job.h"

#define JOBS_NONE                                                              \
	"no checkpointed job is in the queue; scheckpoint history JOB shows "  \
	"one that is over\n"

struct call;

/*
 * List the jobs that the options of status select, by one query to slurmctld,
 * and print them as a table, or with --json.  Stores of other users are not
 * opened.  Returns SAYS_YES, also where there is no such job, or SAYS_ERROR.
 */
int jobs_print(const struct call *call);

/* Call each() for those that are in the queue or run; the job is only borrowed.
 * Returns likewise. */
int jobs_each(const struct call *call,
	      bool (*each)(const struct job *job, void *arg), void *arg);

/* Print one job and its store as jobs_print() does with --json; no store: "".
 * False: memory ran out. */
bool jobs_print_json(const struct job *job, const char *store, int64_t now_s,
		     const char *before);

#endif
