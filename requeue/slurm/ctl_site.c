/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_site.c: Slurm's configuration as scheckpoint doctor judges it. */
#include "requeue/slurm/ctl_site.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "requeue/slurm/compat.h"
#include <slurm/slurmdb.h>
#include "requeue/slurm/ctl_conf.h"
#include "requeue/slurm/ctl_libslurm.h"

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

/* libslurm has the configuration that it has read, but no header does.  It
 * knows where a configless client has its files. */
static const slurm_conf_t *own_conf(void)
{
	return (const slurm_conf_t *)dlsym(RTLD_DEFAULT, "slurm_conf");
}

/* Where slurm.conf doesn't name it, it is beside slurm.conf. */
static void find_plugstack(struct site_conf *conf, const char *named)
{
	const char *slash = strrchr(conf->slurm_conf, '/');

	if (named)
		copy(conf->plugstack, sizeof(conf->plugstack), named);
	else if (slash)
		snprintf(conf->plugstack, sizeof(conf->plugstack),
			 "%.*s/plugstack.conf", (int)(slash - conf->slurm_conf),
			 conf->slurm_conf);
}

void ctl_host_conf(struct site_conf *conf)
{
	const slurm_conf_t *own = own_conf();

	/* libslurm of another version has another name. */
	snprintf(conf->version, sizeof(conf->version), "%d.%02d.%d",
		 SLURM_VERSION_MAJOR(SLURM_VERSION_NUMBER),
		 SLURM_VERSION_MINOR(SLURM_VERSION_NUMBER),
		 SLURM_VERSION_MICRO(SLURM_VERSION_NUMBER));
	if (!own)
		return;
	copy(conf->slurm_conf, sizeof(conf->slurm_conf), own->slurm_conf);
	find_plugstack(conf, own->plugstack);
	copy(conf->plugin_dirs, sizeof(conf->plugin_dirs), own->plugindir);
}

/* ------------------------------------------------- who may be preempted */

static void add_name(char names[SITE_NAMES_MAX], const char *name,
		     uint32_t grace_s)
{
	size_t used = strlen(names);

	if (grace_s)
		snprintf(names + used, SITE_NAMES_MAX - used, "%s%s=%u",
			 used ? "," : "", name, grace_s);
	else
		snprintf(names + used, SITE_NAMES_MAX - used, "%s%s",
			 used ? "," : "", name);
}

/* Note a partition or QOS whose jobs may be preempted. */
static void note(struct site_conf *conf, const char *name, uint16_t mode,
		 uint32_t grace_s)
{
	if (mode & PREEMPT_MODE_SUSPEND) {
		add_name(conf->suspending, name, 0);
		return;
	}
	if (mode & PREEMPT_MODE_CANCEL)
		add_name(conf->cancelling, name, 0);
	add_name(grace_s ? conf->with_grace : conf->no_grace, name, grace_s);
}

/* A partition's mode, or the cluster's where it has none. */
static uint16_t mode_of(uint16_t own, const slurm_conf_t *ctl)
{
	return own == NO_VAL16 ? ctl->preempt_mode : own;
}

static void note_limits(struct site_conf *conf, uint16_t over_limit)
{
	if (over_limit == NO_VAL16 || conf->over_limit_min < 0)
		return;
	if (over_limit == INFINITE16)
		conf->over_limit_min = -1;
	else if (over_limit > conf->over_limit_min)
		conf->over_limit_min = over_limit;
}

static enum ctl_result note_partitions(struct site_conf *conf,
				       const slurm_conf_t *ctl, char *text)
{
	partition_info_msg_t *msg = NULL;
	uint32_t most = 0;

	if (slurm_load_partitions(0, &msg, SHOW_ALL))
		return ctl_result_of_errno(-1, text);
	for (uint32_t i = 0; i < msg->record_count; i++)
		if (msg->partition_array[i].priority_tier > most)
			most = msg->partition_array[i].priority_tier;
	for (uint32_t i = 0; i < msg->record_count; i++) {
		const partition_info_t *part = &msg->partition_array[i];
		uint16_t mode = mode_of(part->preempt_mode, ctl);

		note_limits(conf, part->over_time_limit);
		if (conf->preempt == SITE_PREEMPT_PARTITION &&
		    part->priority_tier < most &&
		    (mode & (uint16_t)~PREEMPT_MODE_GANG) != PREEMPT_MODE_OFF)
			note(conf, part->name, mode, part->grace_time);
	}
	slurm_free_partition_info_msg(msg);
	return CTL_OK;
}

/* libslurm has it, but no header does. */
typedef bool bit_test_f(bitstr_t *bits, int64_t bit);

/* May some QOS preempt this one? */
static bool is_preempted(const assoc_mgr_info_msg_t *msg,
			 const slurmdb_qos_rec_t *mine)
{
	bit_test_f *bit_test =
		(bit_test_f *)dlsym(RTLD_DEFAULT, "slurm_bit_test");
	__auto_type records = slurm_list_iterator_create(msg->qos_list);
	bool is_below = mine->preempt_mode & PREEMPT_MODE_WITHIN;
	const slurmdb_qos_rec_t *qos;

	while (bit_test && !is_below && (qos = slurm_list_next(records)))
		is_below = qos->preempt_bitstr &&
			   bit_test(qos->preempt_bitstr, mine->id);
	slurm_list_iterator_destroy(records);
	return is_below;
}

static enum ctl_result note_qos(struct site_conf *conf, const slurm_conf_t *ctl,
				char *text)
{
	assoc_mgr_info_request_msg_t request = {
		.flags = ASSOC_MGR_INFO_FLAG_QOS,
	};
	assoc_mgr_info_msg_t *msg = NULL;
	const slurmdb_qos_rec_t *qos;

	if (slurm_load_assoc_mgr_info(&request, &msg) || !msg)
		return ctl_result_of_errno(-1, text);
	if (msg->qos_list) {
		__auto_type records = slurm_list_iterator_create(msg->qos_list);

		while ((qos = slurm_list_next(records)))
			if (qos->name && is_preempted(msg, qos))
				note(conf, qos->name,
				     qos->preempt_mode & ~PREEMPT_MODE_WITHIN
					     ? qos->preempt_mode
					     : ctl->preempt_mode,
				     qos->grace_time == NO_VAL
					     ? 0
					     : qos->grace_time);
		slurm_list_iterator_destroy(records);
	}
	slurm_free_assoc_mgr_info_msg(msg);
	return CTL_OK;
}

/* ------------------------------------------------------ the configuration */

static void note_conf(struct site_conf *conf, const slurm_conf_t *ctl)
{
	copy(conf->ctl_version, sizeof(conf->ctl_version), ctl->version);
	copy(conf->proctrack, sizeof(conf->proctrack), ctl->proctrack_type);
	copy(conf->epilog, sizeof(conf->epilog), EPILOG_OF(ctl));
	conf->now_s = ctl->last_update;
	if (ctl->preempt_type && strstr(ctl->preempt_type, "partition"))
		conf->preempt = SITE_PREEMPT_PARTITION;
	else if (ctl->preempt_type && strstr(ctl->preempt_type, "qos"))
		conf->preempt = SITE_PREEMPT_QOS;
	conf->has_user_signal = ctl_has_user_signal(ctl);
	conf->kill_wait_s = ctl->kill_wait;
	conf->job_requeue = ctl->job_requeue != 0;
	conf->max_batch_requeue = MAX_BATCH_REQUEUE(ctl);
	conf->unkillable_s = ctl->unkillable_timeout;
	conf->kill_on_bad_exit = ctl->kill_on_bad_exit != 0;
	note_limits(conf, ctl->over_time_limit);
}

enum ctl_result ctl_site_conf(struct site_conf *conf, char *text)
{
	slurm_conf_t *ctl = NULL;
	enum ctl_result result = ctl_load_conf(&ctl, text);

	if (result)
		return result;
	note_conf(conf, ctl);
	ctl_requeue_delay(&conf->requeue_delay_s, text);
	result = note_partitions(conf, ctl, text);
	if (!result && conf->preempt == SITE_PREEMPT_QOS)
		result = note_qos(conf, ctl, text);
	return result;
}
