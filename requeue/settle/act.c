/* SPDX-License-Identifier: GPL-2.0-or-later */
/* act.c: puts the job back in the queue, with begin time, limits and comment.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/sums.h"
#include "requeue/settings/comment.h"
#include "requeue/settings/pattern.h"
#include "requeue/settle/act.h"
#include "requeue/settle/call.h"
#include "requeue/settle/tell.h"
#include "requeue/slurm/ctl_conf.h"

/* When the next run may begin, on slurmctld's clock. */
static int64_t next_begin_s(const struct settle *s)
{
	return settling_now_s() + s->skew_s + s->delay_s;
}

static enum ctl_result call_change(struct settle *s, char *text)
{
	if (s->change.begin_s) /* slurmctld may have been away for a while */
		s->change.begin_s = next_begin_s(s);
	return ctl_change(&s->job, &s->change, text);
}

static enum ctl_result change(struct settle *s, struct ctl_change what,
			      char *text)
{
	enum ctl_result result;

	s->change = what;
	result = settle_persist(s, call_change, text);
	if (result == CTL_OK && what.begin_s)
		s->job.begin_s = s->change.begin_s;
	if (result == CTL_OK && what.limit_min)
		s->job.limit_min = what.limit_min;
	if (result == CTL_OK && what.time_min_min)
		s->job.time_min_min = what.time_min_min;
	return result;
}

static enum ctl_result call_requeue(struct settle *s, char *text)
{
	/* With only_running a cancellation meanwhile wins. */
	bool only_running = s->job.state == STATE_RUNNING;

	return ctl_requeue(s->brief->job_id, only_running,
			   s->decision.action == ACT_REQUEUE_HOLD, text);
}

/* May settle requeue a job in this state?  A job that was cancelled stays so.
 */
static bool may_requeue(enum job_state state)
{
	switch (state) {
	case STATE_RUNNING:
	case STATE_TIMEOUT:
	case STATE_PREEMPTED:
	/* Slurm booked its end before settle ran: see decide(). */
	case STATE_COMPLETED:
	case STATE_FAILED:
		return true;
	default:
		return false;
	}
}

/* Put the job back in the queue.  Returns whether it is there. */
static bool requeue(struct settle *s)
{
	char text[CTL_TEXT_MAX] = "";
	enum ctl_result result;

	if (s->job.restart_count != s->run || !may_requeue(s->job.state))
		return settle_is_next(s);
	if (!s->job.can_requeue &&
	    change(s, (struct ctl_change){.requeue = true}, text) != CTL_OK)
		settle_tell(s, "Slurm refused requeue=1 (%s)", text);
	result = settle_persist(s, call_requeue, text);
	s->is_requeued = result == CTL_OK || result == CTL_PENDING;
	if (result == CTL_REFUSED)
		settle_tell(s, "Slurm refused the requeue (%s)", text);
	if (settle_load(s, text) != CTL_OK)
		return false;
	return settle_is_next(s);
}

/* Write the word with the store's path; "" for a default path, which
 * scheckpoint finds without it. */
static void name_store(const struct settle *s, char word[COMMENT_STORE_MAX])
{
	word[0] = '\0';
	if (s->dir[0] && strcmp(s->set.dir, PATTERN_DEFAULT) != 0 &&
	    strcmp(s->set.dir, PATTERN_DEFAULT_ARRAY) != 0)
		comment_put_store(word, COMMENT_STORE, s->dir);
}

/* Write the sums of all runs, with this one as it was decided.  Where the
 * journal can't be read, those that the comment has stand. */
static void put_sums(struct settle *s, char text[SUMS_TEXT_MAX])
{
	struct run_record *run = history_newest(&s->history);
	const struct recorded_plan recorded = run->plan;
	struct job_sums sums;
	bool has_old = sums_decode(&sums, s->job.comment ? s->job.comment : "");

	text[0] = '\0';
	if (s->history.count) {
		run->plan = (struct recorded_plan){
			.is_there = true,
			.action = s->decision.action,
			.cause = s->decision.cause,
			.written_s = settling_now_s(),
		};
		sums = sums_of_runs(s->history.runs, s->history.count, 0);
		run->plan = recorded;
	}
	if (s->history.count || has_old)
		sums_encode(text, &sums);
}

/* Set s->comment: the user's own, and the program's part for this run. */
static void compose_comment(struct settle *s)
{
	char store[COMMENT_STORE_MAX], part[2 * COMMENT_MAX],
		sums[SUMS_TEXT_MAX];

	name_store(s, store);
	put_sums(s, sums);
	snprintf(part, sizeof(part), "%srun %u: %.380s%s%.120s%s%s", store,
		 s->run, s->decision.reason,
		 s->store_problem[0] ? "; the store is out of use: " : "",
		 s->store_problem, sums[0] ? " " : "", sums);
	free(s->comment);
	s->comment = comment_compose(s->job.comment, part);
}

/* Is the begin time what slurmctld itself gives to a job that it requeues?
 * It does so at once where the run's node is down. */
static bool is_slurms_delay(const struct job *job)
{
	char text[CTL_TEXT_MAX];
	int64_t delay_s, late_s;

	if (ctl_requeue_delay(&delay_s, text) != CTL_OK)
		return false;
	late_s = job->begin_s - job->submit_s - delay_s;
	return late_s >= -1 && late_s <= 1;
}

/* The begin time to set; 0: none.  A later one that the owner has set stays,
 * but just after settle's own requeue a later one is Slurm's delay.  A held job
 * gets one as well: it begins as soon as it is released. */
static int64_t wanted_begin_s(const struct settle *s)
{
	if (!s->is_requeued && s->job.begin_s > next_begin_s(s) &&
	    !is_slurms_delay(&s->job))
		return 0;
	return next_begin_s(s);
}

/*
 * Set the limits that differ from the job's.  Slurm doesn't change the limit of
 * a job that is being preempted, but its TimeMin: so that becomes the planned
 * limit, which backfill honours.
 */
static void want_limits(const struct settle *s, struct ctl_change *want)
{
	int64_t limit_min = s->plan.limit_min;
	int64_t time_min_min = s->plan.time_min_min;

	if (!limit_min)
		return;
	if (s->job.preempt_s && limit_min != s->job.limit_min) {
		time_min_min = limit_min;
		limit_min = s->job.limit_min;
	}
	if (limit_min != s->job.limit_min)
		want->limit_min = limit_min;
	if (time_min_min != s->job.time_min_min &&
	    (!limit_min || time_min_min <= limit_min))
		want->time_min_min = time_min_min;
}

static void change_limits(struct settle *s, const struct ctl_change *want)
{
	const struct ctl_change limit = {.limit_min = want->limit_min};
	const struct ctl_change minimum = {.time_min_min = want->time_min_min};
	char text[CTL_TEXT_MAX] = "";

	/* Slurm refuses a limit below the minimum: that is lowered first. */
	if (limit.limit_min && minimum.time_min_min &&
	    s->job.time_min_min > limit.limit_min)
		change(s, minimum, text);
	if (limit.limit_min && change(s, limit, text) != CTL_OK)
		settle_tell(s, "limit of %" PRId64 " min refused (%s)",
			    limit.limit_min, text);
	if (minimum.time_min_min &&
	    minimum.time_min_min != s->job.time_min_min &&
	    (!s->job.limit_min || minimum.time_min_min <= s->job.limit_min) &&
	    change(s, minimum, text) != CTL_OK)
		settle_tell(s, "minimum of %" PRId64 " min refused (%s)",
			    minimum.time_min_min, text);
}

/*
 * Change each field by a call of its own, the most important one first: Slurm
 * drops all fields behind the first one that it refuses.
 */
static void change_apart(struct settle *s, const struct ctl_change *want)
{
	const struct ctl_change begin = {.begin_s = want->begin_s};
	char text[CTL_TEXT_MAX] = "";

	if (begin.begin_s && change(s, begin, text) != CTL_OK)
		settle_tell(s, "begin time refused (%s)", text);
	change_limits(s, want);
	change(s, (struct ctl_change){.comment = want->comment}, text);
}

/* Say that nothing of the job can be changed; false: that isn't so. */
static bool say_expedited(struct settle *s)
{
	if (!job_is_expedited(&s->job))
		return false;
	settle_tell(s, "Slurm expedites the job after a node's failure: limit "
		       "and begin time stay as they are");
	return true;
}

/* Set begin time, limits and comment of a job that is back in the queue. */
static void adjust(struct settle *s)
{
	struct ctl_change want = {.begin_s = wanted_begin_s(s)};
	char text[CTL_TEXT_MAX] = "";
	enum ctl_result result;

	compose_comment(s);
	want.comment = s->comment;
	want_limits(s, &want);
	if (say_expedited(s))
		return;
	result = change(s, want, text);
	if (result == CTL_REFUSED && settle_load(s, text) == CTL_OK &&
	    say_expedited(s))
		return;
	if (result == CTL_REFUSED)
		change_apart(s, &want);
	else if (result != CTL_OK)
		settle_tell(s, "limit and begin time stay as they are (%s)",
			    text);
}

/* Leave the job as it is, but for what its comment says of an earlier run. */
static void leave(struct settle *s)
{
	char said[COMMENT_MAX], text[CTL_TEXT_MAX];

	comment_said(said, sizeof(said), comment_part(s->job.comment));
	if (!s->is_forbidden && (s->job.state != STATE_RUNNING || !said[0]))
		return;
	compose_comment(s);
	change(s, (struct ctl_change){.comment = s->comment}, text);
}

void settle_act(struct settle *s)
{
	s->old_limit_min = s->job.limit_min;
	if (s->decision.action == ACT_LEAVE) {
		settle_tell(s, "%s", s->decision.reason);
		leave(s);
		return;
	}
	if (!requeue(s)) {
		if (s->job.restart_count == s->run)
			settle_tell(s, "not requeued: the job is %s",
				    s->job.state_name);
		else
			settle_tell(s, "the job was requeued already");
		return;
	}
	adjust(s);
	if (s->decision.action == ACT_REQUEUE_HOLD)
		settle_tell(s, "requeued and HELD: %s", s->decision.reason);
	else
		settle_tell(s, "requeued: %s", s->decision.reason);
	if (s->job.limit_min != s->old_limit_min)
		settle_tell(s, "limit %" PRId64 " min, was %" PRId64,
			    s->job.limit_min, s->old_limit_min);
	else
		settle_tell(s, "limit %" PRId64 " min", s->job.limit_min);
}
