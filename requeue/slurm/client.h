/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * client.h: calls to slurmctld by a short-lived child, the helper rpc.  The
 * supervisor, which lives as long as the job, and scheckpoint, which must run
 * where there is no Slurm, don't carry libslurm.
 *
 * helpers is the directory of the helper everywhere.  Not thread-safe.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/slurm/job.h"

/* The supervisor waits no longer for a reply than this. */
#define CLIENT_TIMEOUT_MS      30000
/* Why TERM came: KillWait may be over soon, so the job saves anyway. */
#define CLIENT_TERM_TIMEOUT_MS 3000

/* ---- at once: the child runs beside the caller, which reaps it ---- */

#define CLIENT_REACH "reach="

/* A query for the job that is under way. */
struct client_query {
	pid_t pid; /* 0: none is under way */
	int fd;
	int64_t started_ms;
	int64_t timeout_ms; /* the caller kills the child then */
};

/*
 * Start a query for the job.
 *
 * extra   NULL; CLIENT_REACH and the name of this node: also whether Slurm's
 *         TERM reaches every process, and, of a requeued job, whether the node
 *         is down;
 *         "begin": also how a preemption is noticed, slurmctld's delay of a
 *         requeued job, and how long a call may take
 * now_ms  the caller's clock
 *
 * Returns 0, or -1 with errno: then no query is under way.
 */
int client_start_query(struct client_query *query, const char *helpers,
		       uint32_t job_id, const char *extra, int64_t now_ms);

/*
 * Read the reply of a child that has ended with wait_status; no query is under
 * way any more.  The times of the job are converted to the caller's clock.
 *
 * job  as of job_decode()
 *
 * False: there is no reply; the job's state is STATE_UNKNOWN.
 */
bool client_finish_query(struct client_query *query, int wait_status,
			 int64_t now_ms, struct job *job);

/* End the query that is under way, if there is one: the child is killed and
 * reaped. */
void client_cancel_query(struct client_query *query);

/* Start "rpc steps JOB SIGNUM".  Returns the child's pid, or -1 with errno. */
pid_t client_signal_steps(const char *helpers, uint32_t job_id, int signum);

/* Start "rpc say JOB TEXT": our part of the job's comment.  Returns the child's
 * pid, or -1 with errno. */
pid_t client_say(const char *helpers, uint32_t job_id, const char *text);

/* ---- and those that wait for the child's end ---- */

#define CLIENT_ERROR_MAX  512
#define CLIENT_NO_TIMEOUT (-1)

/*
 * Run the helper with these words, NULL at the end, and wait for its end.
 *
 * timeout_ms  the child is killed where it has printed nothing by then;
 *             CLIENT_NO_TIMEOUT: never
 * out         set to all that it printed, to be freed; NULL only with -1
 * err         the first line of what it complained of, or why it did not run
 *
 * Returns its exit code (enum ctl_result), or -1 where it did not run.
 */
int client_call(const char *helpers, const char *const *words, int timeout_ms,
		char **out, char err[CLIENT_ERROR_MAX]);

/*
 * Query the job and wait.  Its times are slurmctld's.
 *
 * job  as of job_decode()
 *
 * The rest is as of client_call(); -1 too for a reply that isn't understood.
 */
int client_load(const char *helpers, uint32_t job_id, int timeout_ms,
		struct job *job, char err[CLIENT_ERROR_MAX]);

#endif
