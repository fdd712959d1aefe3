/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl.c: the only file that speaks to libslurm.
 *
 * Releases differ in this: from 25.11 a job's number sits in step_id.job_id
 * of job_desc_msg_t and slurm_job_info_t; from 26.05 the calls that took a
 * job's number take a slurm_step_id_t, for which slurm.h offers shims under
 * SLURM_BACKWARD_COMPAT.
 */
#define SLURM_BACKWARD_COMPAT /* 26.05 */
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/ctl.h"

/* AuthInfo=cred_expire=, which is also how long a requeued job waits. */
#define CRED_EXPIRE_LEAST_S   5
#define CRED_EXPIRE_DEFAULT_S 120

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
#define JOB_ID(record) ((record)->step_id.job_id)
#else
#define JOB_ID(record) ((record)->job_id)
#endif

void ctl_init(void)
{
	slurm_init(NULL);
}

const char *ctl_release(void)
{
	static char release[16];

	snprintf(release, sizeof(release), "%d.%02d",
		 SLURM_VERSION_MAJOR(SLURM_VERSION_NUMBER),
		 SLURM_VERSION_MINOR(SLURM_VERSION_NUMBER));
	return release;
}

/* slurmctld's answers lie in 2000..4999; all else is the way to it. */
static bool is_answer(int code)
{
	return code >= 2000 && code < 5000 && code != ESLURM_IN_STANDBY_MODE &&
	       code != ESLURM_IN_STANDBY_USE_BACKUP;
}

static enum ctl_result result_of(int code, char *text)
{
	if (code == 0)
		return CTL_OK;
	if (text)
		snprintf(text, CTL_TEXT_MAX, "%s", slurm_strerror(code));
	if (code == ESLURM_INVALID_JOB_ID)
		return CTL_GONE;
	return is_answer(code) ? CTL_REFUSED : CTL_AWAY;
}

/* Calls that answer -1 leave the code in errno. */
static enum ctl_result result_of_errno(int rc, char *text)
{
	if (rc == 0)
		return CTL_OK;
	return result_of(errno ? errno : SLURM_ERROR, text);
}

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

/* INFINITE and NO_VAL are "none" to us. */
static int64_t minutes_or_none(uint32_t minutes)
{
	return (minutes == INFINITE || minutes == NO_VAL) ? 0 : minutes;
}

static enum job_state reduce_state(uint32_t state)
{
	if (state & JOB_REVOKED)
		return STATE_OTHER_END;
	switch (state & JOB_STATE_BASE) {
	case JOB_PENDING:
		return STATE_PENDING;
	case JOB_RUNNING:
	case JOB_SUSPENDED:
		return STATE_RUNNING;
	case JOB_COMPLETE:
		return STATE_COMPLETED;
	case JOB_CANCELLED:
		return STATE_CANCELLED;
	case JOB_FAILED:
		return STATE_FAILED;
	case JOB_TIMEOUT:
		return STATE_TIMEOUT;
	case JOB_NODE_FAIL:
		return STATE_NODE_FAIL;
	case JOB_PREEMPTED:
		return STATE_PREEMPTED;
	default:
		return STATE_OTHER_END;
	}
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

static void fill_state(struct ctl_job *job, const slurm_job_info_t *info)
{
	uint32_t state = info->job_state;

	job->state = reduce_state(state);
	job->is_completing = state & JOB_COMPLETING;
	job->is_suspended = (state & JOB_STATE_BASE) == JOB_SUSPENDED;
	snprintf(job->state_name, sizeof(job->state_name), "%s%s%s",
		 base_state_name(state),
		 job->is_completing ? ",COMPLETING" : "",
		 (state & JOB_REVOKED) ? ",REVOKED" : "");
	job->is_held = job->state == STATE_PENDING && info->priority == 0;
}

static void fill_job(struct ctl_job *job, slurm_job_info_t *info)
{
	memset(job, 0, sizeof(*job));
	job->job_id = JOB_ID(info);
	job->array_job_id = info->array_job_id;
	job->array_task_id = info->array_job_id ? info->array_task_id
						: CTL_NO_TASK;
	job->user_id = info->user_id;
	job->restart_count = info->restart_cnt;
	job->can_requeue = info->requeue;
	job->submit_s = info->submit_time;
	job->start_s = info->start_time;
	job->end_s = minutes_or_none(info->time_limit) ? info->end_time : 0;
	job->begin_s = info->eligible_time;
	job->preempt_s = info->preempt_time;
	job->limit_min = minutes_or_none(info->time_limit);
	job->time_min_min = minutes_or_none(info->time_min);
	copy(job->cluster, sizeof(job->cluster), info->cluster);
	copy(job->nodes, sizeof(job->nodes), info->nodes);
	copy(job->name, sizeof(job->name), info->name);
	copy(job->partition, sizeof(job->partition), info->partition);
	copy(job->work_dir, sizeof(job->work_dir), info->work_dir);
	copy(job->comment, sizeof(job->comment), info->comment);
	slurm_get_job_stderr(job->std_err, sizeof(job->std_err), info);
	if (!*job->std_err) /* the same file as stdout's; 26.05 */
		slurm_get_job_stdout(job->std_err, sizeof(job->std_err), info);
	fill_state(job, info);
}

enum ctl_result ctl_load(uint32_t job_id, struct ctl_job *job, char *text)
{
	job_info_msg_t *msg = NULL;
	enum ctl_result result = CTL_GONE;

	/* Of this cluster, where it runs: else libslurm asks each time whether
	 * the cluster is part of a federation. */
	if (slurm_load_job(&msg, job_id, SHOW_DETAIL | SHOW_LOCAL))
		return result_of_errno(-1, text);
	if (text)
		copy(text, CTL_TEXT_MAX, slurm_strerror(ESLURM_INVALID_JOB_ID));
	/* The number of an array is also that of one of its tasks: then the
	 * whole array is answered. */
	for (uint32_t i = 0; i < msg->record_count; i++) {
		if (JOB_ID(&msg->job_array[i]) != job_id)
			continue;
		fill_job(job, &msg->job_array[i]);
		job->now_s = msg->last_update;
		result = CTL_OK;
		break;
	}
	slurm_free_job_info_msg(msg);
	return result;
}

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
	rc = slurm_requeue(job_id, flags); /* answers the code itself */
	if (rc == -1)
		rc = errno ? errno : SLURM_ERROR;
	if (rc == ESLURM_JOB_PENDING) {
		if (text)
			copy(text, CTL_TEXT_MAX, slurm_strerror(rc));
		return CTL_PENDING;
	}
	return result_of(rc, text);
}

static void describe(job_desc_msg_t *desc, uint32_t job_id)
{
	slurm_init_job_desc_msg(desc);
	JOB_ID(desc) = job_id;
}

static enum ctl_result update(job_desc_msg_t *desc, char *text)
{
	errno = 0;
	return result_of_errno(slurm_update_job(desc), text);
}

enum ctl_result ctl_set_requeue(uint32_t job_id, char *text)
{
	job_desc_msg_t desc;

	describe(&desc, job_id);
	desc.requeue = 1;
	return update(&desc, text);
}

enum ctl_result ctl_set_limit(uint32_t job_id, int64_t minutes, char *text)
{
	job_desc_msg_t desc;

	describe(&desc, job_id);
	desc.time_limit = (uint32_t)minutes;
	return update(&desc, text);
}

enum ctl_result ctl_set_time_min(uint32_t job_id, int64_t minutes, char *text)
{
	job_desc_msg_t desc;

	describe(&desc, job_id);
	desc.time_min = (uint32_t)minutes;
	return update(&desc, text);
}

enum ctl_result ctl_set_begin(uint32_t job_id, int64_t begin_s, char *text)
{
	job_desc_msg_t desc;

	describe(&desc, job_id);
	desc.begin_time = (time_t)begin_s;
	return update(&desc, text);
}

enum ctl_result ctl_set_comment(uint32_t job_id, const char *comment,
				char *text)
{
	char writable[sizeof(((struct ctl_job *)0)->comment)];
	job_desc_msg_t desc;

	copy(writable, sizeof(writable), comment);
	describe(&desc, job_id);
	desc.comment = writable;
	return update(&desc, text);
}

enum ctl_result ctl_hold(uint32_t job_id, char *text)
{
	job_desc_msg_t desc;

	describe(&desc, job_id);
	desc.priority = 0;
	desc.alloc_sid = ALLOC_SID_USER_HOLD;
	return update(&desc, text);
}

static enum ctl_result send_signal(uint32_t job_id, int signum, uint16_t flags,
				   char *text)
{
	errno = 0;
	return result_of_errno(slurm_kill_job(job_id, (uint16_t)signum, flags),
			       text);
}

enum ctl_result ctl_signal_steps(uint32_t job_id, int signum, char *text)
{
	return send_signal(job_id, signum, KILL_STEPS_ONLY, text);
}

enum ctl_result ctl_signal_batch(uint32_t job_id, int signum, char *text)
{
	return send_signal(job_id, signum, KILL_JOB_BATCH, text);
}

/* 22.05 has the parameter among those of slurmctld. */
static bool has_user_signal(const slurm_conf_t *conf)
{
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
	const char *params = conf->preempt_params;
#else
	const char *params = conf->slurmctld_params;
#endif
	return params && strstr(params, "send_user_signal");
}

static enum ctl_result partition_grace(const char *partition, bool *has_grace,
				       char *text)
{
	partition_info_msg_t *msg = NULL;

	if (slurm_load_partitions(0, &msg, SHOW_ALL))
		return result_of_errno(-1, text);
	for (uint32_t i = 0; i < msg->record_count; i++)
		if (!strcmp(msg->partition_array[i].name, partition))
			*has_grace = msg->partition_array[i].grace_time > 0;
	slurm_free_partition_info_msg(msg);
	return CTL_OK;
}

/* slurmctld's configuration, loaded once in a process and kept. */
static enum ctl_result load_conf(slurm_conf_t **conf, char *text)
{
	static slurm_conf_t *loaded;

	errno = 0;
	if (!loaded && slurm_load_ctl_conf(0, &loaded))
		return result_of_errno(-1, text);
	*conf = loaded;
	return CTL_OK;
}

enum ctl_result ctl_preempt_notice(const char *partition,
				   enum ctl_notice *notice, char *text)
{
	slurm_conf_t *conf = NULL;
	enum ctl_result result = load_conf(&conf, text);
	bool has_grace = false;

	*notice = CTL_NOTICE_NONE;
	if (result)
		return result;
	/* A QOS has a grace of its own, which only accounting could tell. */
	if (conf->preempt_type && strstr(conf->preempt_type, "qos"))
		has_grace = true;
	else if (conf->preempt_type && strstr(conf->preempt_type, "partition"))
		result = partition_grace(partition, &has_grace, text);
	if (has_grace)
		*notice = has_user_signal(conf) ? CTL_NOTICE_SIGNAL
						: CTL_NOTICE_STEPS;
	return result;
}

enum ctl_result ctl_term_reach(bool *reaches_all, char *text)
{
	slurm_conf_t *conf = NULL;
	enum ctl_result result = load_conf(&conf, text);

	if (result == CTL_OK)
		*reaches_all = !conf->proctrack_type ||
			       !strstr(conf->proctrack_type, "cgroup");
	return result;
}

/* The number after "key=" in a list of options, if it is there. */
static bool option_number(const char *options, const char *key, int64_t *number)
{
	const char *at = options ? strcasestr(options, key) : NULL;

	if (at)
		*number = strtoll(at + strlen(key), NULL, 10);
	return at != NULL;
}

enum ctl_result ctl_requeue_delay(int64_t *delay_s, char *text)
{
	slurm_conf_t *conf = NULL;
	int64_t delay = CRED_EXPIRE_DEFAULT_S, expire;
	enum ctl_result result = load_conf(&conf, text);

	if (result)
		return result;
	if (option_number(conf->authinfo, "cred_expire=", &expire) &&
	    expire >= CRED_EXPIRE_LEAST_S)
		delay = expire;
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
	option_number(conf->sched_params, "requeue_delay=", &delay);
#endif
	*delay_s = delay + 1;
	return CTL_OK;
}
