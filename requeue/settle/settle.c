/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle.c: decides what becomes of the job when a run has ended, and does it.
 *
 * load (slurmctld, store) -> decide (pure) -> record -> act -> record.  Where
 * the store can't be read or written, settle goes by Slurm's word and the memo,
 * and says so in the job's comment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/journal/amend.h"
#include "requeue/journal/open_job.h"
#include "requeue/settle/act.h"
#include "requeue/settle/call.h"
#include "requeue/settle/decide.h"
#include "requeue/settle/record.h"
#include "requeue/settle/settle.h"
#include "requeue/settle/tell.h"

static void open_store(struct settle *s)
{
	struct ckpt_identity id = open_job_identity(s->brief, &s->set);
	char clause[SETTINGS_ERROR_LEN];
	struct ckpt_error err = {0};
	enum ckpt_status status;

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

static void open_all(struct settle *s)
{
	enum open_job opened = open_job(s->brief, &s->set, &s->site, s->dir,
					s->store_problem,
					sizeof(s->store_problem));

	s->has_settings = opened != OPEN_JOB_REFUSED;
	if (opened != OPEN_JOB_OK)
		return;
	if (s->brief->is_blind)
		snprintf(s->store_problem, sizeof(s->store_problem),
			 "it didn't answer within half a minute");
	else
		open_store(s);
}

static void tidy_store(struct settle *s)
{
	struct ckpt_error err;

	if (s->store && s->decision.is_success && s->set.clean == CLEAN_SUCCESS)
		ckpt_clean(s->store, &err);
}

static void settle_known(struct settle *s)
{
	settle_complete_run(s);
	if (history_newest(&s->history)->plan.is_there) {
		settle_take_plan(s);
	} else {
		settle_decide(s);
		settle_strike(s);
		settle_record_plan(s);
	}
	settle_act(s);
	settle_record_settled(s);
	tidy_store(s);
	/* The supervisor has said why a job is refused. */
	if (s->has_settings || s->decision.action != ACT_LEAVE)
		settle_write_output(s);
	settle_write_syslog(s);
}

/* Fill in what an epilog doesn't know: the job's name, and its place in an
 * array. */
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
static bool is_epilogs(struct settle *s)
{
	const struct run_record *run = history_newest(&s->history);

	return s->store && !strcmp(run->node, s->brief->node) &&
	       (s->job.restart_count == s->run || settle_is_next(s));
}

static int settle_late(struct settle *s, const struct brief *brief)
{
	struct brief whole = *brief;
	enum ctl_result result;

	s->brief = &whole;
	result = complete_brief(s, &whole);
	if (result == CTL_OK)
		open_all(s);
	if (result == CTL_OK && is_epilogs(s) &&
	    !history_newest(&s->history)->is_settled)
		settle_known(s);
	return result == CTL_OK || result == CTL_GONE ? 0 : -1;
}

static int settle_now(struct settle *s)
{
	char text[CTL_TEXT_MAX];
	enum ctl_result result;

	open_all(s);
	settle_beat(s, false);
	result = history_newest(&s->history)->is_settled ? CTL_GONE
							 : settle_load(s, text);
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
	s->job.state = STATE_RUNNING; /* until slurmctld says otherwise */
	s->brief = brief;
	s->beat = beat_fn;
	s->run = brief->restart_count;
	settle_start_pulse(beat_fn);
	rc = brief->restart_count == BRIEF_NO_RUN ? settle_late(s, brief)
						  : settle_now(s);
	history_free(&s->history);
	ckpt_close(s->store);
	job_forget(&s->job);
	free(s->comment);
	free(s);
	return rc;
}
