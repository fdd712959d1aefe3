/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat.h: slurm.h, and every difference between the versions of Slurm that
 * this builds on.  Only the ctl files include it.
 */
#ifndef COMPAT_H
#define COMPAT_H

/* 26.05: its slurm.h has shims for calls that took a job's number before and
 * take a slurm_step_id_t now. */
#define SLURM_BACKWARD_COMPAT
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

#include <stdbool.h>

/* The number of the job of a job_desc_msg_t or slurm_job_info_t. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
#define JOB_ID(record) ((record)->step_id.job_id)
#else
#define JOB_ID(record) ((record)->job_id)
#endif

/* The words for why a job is pending: exported, but in no header. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 5, 0)
#define REASON_STRING slurm_job_state_reason_string
#else
#define REASON_STRING slurm_job_reason_string
#endif
extern const char *REASON_STRING(enum job_state_reason reason);

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 11, 0)
typedef hostlist_t *hosts_t;
#else
typedef hostlist_t hosts_t;
#endif

/* The parameters of slurm.conf that send_user_signal is one of. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
#define PREEMPT_PARAMS(conf) ((conf)->preempt_params)
#else
#define PREEMPT_PARAMS(conf) ((conf)->slurmctld_params)
#endif

/* MaxBatchRequeue; -1: a fixed number before. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 5, 0)
#define MAX_BATCH_REQUEUE(conf) ((int64_t)(conf)->max_batch_requeue)
#else
#define MAX_BATCH_REQUEUE(conf) ((void)(conf), (int64_t)-1)
#endif

/* The first of the node's epilogs; NULL: none. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 5, 0)
#define EPILOG_OF(conf) ((conf)->epilog_cnt ? (conf)->epilog[0] : NULL)
#else
#define EPILOG_OF(conf) ((conf)->epilog)
#endif

/* Does the site have an epilog, of slurmd's or of slurmctld's?  These became
 * lists in 24.11. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 11, 0)
#define HAS_EPILOG(conf)                                                       \
	((conf)->epilog_cnt > 0 || (conf)->epilog_slurmctld_cnt > 0)
#else
#define HAS_EPILOG(conf) ((conf)->epilog || (conf)->epilog_slurmctld)
#endif

/* Is a job of this state one that Slurm runs again at once, after a node's
 * failure (--requeue=expedite)? */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
#define IS_EXPEDITING(state) (((state)&JOB_EXPEDITING) != 0)
#else
#define IS_EXPEDITING(state) ((void)(state), false)
#endif

/* Whether SchedulerParameters has requeue_delay=. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
#define HAS_REQUEUE_DELAY true
#else
#define HAS_REQUEUE_DELAY false
#endif

#endif
