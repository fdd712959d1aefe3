/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_conf.c: what slurmctld's configuration says, by libslurm. */
#include "requeue/slurm/ctl_conf.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/slurm/compat.h"
#include <slurm/slurmdb.h>
#include "requeue/slurm/ctl_libslurm.h"

/* AuthInfo=cred_expire=, which is also how long a requeued job waits. */
#define CRED_EXPIRE_LEAST_S   5
#define CRED_EXPIRE_DEFAULT_S 120

/* Beyond the time-outs that Slurm itself has for a call. */
#define CALL_SLACK_S 5

/* ------------------------------------------------- who may be preempted */

static const partition_info_t *find_partition(const partition_info_msg_t *msg,
					      const char *name)
{
	for (uint32_t i = 0; i < msg->record_count; i++)
		if (!strcmp(msg->partition_array[i].name, name))
			return &msg->partition_array[i];
	return NULL;
}

/* Is there a partition whose jobs come before those of this one?  Which nodes
 * both have may change while a job runs. */
static bool has_higher_tier(const partition_info_msg_t *msg,
			    const partition_info_t *partition)
{
	for (uint32_t i = 0; i < msg->record_count; i++)
		if (msg->partition_array[i].priority_tier >
		    partition->priority_tier)
			return true;
	return false;
}

/* Where PreemptType is preempt/partition_prio: does Slurm preempt jobs of this
 * partition, with a grace? */
static enum ctl_result partition_grace(const char *name, bool *has_grace,
				       char *text)
{
	partition_info_msg_t *msg = NULL;
	const partition_info_t *partition;

	if (slurm_load_partitions(0, &msg, SHOW_ALL))
		return ctl_result_of_errno(-1, text);
	partition = find_partition(msg, name);
	*has_grace = partition && partition->grace_time > 0 &&
		     partition->preempt_mode != PREEMPT_MODE_OFF &&
		     has_higher_tier(msg, partition);
	slurm_free_partition_info_msg(msg);
	return CTL_OK;
}

/* libslurm has it, but no header does. */
typedef bool bit_test_f(bitstr_t *bits, int64_t bit);

/* May a job of the QOS `mine` be preempted, and with a grace?  True where that
 * can't be told. */
static bool qos_grace(const assoc_mgr_info_msg_t *msg, const char *mine)
{
	bit_test_f *bit_test =
		(bit_test_f *)dlsym(RTLD_DEFAULT, "slurm_bit_test");
	__auto_type records = slurm_list_iterator_create(msg->qos_list);
	const slurmdb_qos_rec_t *qos, *found = NULL;
	bool is_below;

	while ((qos = slurm_list_next(records)))
		if (qos->name && !strcmp(qos->name, mine))
			found = qos;
	is_below = !found || !bit_test ||
		   (found->preempt_mode & PREEMPT_MODE_WITHIN);
	slurm_list_iterator_reset(records);
	while (!is_below && (qos = slurm_list_next(records)))
		is_below = qos->preempt_bitstr &&
			   bit_test(qos->preempt_bitstr, found->id);
	slurm_list_iterator_destroy(records);
	return is_below && (!found || found->grace_time > 0);
}

/* The same where PreemptType is preempt/qos.  slurmctld, not slurmdbd, is
 * queried for the QOS. */
static bool may_preempt_qos(const char *mine)
{
	assoc_mgr_info_request_msg_t request = {
		.flags = ASSOC_MGR_INFO_FLAG_QOS,
	};
	assoc_mgr_info_msg_t *msg = NULL;
	bool has_grace = true;

	if (!mine[0] || slurm_load_assoc_mgr_info(&request, &msg) || !msg)
		return true;
	if (msg->qos_list && slurm_list_count(msg->qos_list))
		has_grace = qos_grace(msg, mine);
	slurm_free_assoc_mgr_info_msg(msg);
	return has_grace;
}

/* ------------------------------------------------------ the configuration */

enum ctl_result ctl_preempt_notice(const struct job *job,
				   enum job_notice *notice, char *text)
{
	slurm_conf_t *conf = NULL;
	enum ctl_result result = ctl_load_conf(&conf, text);
	bool has_grace = false;

	*notice = JOB_NOTICE_NONE;
	if (result)
		return result;
	if (conf->preempt_type && strstr(conf->preempt_type, "qos"))
		has_grace = may_preempt_qos(job->qos);
	else if (conf->preempt_type && strstr(conf->preempt_type, "partition"))
		result = partition_grace(job->partition, &has_grace, text);
	if (has_grace)
		*notice = ctl_has_user_signal(conf) ? JOB_NOTICE_SIGNAL
						    : JOB_NOTICE_STEPS;
	return result;
}

enum ctl_result ctl_term_reach(bool *reaches_all, char *text)
{
	slurm_conf_t *conf = NULL;
	enum ctl_result result = ctl_load_conf(&conf, text);

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
	enum ctl_result result = ctl_load_conf(&conf, text);

	if (result)
		return result;
	/* Once to connect, once for the reply. */
	*timeout_s = 2 * (int64_t)conf->msg_timeout + CALL_SLACK_S;
	if (conf->control_cnt > 1)
		*timeout_s += conf->slurmctld_timeout;
	return CTL_OK;
}

enum ctl_result ctl_epilog(bool *has_epilog, char *text)
{
	slurm_conf_t *conf = NULL;
	enum ctl_result result = ctl_load_conf(&conf, text);

	if (result == CTL_OK)
		*has_epilog = HAS_EPILOG(conf);
	return result;
}

enum ctl_result ctl_version(char *version, size_t size, char *text)
{
	slurm_conf_t *conf = NULL;
	enum ctl_result result = ctl_load_conf(&conf, text);

	if (result == CTL_OK)
		snprintf(version, size, "%s",
			 conf->version ? conf->version : "");
	return result;
}

enum ctl_result ctl_requeue_delay(int64_t *delay_s, char *text)
{
	slurm_conf_t *conf = NULL;
	int64_t delay = CRED_EXPIRE_DEFAULT_S, expire;
	enum ctl_result result = ctl_load_conf(&conf, text);

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
