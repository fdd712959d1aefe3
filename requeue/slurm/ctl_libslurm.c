/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_libslurm.c: errors and job records of libslurm in our own words. */
#include "requeue/slurm/ctl_libslurm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Codes of slurmctld lie in 2000..4999; others are of the way to it. */
static bool is_reply(int code)
{
	return code >= 2000 && code < 5000 && code != ESLURM_IN_STANDBY_MODE &&
	       code != ESLURM_IN_STANDBY_USE_BACKUP;
}

enum ctl_result ctl_result_of(int code, char *text)
{
	if (code == 0)
		return CTL_OK;
	if (text)
		snprintf(text, CTL_TEXT_MAX, "%s", slurm_strerror(code));
	if (code == ESLURM_INVALID_JOB_ID)
		return CTL_GONE;
	return is_reply(code) ? CTL_REFUSED : CTL_AWAY;
}

enum ctl_result ctl_result_of_errno(int rc, char *text)
{
	if (rc == 0)
		return CTL_OK;
	return ctl_result_of(errno ? errno : SLURM_ERROR, text);
}

enum ctl_result ctl_load_conf(slurm_conf_t **conf, char *text)
{
	static slurm_conf_t *loaded;

	errno = 0;
	if (!loaded && slurm_load_ctl_conf(0, &loaded))
		return ctl_result_of_errno(-1, text);
	*conf = loaded;
	return CTL_OK;
}

bool ctl_has_user_signal(const slurm_conf_t *conf)
{
	const char *params = PREEMPT_PARAMS(conf);

	return params && strstr(params, "send_user_signal");
}

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

int64_t ctl_minutes(uint32_t minutes)
{
	return (minutes == INFINITE || minutes == NO_VAL) ? 0 : minutes;
}

static const char *base_state_name(uint32_t state)
{
	static const char *const names[] = {
		"PENDING",   "RUNNING",	  "SUSPENDED", "COMPLETED",
		"CANCELLED", "FAILED",	  "TIMEOUT",   "NODE_FAIL",
		"PREEMPTED", "BOOT_FAIL", "DEADLINE",  "OUT_OF_MEMORY",
	};
	uint32_t base = state & JOB_STATE_BASE;

	return base < sizeof(names) / sizeof(names[0]) ? names[base] : "?";
}

static void fill_state(struct job *job, const slurm_job_info_t *info)
{
	uint32_t state = info->job_state;
	char name[sizeof(job->state_name)];

	snprintf(name, sizeof(name), "%s%s%s%s", base_state_name(state),
		 (state & JOB_COMPLETING) ? ",COMPLETING" : "",
		 (state & JOB_REVOKED) ? ",REVOKED" : "",
		 IS_EXPEDITING(state) ? ",EXPEDITING" : "");
	job_set_state(job, name);
	job->is_held = job->state == STATE_PENDING && info->priority == 0;
	if (job->state != STATE_PENDING || info->state_reason == WAIT_NO_REASON)
		return;
	if (info->state_desc)
		copy(job->reason, sizeof(job->reason), info->state_desc);
	else
		copy(job->reason, sizeof(job->reason),
		     REASON_STRING((enum job_state_reason)info->state_reason));
}

static bool is_vacating(const slurm_job_info_t *info)
{
	const char *mark = info->admin_comment;

	mark = mark ? strstr(mark, CTL_VACATE_MARK) : NULL;
	return mark && strtoul(mark + strlen(CTL_VACATE_MARK), NULL, 10) ==
			       info->restart_cnt;
}

void ctl_fill_job(struct job *job, slurm_job_info_t *info)
{
	job_forget(job);
	job->job_id = JOB_ID(info);
	job->array_job_id = info->array_job_id;
	/* NO_VAL: several tasks that have not begun */
	job->array_task_id = info->array_job_id && info->array_task_id != NO_VAL
				     ? info->array_task_id
				     : JOB_NO_TASK;
	copy(job->array_tasks, sizeof(job->array_tasks), info->array_task_str);
	job->user_id = info->user_id;
	job->restart_count = info->restart_cnt;
	job->can_requeue = info->requeue;
	job->submit_s = info->submit_time;
	job->start_s = info->start_time;
	job->end_s = ctl_minutes(info->time_limit) ? info->end_time : 0;
	job->begin_s = info->eligible_time;
	job->preempt_s = info->preempt_time;
	job->limit_min = ctl_minutes(info->time_limit);
	job->time_min_min = ctl_minutes(info->time_min);
	job->is_vacating = is_vacating(info);
	copy(job->cluster, sizeof(job->cluster), info->cluster);
	copy(job->nodes, sizeof(job->nodes), info->nodes);
	copy(job->name, sizeof(job->name), info->name);
	copy(job->partition, sizeof(job->partition), info->partition);
	copy(job->qos, sizeof(job->qos), info->qos);
	copy(job->reservation, sizeof(job->reservation), info->resv_name);
	copy(job->work_dir, sizeof(job->work_dir), info->work_dir);
	job->comment = strdup(info->comment ? info->comment : "");
	slurm_get_job_stderr(job->std_err, sizeof(job->std_err), info);
	if (!*job->std_err) /* 26.05: it is the same file as stdout's */
		slurm_get_job_stdout(job->std_err, sizeof(job->std_err), info);
	fill_state(job, info);
}

/* The id of an array is also the job id of one task: a query for that task
 * returns the whole array. */
slurm_job_info_t *ctl_find_record(job_info_msg_t *msg, uint32_t job_id)
{
	for (uint32_t i = 0; i < msg->record_count; i++)
		if (JOB_ID(&msg->job_array[i]) == job_id)
			return &msg->job_array[i];
	return NULL;
}

bool ctl_shares_node(const char *list, hosts_t wanted)
{
	hosts_t hosts = slurm_hostlist_create(list);
	bool is_shared = false;
	char *host;

	while (hosts && !is_shared && (host = slurm_hostlist_shift(hosts))) {
		is_shared = slurm_hostlist_find(wanted, host) >= 0;
		free(host);
	}
	if (hosts)
		slurm_hostlist_destroy(hosts);
	return is_shared;
}

void ctl_describe(job_desc_msg_t *desc, uint32_t job_id)
{
	slurm_init_job_desc_msg(desc);
	JOB_ID(desc) = job_id;
}

enum ctl_result ctl_update(job_desc_msg_t *desc, char *text)
{
	errno = 0;
	if (!slurm_update_job(desc))
		return CTL_OK;
	if (errno != SLURM_ERROR)
		return ctl_result_of_errno(-1, text);
	/* The whole reply of a job_submit plugin that refuses the change. */
	if (text)
		snprintf(text, CTL_TEXT_MAX,
			 "no reason given, perhaps by a job_submit plugin");
	return CTL_REFUSED;
}
