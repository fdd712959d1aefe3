/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_conf.c: what slurmctld's configuration says, by libslurm. */
#include "requeue/slurm/ctl_conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/slurm/compat.h"
#include "requeue/slurm/ctl_libslurm.h"

/* AuthInfo=cred_expire=, which is also how long a requeued job waits. */
#define CRED_EXPIRE_LEAST_S   5
#define CRED_EXPIRE_DEFAULT_S 120

/* Beyond the time-outs that Slurm itself has for a call. */
#define CALL_SLACK_S 5

static bool has_user_signal(const slurm_conf_t *conf)
{
	const char *params = PREEMPT_PARAMS(conf);

	return params && strstr(params, "send_user_signal");
}

static enum ctl_result partition_grace(const char *partition, bool *has_grace,
				       char *text)
{
	partition_info_msg_t *msg = NULL;

	if (slurm_load_partitions(0, &msg, SHOW_ALL))
		return ctl_result_of_errno(-1, text);
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
		return ctl_result_of_errno(-1, text);
	*conf = loaded;
	return CTL_OK;
}

enum ctl_result ctl_preempt_notice(const char *partition,
				   enum job_notice *notice, char *text)
{
	slurm_conf_t *conf = NULL;
	enum ctl_result result = load_conf(&conf, text);
	bool has_grace = false;

	*notice = JOB_NOTICE_NONE;
	if (result)
		return result;
	/* A QOS has a grace time of its own, which only accounting knows. */
	if (conf->preempt_type && strstr(conf->preempt_type, "qos"))
		has_grace = true;
	else if (conf->preempt_type && strstr(conf->preempt_type, "partition"))
		result = partition_grace(partition, &has_grace, text);
	if (has_grace)
		*notice = has_user_signal(conf) ? JOB_NOTICE_SIGNAL
						: JOB_NOTICE_STEPS;
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

enum ctl_result ctl_call_timeout(int64_t *timeout_s, char *text)
{
	slurm_conf_t *conf = NULL;
	enum ctl_result result = load_conf(&conf, text);

	if (result)
		return result;
	/* Once to connect, once for the reply. */
	*timeout_s = 2 * (int64_t)conf->msg_timeout + CALL_SLACK_S;
	if (conf->control_cnt > 1)
		*timeout_s += conf->slurmctld_timeout;
	return CTL_OK;
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
	if (HAS_REQUEUE_DELAY)
		option_number(conf->sched_params, "requeue_delay=", &delay);
	*delay_s = delay + 1;
	return CTL_OK;
}
