/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle.c: what becomes of the job when a run has ended.
 *
 * look (slurmctld, store) -> decide (pure) -> record -> act -> record.  Where
 * the store can't be read or written it goes by Slurm's word and the memo, and
 * says so in the job's comment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/journal/amend.h"
#include "requeue/settings/pattern.h"
#include "requeue/settle/act.h"
#include "requeue/settle/call.h"
#include "requeue/settle/decide.h"
#include "requeue/settle/record.h"
#include "requeue/settle/settle.h"
#include "requeue/settle/tell.h"

/* --------------------------------------------------------------- look */

/* The site's bounds; what can't be read bounds nothing, so that it must not
 * pass for a site without any. */
static int read_site(struct settle *s, char *err, size_t err_len)
{
	site_init(&s->site);
	if (s->brief->site[0])
		return site_decode(&s->site, s->brief->site, err, err_len);
	return site_read_line(&s->site, s->brief->site_args, err, err_len);
}

static void read_settings(struct settle *s)
{
	char err[SETTINGS_ERROR_LEN];
	bool has_site =
		!read_site(s, s->store_problem, sizeof(s->store_problem));

	s->has_settings = !settings_decode(&s->set, s->brief->settings, err,
					   sizeof(err)) &&
			  has_site &&
			  !site_check(&s->site, &s->set, err, sizeof(err));
	if (!s->has_settings && has_site)
		snprintf(s->store_problem, sizeof(s->store_problem), "%.200s",
			 err);
}

static bool find_store(struct settle *s)
{
	struct pattern_values values = {
		.job = s->brief->job_id,
		.array_job = s->brief->array_job_id,
		.array_task = s->brief->array_task_id == BRIEF_NO_TASK
				      ? 0
				      : s->brief->array_task_id,
		.name = s->brief->job_name,
		.user = s->brief->user,
	};

	return !pattern_expand(s->set.dir, &values, s->brief->work_dir, s->dir,
			       sizeof(s->dir), s->store_problem,
			       sizeof(s->store_problem));
}

static void open_store(struct settle *s)
{
	struct ckpt_identity id = {
		.job = s->brief->job_id,
		.array_job = s->brief->array_job_id,
		.array_task = s->brief->array_task_id,
		.token = s->set.token,
	};
	char clause[SETTINGS_ERROR_LEN];
	struct ckpt_error err = {0};
	enum ckpt_status status;

	if (!s->has_settings || !find_store(s))
		return;
	if (s->brief->is_blind) {
		snprintf(s->store_problem, sizeof(s->store_problem),
			 "it didn't answer within half a minute");
		return;
	}
	status = ckpt_attach(&s->store, s->dir, &id, &err);
	if (!status && s->brief->restart_count == BRIEF_NO_RUN)
		s->run = (unsigned)ckpt_journal_newest(s->store);
	if (!status)
		status = history_load(&s->history, s->store, s->run, &err);
	if (!status) {
		/* A run says what of it is refused. */
		amend_settings(&s->set, &s->site, s->store, clause,
			       sizeof(clause));
		return;
	}
	snprintf(s->store_problem, sizeof(s->store_problem), "%.250s",
		 err.text);
	history_free(&s->history);
	ckpt_close(s->store);
	s->store = NULL;
}

/* ---------------------------------------------------------------- all */

static void tidy_store(struct settle *s)
{
	struct ckpt_error err;

	if (s->store && s->decision.is_success && s->set.clean == CLEAN_SUCCESS)
		ckpt_clean(s->store, &err);
}

static void settle_known(struct settle *s)
{
	settle_complete_run(s);
	if (s->history.plan.is_there) {
		settle_take_plan(s);
	} else {
		settle_decide(s);
		settle_strike(s);
		settle_record_plan(s);
	}
	settle_act(s);
	settle_record_settled(s);
	tidy_store(s);
	/* Why the job was refused the supervisor has told. */
	if (s->has_settings || s->decision.action != ACT_LEAVE)
		settle_write_output(s);
	settle_write_syslog(s);
}

/* What an epilog isn't told: the job's name, and its place in an array. */
static enum ctl_result complete_brief(struct settle *s, struct brief *brief)
{
	char text[CTL_TEXT_MAX];
	enum ctl_result result = settle_load(s, text);

	if (result)
		return result;
	snprintf(brief->job_name, sizeof(brief->job_name), "%s", s->job.name);
	brief->array_job_id = s->job.array_job_id;
	brief->array_task_id = s->job.array_task_id;
	return CTL_OK;
}

/*
 * An epilog settles only what it knows to be the run that ended on its node:
 * that of the newest journal, if Slurm counts the same.
 */
static bool is_epilogs(const struct settle *s)
{
	return s->store && !strcmp(s->history.node, s->brief->node) &&
	       (s->job.restart_count == s->run || settle_is_next(s));
}

static int settle_late(struct settle *s, const struct brief *brief)
{
	struct brief whole = *brief;
	enum ctl_result result;

	s->brief = &whole;
	result = complete_brief(s, &whole);
	if (result == CTL_OK)
		open_store(s);
	if (result == CTL_OK && is_epilogs(s) && !s->history.is_settled)
		settle_known(s);
	return result == CTL_OK || result == CTL_GONE ? 0 : -1;
}

static int settle_now(struct settle *s)
{
	char text[CTL_TEXT_MAX];
	enum ctl_result result;

	open_store(s);
	settle_beat(s, false);
	result = s->history.is_settled ? CTL_GONE : settle_load(s, text);
	if (result == CTL_OK)
		settle_known(s);
	return result == CTL_OK || result == CTL_GONE ? 0 : -1;
}

int settle_run(const struct brief *brief, void (*beat_fn)(bool is_waiting))
{
	struct settle *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -1;
	s->job.state = STATE_RUNNING; /* until we hear otherwise */
	s->brief = brief;
	s->beat = beat_fn;
	s->run = brief->restart_count;
	settle_start_pulse(beat_fn);
	read_settings(s);
	rc = brief->restart_count == BRIEF_NO_RUN ? settle_late(s, brief)
						  : settle_now(s);
	history_free(&s->history);
	ckpt_close(s->store);
	job_forget(&s->job);
	free(s->comment);
	free(s);
	return rc;
}
