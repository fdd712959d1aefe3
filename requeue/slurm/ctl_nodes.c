/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_nodes.c: nodes, and the jobs on them, by libslurm. */
#include "requeue/slurm/ctl_nodes.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/comment.h"
#include "requeue/slurm/compat.h"
#include "requeue/slurm/ctl_libslurm.h"

static bool is_running(const slurm_job_info_t *info)
{
	uint32_t base = info->job_state & JOB_STATE_BASE;

	return (base == JOB_RUNNING || base == JOB_SUSPENDED) &&
	       !(info->job_state & JOB_REVOKED);
}

static enum ctl_result parse_nodes(const char *nodes, hosts_t *hosts,
				   char *text)
{
	*hosts = slurm_hostlist_create(nodes);
	return *hosts ? CTL_OK : ctl_result_of(ESLURM_INVALID_NODE_NAME, text);
}

enum ctl_result ctl_jobs_on(const char *nodes,
			    void (*each)(const struct job *job, void *arg),
			    void *arg, char *text)
{
	job_info_msg_t *msg = NULL;
	struct job job = {0};
	enum ctl_result result;
	hosts_t wanted;

	result = parse_nodes(nodes, &wanted, text);
	if (result)
		return result;
	if (slurm_load_jobs(0, &msg, SHOW_ALL | SHOW_DETAIL)) {
		result = ctl_result_of_errno(-1, text);
		goto out;
	}
	for (uint32_t i = 0; i < msg->record_count; i++) {
		slurm_job_info_t *info = &msg->job_array[i];

		if (!is_running(info) || !info->nodes ||
		    !ctl_shares_node(info->nodes, wanted))
			continue;
		ctl_fill_job(&job, info);
		each(&job, arg);
	}
	job_forget(&job);
	slurm_free_job_info_msg(msg);
out:
	slurm_hostlist_destroy(wanted);
	return result;
}

enum ctl_result ctl_node_is_down(const char *node, bool *is_down, char *text)
{
	node_info_msg_t *msg = NULL;
	char name[HOST_NAME_MAX + 1];

	snprintf(name, sizeof(name), "%s", node);
	if (slurm_load_node_single(&msg, name, SHOW_ALL))
		return ctl_result_of_errno(-1, text);
	*is_down = msg->record_count == 1 &&
		   (msg->node_array[0].node_state & NODE_STATE_BASE) ==
			   NODE_STATE_DOWN;
	slurm_free_node_info_msg(msg);
	return CTL_OK;
}

static enum ctl_result drain_node(char *name, const char *reason, char *text)
{
	char writable[CTL_TEXT_MAX];
	update_node_msg_t msg;

	snprintf(writable, sizeof(writable), "%s", reason);
	slurm_init_update_node_msg(&msg);
	msg.node_names = name;
	msg.node_state = NODE_STATE_DRAIN;
	msg.reason = writable;
	errno = 0;
	return ctl_result_of_errno(slurm_update_node(&msg), text);
}

enum ctl_result ctl_drain(const char *nodes, const char *reason, char *text)
{
	node_info_msg_t *msg = NULL;
	enum ctl_result result;
	int found = 0, count;
	hosts_t wanted;

	result = parse_nodes(nodes, &wanted, text);
	if (result)
		return result;
	count = slurm_hostlist_count(wanted);
	if (slurm_load_node(0, &msg, SHOW_ALL))
		result = ctl_result_of_errno(-1, text);
	for (uint32_t i = 0; !result && i < msg->record_count; i++) {
		node_info_t *node = &msg->node_array[i];

		if (!node->name || slurm_hostlist_find(wanted, node->name) < 0)
			continue;
		found++;
		if (!(node->node_state & NODE_STATE_DRAIN))
			result = drain_node(node->name, reason, text);
	}
	if (!result && found < count)
		result = ctl_result_of(ESLURM_INVALID_NODE_NAME, text);
	if (msg)
		slurm_free_node_info_msg(msg);
	slurm_hostlist_destroy(wanted);
	return result;
}

/* Compose the admin comment with our mark or without it.  *comment stays NULL
 * where there is nothing to change; else the caller frees it. */
static enum ctl_result compose_mark(const slurm_job_info_t *info,
				    bool is_marked, char **comment, char *text)
{
	const char *old = info->admin_comment ? info->admin_comment : "";
	char *kept = strdup(old);
	bool had_mark = kept && comment_strip(kept, CTL_VACATE_MARK);

	if (kept && is_marked) {
		if (asprintf(comment, "%s%s" CTL_VACATE_MARK "%u]", kept,
			     *kept ? " " : "", info->restart_cnt) < 0)
			*comment = NULL;
	} else if (had_mark) {
		*comment = kept;
		kept = NULL;
	}
	free(kept);
	if (*comment || (!is_marked && !had_mark))
		return CTL_OK;
	if (text)
		snprintf(text, CTL_TEXT_MAX, "no memory for its admin comment");
	return CTL_REFUSED;
}

static enum ctl_result mark_job(uint32_t job_id, bool is_marked, char *text)
{
	job_info_msg_t *msg = NULL;
	enum ctl_result result;
	slurm_job_info_t *info;
	char *comment = NULL;
	job_desc_msg_t desc;

	if (slurm_load_job(&msg, job_id, SHOW_DETAIL))
		return ctl_result_of_errno(-1, text);
	info = ctl_find_record(msg, job_id);
	result = info ? compose_mark(info, is_marked, &comment, text)
		      : ctl_result_of(ESLURM_INVALID_JOB_ID, text);
	slurm_free_job_info_msg(msg);
	if (comment) {
		ctl_describe(&desc, job_id);
		desc.admin_comment = comment;
		result = ctl_update(&desc, text);
	}
	free(comment);
	return result;
}

enum ctl_result ctl_request_vacate(uint32_t job_id, char *text)
{
	enum ctl_result result = mark_job(job_id, true, text);

	return result ? result : ctl_signal_batch(job_id, SIGURG, text);
}

enum ctl_result ctl_forget_vacate(uint32_t job_id, char *text)
{
	return mark_job(job_id, false, text);
}
