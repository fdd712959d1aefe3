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

#include "requeue/settings/comment.h"
#include "requeue/slurm/ctl.h"

/* AuthInfo=cred_expire=, which is also how long a requeued job waits. */
#define CRED_EXPIRE_LEAST_S   5
#define CRED_EXPIRE_DEFAULT_S 120

#define CALL_SLACK_S 5

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
#define JOB_ID(record) ((record)->step_id.job_id)
#else
#define JOB_ID(record) ((record)->job_id)
#endif

/* Exported, but in no header. */
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

void ctl_init(void)
{
	slurm_init(NULL);
}

const char *ctl_slurm_version(void)
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

	snprintf(name, sizeof(name), "%s%s%s", base_state_name(state),
		 (state & JOB_COMPLETING) ? ",COMPLETING" : "",
		 (state & JOB_REVOKED) ? ",REVOKED" : "");
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

/* In the admin comment, with the restart count of the run that it is for. */
#define VACATE_MARK "[scheckpoint vacate, run "

static bool is_vacating(const slurm_job_info_t *info)
{
	const char *mark = info->admin_comment;

	mark = mark ? strstr(mark, VACATE_MARK) : NULL;
	return mark && strtoul(mark + strlen(VACATE_MARK), NULL, 10) ==
			       info->restart_cnt;
}

static void fill_job(struct job *job, slurm_job_info_t *info)
{
	job_forget(job);
	job->job_id = JOB_ID(info);
	job->array_job_id = info->array_job_id;
	job->array_task_id = info->array_job_id ? info->array_task_id
						: JOB_NO_TASK;
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
	job->is_vacating = is_vacating(info);
	copy(job->cluster, sizeof(job->cluster), info->cluster);
	copy(job->nodes, sizeof(job->nodes), info->nodes);
	copy(job->name, sizeof(job->name), info->name);
	copy(job->partition, sizeof(job->partition), info->partition);
	copy(job->reservation, sizeof(job->reservation), info->resv_name);
	copy(job->work_dir, sizeof(job->work_dir), info->work_dir);
	job->comment = strdup(info->comment ? info->comment : "");
	slurm_get_job_stderr(job->std_err, sizeof(job->std_err), info);
	if (!*job->std_err) /* the same file as stdout's; 26.05 */
		slurm_get_job_stdout(job->std_err, sizeof(job->std_err), info);
	fill_state(job, info);
}

/* The number of an array is also that of one of its tasks: then the whole
 * array is answered. */
static slurm_job_info_t *find_record(job_info_msg_t *msg, uint32_t job_id)
{
	for (uint32_t i = 0; i < msg->record_count; i++)
		if (JOB_ID(&msg->job_array[i]) == job_id)
			return &msg->job_array[i];
	return NULL;
}

/* Asked for by the first component's number, all of them are answered. */
static void look_at_components(struct job *job, const job_info_msg_t *msg)
{
	job->is_het_alike = true;
	for (uint32_t i = 0; i < msg->record_count; i++) {
		const slurm_job_info_t *info = &msg->job_array[i];

		if (info->het_job_id != job->job_id)
			continue;
		job->is_het = true;
		if (minutes_or_none(info->time_limit) != job->limit_min)
			job->is_het_alike = false;
		if (minutes_or_none(info->time_limit) &&
		    (!job->end_s || info->end_time < job->end_s))
			job->end_s = info->end_time;
	}
	job->is_het_alike &= job->is_het;
}

enum ctl_result ctl_load(uint32_t job_id, struct job *job, char *text)
{
	job_info_msg_t *msg = NULL;
	slurm_job_info_t *info;

	/* Of this cluster, where it runs: else libslurm asks each time whether
	 * the cluster is part of a federation. */
	if (slurm_load_job(&msg, job_id, SHOW_DETAIL | SHOW_LOCAL))
		return result_of_errno(-1, text);
	info = find_record(msg, job_id);
	if (info) {
		fill_job(job, info);
		look_at_components(job, msg);
		job->now_s = msg->last_update;
	}
	slurm_free_job_info_msg(msg);
	return info ? CTL_OK : result_of(ESLURM_INVALID_JOB_ID, text);
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

static bool shares_node(const char *list, hosts_t wanted)
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

/* May it be the one of several that the job runs in? */
static bool may_freeze(const reserve_info_t *resv, const struct job *job)
{
	bool is_shared;
	hosts_t nodes;

	if (resv->start_time > job->now_s)
		return false;
	/* Of licenses, or on so many nodes that we don't have them all. */
	if (!resv->node_list || !*resv->node_list ||
	    strlen(job->nodes) + 1 == sizeof(job->nodes))
		return true;
	nodes = slurm_hostlist_create(resv->node_list);
	if (!nodes)
		return true;
	is_shared = shares_node(job->nodes, nodes);
	slurm_hostlist_destroy(nodes);
	return is_shared;
}

static bool is_jobs(const reserve_info_t *resv, const struct job *job)
{
	if (!resv->name || !is_listed(job->reservation, resv->name))
		return false;
	return !strchr(job->reservation, ',') || may_freeze(resv, job);
}

enum ctl_result ctl_fit_end(struct job *job, char *text)
{
	reserve_info_msg_t *msg = NULL;

	if (!job->reservation[0] || job->state != STATE_RUNNING)
		return CTL_OK;
	if (slurm_load_reservations(0, &msg))
		return result_of_errno(-1, text);
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

/* By its number alone slurmctld takes a component for itself; by the name of
 * the first it takes all. */
static enum ctl_result change_part(const struct job *job,
				   const struct ctl_change *change,
				   bool is_whole, char *text)
{
	char *comment = NULL; /* libslurm wants it writable */
	enum ctl_result result;
	char name[16];
	job_desc_msg_t desc;

	describe(&desc, job->job_id);
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
	result = update(&desc, text);
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

/* By its own number slurmctld finds no task of an array, and by the array's,
 * which one of them bears, it signals all of them. */
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
	return result_of_errno(
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

/* -------------------------------------------------------- for operators */

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
	return *hosts ? CTL_OK : result_of(ESLURM_INVALID_NODE_NAME, text);
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
		result = result_of_errno(-1, text);
		goto out;
	}
	for (uint32_t i = 0; i < msg->record_count; i++) {
		slurm_job_info_t *info = &msg->job_array[i];

		if (!is_running(info) || !info->nodes ||
		    !shares_node(info->nodes, wanted))
			continue;
		fill_job(&job, info);
		each(&job, arg);
	}
	job_forget(&job);
	slurm_free_job_info_msg(msg);
out:
	slurm_hostlist_destroy(wanted);
	return result;
}

static enum ctl_result drain_node(char *name, const char *reason, char *text)
{
	char writable[CTL_TEXT_MAX];
	update_node_msg_t msg;

	copy(writable, sizeof(writable), reason);
	slurm_init_update_node_msg(&msg);
	msg.node_names = name;
	msg.node_state = NODE_STATE_DRAIN;
	msg.reason = writable;
	errno = 0;
	return result_of_errno(slurm_update_node(&msg), text);
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
		result = result_of_errno(-1, text);
	for (uint32_t i = 0; !result && i < msg->record_count; i++) {
		node_info_t *node = &msg->node_array[i];

		if (!node->name || slurm_hostlist_find(wanted, node->name) < 0)
			continue;
		found++;
		/* An earlier reason stays. */
		if (!(node->node_state & NODE_STATE_DRAIN))
			result = drain_node(node->name, reason, text);
	}
	if (!result && found < count)
		result = result_of(ESLURM_INVALID_NODE_NAME, text);
	if (msg)
		slurm_free_node_info_msg(msg);
	slurm_hostlist_destroy(wanted);
	return result;
}

/* The admin comment with our mark, or without.  *comment stays NULL where
 * there is nothing to change; else it is to be freed. */
static enum ctl_result compose_mark(const slurm_job_info_t *info,
				    bool is_marked, char **comment, char *text)
{
	const char *old = info->admin_comment ? info->admin_comment : "";
	char *kept = strdup(old);
	bool had_mark = kept && comment_strip(kept, VACATE_MARK);

	if (kept && is_marked) {
		if (asprintf(comment, "%s%s" VACATE_MARK "%u]", kept,
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
		copy(text, CTL_TEXT_MAX, "no memory for its admin comment");
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
		return result_of_errno(-1, text);
	info = find_record(msg, job_id);
	result = info ? compose_mark(info, is_marked, &comment, text)
		      : result_of(ESLURM_INVALID_JOB_ID, text);
	slurm_free_job_info_msg(msg);
	if (comment) {
		describe(&desc, job_id);
		desc.admin_comment = comment;
		result = update(&desc, text);
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
				   enum job_notice *notice, char *text)
{
	slurm_conf_t *conf = NULL;
	enum ctl_result result = load_conf(&conf, text);
	bool has_grace = false;

	*notice = JOB_NOTICE_NONE;
	if (result)
		return result;
	/* A QOS has a grace of its own, which only accounting could tell. */
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
	/* To connect, and to hear. */
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
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
	option_number(conf->sched_params, "requeue_delay=", &delay);
#endif
	*delay_s = delay + 1;
	return CTL_OK;
}
