/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl.h: queries to slurmctld for one job, and changes of it, in our own words.
 * Only the ctl files call libslurm, and compat.h has every difference between
 * the versions of Slurm.
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
	CTL_REFUSED, /* slurmctld refused it: see text */
	CTL_PENDING, /* requeue: the job is pending already */
};

#define CTL_TEXT_MAX 256

/* Load Slurm's configuration (SLURM_CONF, configless) once in a process. */
void ctl_init(void);

/*
 * Query slurmctld for a job.
 *
 * job   all zeros, or loaded before; job_forget() frees what it holds
 * text  at least CTL_TEXT_MAX bytes, set unless CTL_OK; may be NULL
 */
enum ctl_result ctl_load(uint32_t job_id, struct job *job, char *text);

/*
 * Set job->end_s to the end of the job's reservation where that comes before
 * the end by its limit.  One call to slurmctld, for a job that runs in a
 * reservation.  A job can be submitted to several, and Slurm doesn't tell which
 * one it runs in: then those count that have begun and have one of its nodes.
 *
 * text  as of ctl_load()
 */
enum ctl_result ctl_fit_end(struct job *job, char *text);

/*
 * Requeue the job.
 *
 * only_running  do nothing to a job that isn't RUNNING or SUSPENDED any more,
 *               so that a cancellation in between wins; the result is CTL_OK
 *               then too: load the job to see
 * hold          requeue it as held
 * text          as of ctl_load()
 */
enum ctl_result ctl_requeue(uint32_t job_id, bool only_running, bool hold,
			    char *text);

/* Changes of a job; 0, false and NULL: the field stays as it is. */
struct ctl_change {
	bool requeue;
	int64_t begin_s;
	int64_t limit_min;
	int64_t time_min_min;
	const char *comment;
};

/*
 * Change the job by one update.  slurmctld takes the fields in the order of
 * comment, limit, minimum, requeue, begin time, and stops at the first that it
 * refuses: then the fields before it are changed and those after it are not.
 *
 * The begin time of a heterogeneous job is set for all components.  The other
 * fields are set for all of them where their limits are equal, else for the
 * first one.
 *
 * job   as ctl_load() filled it
 * text  as of ctl_load()
 */
enum ctl_result ctl_change(const struct job *job,
			   const struct ctl_change *change, char *text);

/* Signal every srun step of the job, not the batch script. */
enum ctl_result ctl_signal_steps(uint32_t job_id, int signum, char *text);
/* Signal the batch script alone, which reaches the supervisor. */
enum ctl_result ctl_signal_batch(uint32_t job_id, int signum, char *text);

#endif
