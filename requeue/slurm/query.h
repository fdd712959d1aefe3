/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * query.h: the supervisor's questions to slurmctld, asked by a short-lived
 * child (the helper rpc), so that the supervisor doesn't carry libslurm for
 * as long as the job runs.
 */
#ifndef QUERY_H
#define QUERY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/policy/run.h"

/* Nobody waits longer for an answer than this. */
#define QUERY_TIMEOUT_MS      30000
/* Why TERM came: KillWait may be over soon, so ask the job to save anyway. */
#define QUERY_TERM_TIMEOUT_MS 3000

struct query {
	pid_t pid; /* 0: none is under way */
	int fd;
	int64_t started_ms;
	int64_t timeout_ms; /* then kill it */
};

/* What an answer tells beside the view. */
struct query_job {
	int64_t limit_min;    /* 0: none */
	int64_t time_min_min; /* 0: none */
	int64_t begin_s;      /* by our clock */
	bool can_requeue;
	int64_t requeue_delay_s; /* slurmctld's own; 0 also when not asked */
	int64_t call_timeout_s;	 /* see ctl.h; 0 also when not asked */
	int notice;		 /* enum ctl_notice; 0 also when not asked */
	char work_dir[4096];	 /* where the job is to run */
	char comment[1024];
};

/*
 * Ask for the job.  helpers is the directory of the helper; extra: NULL,
 * "reach" (also whether Slurm's TERM reaches every process) or "begin" (also
 * how a preemption is noticed, and slurmctld's delay of a requeued job).
 * Returns 0 or -1 with errno.
 */
int query_start(struct query *query, const char *helpers, uint32_t job_id,
		const char *extra, int64_t now_ms);

/* The child has ended with wait_status: read its answer.  Times are as if
 * slurmctld had our clock.  False: there is none. */
bool query_finish(struct query *query, int wait_status, int64_t now_ms,
		  struct run_view *view, struct query_job *job);

/* Ask and wait for the answer, as long as for any; false: there is none. */
bool query_wait(const char *helpers, uint32_t job_id, struct run_view *view,
		struct query_job *job);

/* Start "rpc steps JOB SIGNUM"; returns the child's pid or -1. */
pid_t query_signal_steps(const char *helpers, uint32_t job_id, int signum);

/* Start "rpc say JOB TEXT": our part of the job's comment. */
pid_t query_say(const char *helpers, uint32_t job_id, const char *text);

#endif
