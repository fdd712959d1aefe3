/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl.c: queries for one job, and changes of it, by libslurm. */
#include "requeue/slurm/ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/slurm/compat.h"
#include "requeue/slurm/ctl_libslurm.h"

void ctl_init(void)
{
	slurm_init(NULL);
}

/* A query by the first component's number returns all components. */
static void read_components(struct job *job, const job_info_msg_t *msg)
{
	job->is_het_alike = true;
	for (uint32_t i = 0; i < msg->record_count; i++) {
		const slurm_job_info_t *info = &msg->job_array[i];

		if (info->het_job_id != job->job_id)
			continue;
		job->is_het = true;
		if (ctl_minutes(info->time_limit) != job->limit_min)
			job->is_het_alike = false;
		if (ctl_minutes(info->time_limit) &&
		    (!job->end_s || info->end_time < job->end_s))
			job->end_s = info->end_time;
	}
	job->is_het_alike &= job->is_het;
}

enum ctl_result ctl_load(uint32_t job_id, struct job *job, char *text)
{
	job_info_msg_t *msg = NULL;
	slurm_job_info_t *info;

	/* SHOW_LOCAL: else libslurm queries each time whether the cluster is
	 * part of a federation. */
	if (slurm_load_job(&msg, job_id, SHOW_DETAIL | SHOW_LOCAL))
		return ctl_result_of_errno(-1, text);
	info = ctl_find_record(msg, job_id);
	if (info) {
		ctl_fill_job(job, info);
		read_components(job, msg);
		job->now_s = msg->last_update;
	}
	slurm_free_job_info_msg(msg);
	return info ? CTL_OK : ctl_result_of(ESLURM_INVALID_JOB_ID, text);
}

/* ------------------------------------------------------- reservations */

static bool is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = list; (at = strstr(at, name)); at++)
		if ((at == list || at[-1] == ',') &&
		    (at[len] == ',' || !at[len]))
			return true;
	return false;
}

/* Can the job, which names several reservations, run in this one? */
static bool may_run_in(const reserve_info_t *resv, const struct job *job)
{
	bool is_shared;
	hosts_t nodes;

	if (resv->start_time > job->now_s)
		return false;
	/* It is one of licenses, or job->nodes was too short for them all. */
	if (!resv->node_list || !*resv->node_list ||
	    strlen(job->nodes) + 1 == sizeof(job->nodes))
		return true;
	nodes = slurm_hostlist_create(resv->node_list);
	if (!nodes)
		return true;
	is_shared = ctl_shares_node(job->nodes, nodes);
	slurm_hostlist_destroy(nodes);
	return is_shared;
}

static bool is_jobs(const reserve_info_t *resv, const struct job *job)
{
	if (!resv->name || !is_listed(job->reservation, resv->name))
		return false;
	return !strchr(job->reservation, ',') || may_run_in(resv, job);
}

enum ctl_result ctl_fit_end(struct job *job, char *text)
{
	reserve_info_msg_t *msg = NULL;

	if (!job->reservation[0] || job->state != STATE_RUNNING)
		return CTL_OK;
	if (slurm_load_reservations(0, &msg))
		return ctl_result_of_errno(-1, text);
	for (uint32_t i = 0; i < msg->record_count; i++) {
		const reserve_info_t *resv = &msg->reservation_array[i];

		if (!is_jobs(resv, job) || (resv->flags & RESERVE_FLAG_FLEX) ||
		    !resv->end_time)
			continue;
		if (!job->end_s || resv->end_time < job->end_s)
			job->end_s = resv->end_time;
	}
	slurm_free_reservation_info_msg(msg);
	return CTL_OK;
}

/* ------------------------------------------------------------ changes */

enum ctl_result ctl_requeue(uint32_t job_id, bool only_running, bool hold,
			    char *text)
{
	uint32_t flags = 0;
	int rc;

	if (only_running)
		flags |= JOB_RUNNING;
	if (hold)
		flags |= JOB_REQUEUE_HOLD;
	errno = 0;
	rc = slurm_requeue(job_id, flags); /* returns the code itself */
	if (rc == -1)
		rc = errno ? errno : SLURM_ERROR;
	if (rc == ESLURM_JOB_PENDING) {
		if (text)
			snprintf(text, CTL_TEXT_MAX, "%s", slurm_strerror(rc));
		return CTL_PENDING;
	}
	return ctl_result_of(rc, text);
}

/* slurmctld changes one component by its number in job_id, and all of them by
 * the number of the first in job_id_str. */
static enum ctl_result change_part(const struct job *job,
				   const struct ctl_change *change,
				   bool is_whole, char *text)
{
	char *comment = NULL; /* libslurm wants it writable */
	enum ctl_result result;
	char name[16];
	job_desc_msg_t desc;

	ctl_describe(&desc, job->job_id);
	if (is_whole) {
		snprintf(name, sizeof(name), "%u", job->job_id);
		desc.job_id_str = name;
	}
	if (change->requeue)
		desc.requeue = 1;
	if (change->begin_s)
		desc.begin_time = (time_t)change->begin_s;
	if (change->limit_min)
		desc.time_limit = (uint32_t)change->limit_min;
	if (change->time_min_min)
		desc.time_min = (uint32_t)change->time_min_min;
	if (change->comment)
		desc.comment = comment = strdup(change->comment);
	result = ctl_update(&desc, text);
	free(comment);
	return result;
}

enum ctl_result ctl_change(const struct job *job,
			   const struct ctl_change *change, char *text)
{
	const struct ctl_change begin = {.begin_s = change->begin_s};
	struct ctl_change rest = *change;
	enum ctl_result result = CTL_OK;

	if (!job->is_het || job->is_het_alike || !change->begin_s)
		return change_part(job, change, job->is_het_alike, text);
	rest.begin_s = 0;
	if (rest.requeue || rest.limit_min || rest.time_min_min || rest.comment)
		result = change_part(job, &rest, false, text);
	return result ? result : change_part(job, &begin, true, text);
}

/* slurmctld finds no task of an array by the task's own job id.  By the array's
 * id, which is also the job id of one task, it would signal all tasks.  So the
 * task's name is ARRAY_TASK. */
static enum ctl_result send_signal(uint32_t job_id, int signum, uint16_t flags,
				   char *text)
{
	struct job job = {0};
	enum ctl_result result = ctl_load(job_id, &job, text);
	char name[32];

	if (result)
		return result;
	if (job.array_job_id && job.array_task_id != JOB_NO_TASK)
		snprintf(name, sizeof(name), "%u_%u", job.array_job_id,
			 job.array_task_id);
	else
		snprintf(name, sizeof(name), "%u", job_id);
	job_forget(&job);
	errno = 0;
	return ctl_result_of_errno(
		slurm_kill_job2(name, (uint16_t)signum, flags, NULL), text);
}

enum ctl_result ctl_signal_steps(uint32_t job_id, int signum, char *text)
{
	return send_signal(job_id, signum, KILL_STEPS_ONLY, text);
}

enum ctl_result ctl_signal_batch(uint32_t job_id, int signum, char *text)
{
	return send_signal(job_id, signum, KILL_JOB_BATCH, text);
}
