/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl.h: what we ask of slurmctld, in our own words.  ctl.c is the only file
 * that speaks to libslurm, and every difference between releases lives there.
 *
 * All calls block: at most about MessageTimeout (10 s by default) where
 * slurmctld is away, longer where it limits the rate of a user's calls.
 * They carry the credential of the effective user.  Not thread-safe.
 */
#ifndef CTL_H
#define CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/slurm/job.h"

enum ctl_result {
	CTL_OK = 0,
	CTL_AWAY,    /* slurmctld or munge can't be reached: try again */
	CTL_GONE,    /* no such job */
	CTL_REFUSED, /* slurmctld said no: see text */
	CTL_PENDING, /* requeue: the job is pending already */
};

#define CTL_TEXT_MAX 256

/* Load Slurm's configuration (SLURM_CONF, configless) once in a process. */
void ctl_init(void);

/*
 * job   all zeros, or loaded before; job_forget() frees what it holds
 * text  at least CTL_TEXT_MAX bytes, set unless CTL_OK; may be NULL
 */
enum ctl_result ctl_load(uint32_t job_id, struct job *job, char *text);

/*
 * Where the job's reservation ends before its limit does, that is the end of
 * the run.  One call, for a job that runs in one.  Of several that it was
 * submitted to, Slurm doesn't tell which one it runs in: those count that have
 * begun and hold one of its nodes.
 */
enum ctl_result ctl_fit_end(struct job *job, char *text);

/*
 * Requeue.  only_running: does nothing to a job that isn't RUNNING or
 * SUSPENDED any more (and answers CTL_OK: load the job to see), so that a
 * cancellation in between wins.  hold: put it back held.
 */
enum ctl_result ctl_requeue(uint32_t job_id, bool only_running, bool hold,
			    char *text);

/* What shall become different of a job; 0, false and NULL: stays as it is. */
struct ctl_change {
	bool requeue;
	int64_t begin_s;
	int64_t limit_min;
	int64_t time_min_min;
	const char *comment;
};

/*
 * One update.  slurmctld takes the fields in the order of comment, limit,
 * minimum, requeue, begin time, and stops at the first that it refuses: then
 * those before it are changed and those after it are not.
 * Of a heterogeneous job the begin of all components is set, and the rest of
 * all of them where their limits are alike, else of the first.
 *
 * job  as of ctl_load()
 */
enum ctl_result ctl_change(const struct job *job,
			   const struct ctl_change *change, char *text);

/* Signal every srun step of the job, not the batch script. */
enum ctl_result ctl_signal_steps(uint32_t job_id, int signum, char *text);
/* Signal the batch script alone (reaches the supervisor). */
enum ctl_result ctl_signal_batch(uint32_t job_id, int signum, char *text);

/* -------- for operators: scheckpoint vacate -------- */

/* Call each() for every running or suspended job that has one of these nodes
 * (Slurm's spelling of a list). */
enum ctl_result ctl_jobs_on(const char *nodes,
			    void (*each)(const struct job *job, void *arg),
			    void *arg, char *text);
/* Drain those of the nodes that aren't drained yet. */
enum ctl_result ctl_drain(const char *nodes, const char *reason, char *text);
/*
 * Ask the run of a job to save and leave: a mark in its admin comment, which
 * only operators can write, then URG to the batch script, which nothing but a
 * supervisor heeds.  ctl_forget_vacate() takes the mark away again.  What the
 * site has there stays as it is, however long.
 */
enum ctl_result ctl_request_vacate(uint32_t job_id, char *text);
enum ctl_result ctl_forget_vacate(uint32_t job_id, char *text);

/* Does Slurm's own TERM reach every process of a batch step?  Depends on
 * proctrack: cgroup signals only the first.  *reaches_all is set on CTL_OK. */
enum ctl_result ctl_term_reach(bool *reaches_all, char *text);

/* Two calls: configuration and partitions. */
enum ctl_result ctl_preempt_notice(const char *partition,
				   enum job_notice *notice, char *text);

/* How long slurmctld puts off a requeued job that has no begin time to come;
 * *delay_s is set on CTL_OK. */
enum ctl_result ctl_requeue_delay(int64_t *delay_s, char *text);

/*
 * How long one call may go without an answer, seconds, by the site's
 * MessageTimeout and, where there is a backup, SlurmctldTimeout; *timeout_s is
 * set on CTL_OK.  What takes longer is put off again and again by a slurmctld
 * that lives, as by its limit on the rate of a user's calls.
 */
enum ctl_result ctl_call_timeout(int64_t *timeout_s, char *text);

/* The Slurm release that this was built for, such as 22.05. */
const char *ctl_slurm_version(void);

#endif
