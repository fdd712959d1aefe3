/* SPDX-License-Identifier: GPL-2.0-or-later */
/* life.c: a job's life as it is drawn. */
#include "cmd/scheckpoint/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/scheckpoint/runs.h"
#include "cmd/scheckpoint/say.h"
#include "requeue/journal/history.h"
#include "requeue/policy/decision.h"
#include "requeue/settings/text.h"

#define MINUTE_S 60
#define HOUR_S	 3600
#define DAY_S	 86400

/* ----------------------------------------------------------------- runs */

/* Collect when the run saved: the versions that the store still has, and the
 * newest one, which may be gone.  Files of the programs' own were written just
 * before its end. */
static bool add_saves(struct life_run *to, const struct run_record *run,
		      const struct ckpt_version *versions, size_t count)
{
	to->saves = calloc(count + 1, sizeof(*to->saves));
	if (!to->saves)
		return false;
	for (size_t i = count; i-- > 0;)
		if (ckpt_is_of_run(&versions[i], run->run) &&
		    versions[i].time_s != run->shown.saved_s)
			to->saves[to->save_count++] = versions[i].time_s;
	if (run->shown.saved_s)
		to->saves[to->save_count++] = run->shown.saved_s;
	else if (run->evidence == EVIDENCE_FILES)
		to->saves[to->save_count++] = history_end_s(run);
	return true;
}

static void note(struct life_run *to, const struct run_record *run)
{
	char progress[TEXT_PROGRESS_MAX], end[RUN_END_MAX];
	bool is_requeued = run->plan.is_there && run->plan.action != ACT_LEAVE;

	run_end(end, run);
	if (is_requeued && run->plan.action == ACT_REQUEUE_HOLD)
		snprintf(to->note, sizeof(to->note), "held");
	else if (is_requeued && run->shown.cause != CAUSE_NONE)
		snprintf(to->note, sizeof(to->note), "%s",
			 cause_name(run->shown.cause));
	else
		snprintf(to->note, sizeof(to->note), "%.28s",
			 to->is_open	      ? "running"
			 : to->is_guess	      ? "node failed"
			 : run->shown.is_done ? "done"
					      : end);
	if (run->shown.progress >= 0)
		snprintf(to->note + strlen(to->note),
			 sizeof(to->note) - strlen(to->note), ", %s",
			 text_progress(progress, run->shown.progress));
}

static bool make_run(struct life_run *to, const struct run_record *run,
		     const struct run_record *next, int64_t left_s,
		     int64_t now_s)
{
	*to = (struct life_run){
		.run = run->run,
		.queued_s = left_s ? left_s : run->shown.queued_s,
		.start_s = run->started_s,
		.end_s = sums_end_s(run, next),
		.request_s = run->shown.request_s,
		.is_preempted = run->shown.cause == CAUSE_PREEMPT,
	};
	if (!to->start_s)
		return false;
	to->is_open = !to->end_s && !next && now_s;
	to->is_guess = !to->is_open && !run->ended_s && !run->plan.is_there;
	if (to->is_open)
		to->end_s = now_s;
	if (to->end_s < to->start_s)
		to->end_s = to->start_s;
	to->safe_s = sums_safe_s(run, to->end_s);
	/* What a job that is over, or still computes, has done is not lost. */
	if (!next && !(run->plan.is_there && run->plan.action != ACT_LEAVE))
		to->safe_s = to->end_s;
	if (run->limit_min)
		to->limit_s = to->start_s + run->limit_min * MINUTE_S;
	note(to, run);
	return true;
}

static void take_span(struct life *life, const struct life_run *run)
{
	int64_t from_s = run->start_s;

	if (run->queued_s && run->queued_s < from_s)
		from_s = run->queued_s;
	if (!life->begin_s || from_s < life->begin_s)
		life->begin_s = from_s;
	if (run->end_s > life->end_s)
		life->end_s = run->end_s;
	/* How long a run that goes on may still take. */
	if (run->is_open && run->limit_s > life->end_s)
		life->end_s = run->limit_s;
}

bool life_make(struct life *life, const struct run_record *runs, size_t count,
	       const struct ckpt_version *versions, size_t version_count,
	       int64_t now_s)
{
	int64_t left_s = 0;

	memset(life, 0, sizeof(*life));
	life->sums = sums_of_runs(runs, count, now_s);
	life->runs = calloc(count ? count : 1, sizeof(*life->runs));
	for (size_t i = 0; life->runs && i < count; i++) {
		struct life_run *to = &life->runs[life->count];

		if (!make_run(to, &runs[i], i + 1 < count ? &runs[i + 1] : NULL,
			      left_s, now_s))
			continue;
		life->count++;
		if (!add_saves(to, &runs[i], versions, version_count))
			return false;
		take_span(life, to);
		left_s = to->end_s;
	}
	if (life->end_s <= life->begin_s)
		life->end_s = life->begin_s + 1;
	return life->count;
}

void life_free(struct life *life)
{
	for (size_t i = 0; i < life->count; i++)
		free(life->runs[i].saves);
	free(life->runs);
	memset(life, 0, sizeof(*life));
}

const char *life_sums(char text[LIFE_SUMS_MAX], const struct life *life)
{
	const struct job_sums *sums = &life->sums;
	char computed[TEXT_SPAN_MAX], lost[TEXT_SPAN_MAX],
		waited[TEXT_SPAN_MAX];

	snprintf(text, LIFE_SUMS_MAX,
		 "%u run%s; computed %s, lost %s of it; waited %s", sums->runs,
		 sums->runs == 1 ? "" : "s",
		 text_span(computed, sums->computed_s),
		 text_span(lost, sums->lost_s),
		 text_span(waited, sums->waited_s));
	return text;
}

/* ----------------------------------------------------------------- axis */

/* The shortest step by which there are few enough ticks. */
static int64_t choose_step(int64_t span_s, size_t most)
{
	static const int64_t steps[] = {
		1,	    2,		5,	    10,		15,
		30,	    MINUTE_S,	2 * 60,	    5 * 60,	10 * 60,
		15 * 60,    30 * 60,	HOUR_S,	    2 * HOUR_S, 3 * HOUR_S,
		6 * HOUR_S, 12 * 3600,	DAY_S,	    2 * DAY_S,	7 * DAY_S,
		14 * DAY_S, 28 * DAY_S, 91 * DAY_S, 182 * DAY_S};
	const size_t count = sizeof(steps) / sizeof(steps[0]);

	for (size_t i = 0; i < count; i++)
		if (span_s / steps[i] < (int64_t)most)
			return steps[i];
	return span_s;
}

static void put_label(struct life_tick *tick, int64_t step_s)
{
	time_t at = (time_t)tick->at_s;
	char *label = tick->label;
	size_t size = sizeof(tick->label);
	struct tm tm;

	label[0] = '\0';
	if (!localtime_r(&at, &tm))
		return;
	if (step_s < MINUTE_S)
		strftime(label, size, "%H:%M:%S", &tm);
	else if (step_s < DAY_S)
		strftime(label, size, "%H:%M", &tm);
	else
		strftime(label, size, "%m-%d", &tm);
}

size_t life_ticks(const struct life *life, struct life_tick *ticks, size_t most)
{
	int64_t step_s = choose_step(life->end_s - life->begin_s, most);
	time_t begin = (time_t)life->begin_s;
	int64_t offset_s, at_s;
	size_t count = 0;
	struct tm tm;

	if (!localtime_r(&begin, &tm))
		return 0;
	offset_s = tm.tm_gmtoff;
	at_s = (life->begin_s + offset_s + step_s - 1) / step_s * step_s -
	       offset_s;
	for (; at_s <= life->end_s && count < most; at_s += step_s) {
		ticks[count].at_s = at_s;
		put_label(&ticks[count++], step_s);
	}
	return count;
}
