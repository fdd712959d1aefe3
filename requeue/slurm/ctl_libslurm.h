/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl_libslurm.h: what the ctl files share: errors and job records of libslurm
 * in our own words.
 */
#ifndef CTL_LIBSLURM_H
#define CTL_LIBSLURM_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/slurm/compat.h"
#include "requeue/slurm/ctl.h"
#include "requeue/slurm/job.h"

/* In the admin comment, with the restart count of the run that it is for. */
#define CTL_VACATE_MARK "[scheckpoint vacate, run "

/* The result that a code of libslurm stands for.  text: CTL_TEXT_MAX bytes, set
 * unless CTL_OK; may be NULL. */
enum ctl_result ctl_result_of(int code, char *text);
/* The same for a call that returned rc, and its code in errno unless 0. */
enum ctl_result ctl_result_of_errno(int rc, char *text);

/* slurmctld's configuration, loaded once in a process and kept: borrowed. */
enum ctl_result ctl_load_conf(slurm_conf_t **conf, char *text);
/* Does a preemption begin with the signal of --signal? */
bool ctl_has_user_signal(const slurm_conf_t *conf);

/* Minutes of libslurm; 0 for INFINITE and NO_VAL. */
int64_t ctl_minutes(uint32_t minutes);

/* Fill a job from its record; job as of ctl_load(). */
void ctl_fill_job(struct job *job, slurm_job_info_t *info);
/* The record of a job among those of a reply, borrowed from msg; NULL: there is
 * none. */
slurm_job_info_t *ctl_find_record(job_info_msg_t *msg, uint32_t job_id);

/* Does the list of hosts name one of those wanted? */
bool ctl_shares_node(const char *list, hosts_t wanted);

/* Begin an update of the job that changes nothing. */
void ctl_describe(job_desc_msg_t *desc, uint32_t job_id);
/* Send it. */
enum ctl_result ctl_update(job_desc_msg_t *desc, char *text);

#endif
