/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decide.c: what becomes of the job, and the limit of its next run. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "requeue/settle/call.h"
#include "requeue/policy/grace.h"
#include "requeue/settle/decide.h"
#include "requeue/slurm/ctl_nodes.h"

/* A path that leaves room for the rest of a reason. */
#define REASON_DIR_MAX 120

/*
 * Take a changed limit for an order.  A limit other than the one with which the
 * run began was set by the owner or an operator: from now on it stands for the
 * submitted one.  (begin.c finds orders that came before the run began.)  The
 * limit of a pending job that was submitted without one is the partition's.
 */
static void note_limit_order(struct settle *s)
{
	int64_t began_min = s->history.began_min;

	if (!s->history.count || began_min < 0 ||
	    s->job.limit_min == began_min ||
	    (s->job.restart_count != s->run && !settle_is_next(s)) ||
	    (s->job.state == STATE_PENDING && !s->set.submitted_min))
		return;
	s->history.ordered_min = s->job.limit_min;
	s->has_order = true;
}

static int64_t submitted_min(const struct settle *s)
{
	if (s->history.count && s->history.ordered_min >= 0)
		return s->history.ordered_min;
	return s->history.submitted_min ? s->history.submitted_min
					: s->set.submitted_min;
}

/* Is the job in the queue because its node went down?  The supervisor queries
 * that too, but not for a script that has ended at once. */
static bool is_node_down(const struct settle *s)
{
	bool is_down = false;

	if (settle_is_next(s))
		ctl_node_is_down(s->brief->node, &is_down, NULL);
	return is_down;
}

/* Many jobs that end at once take slurmctld and slurmd some time. */
static int64_t base_delay_s(const struct settle *s)
{
	bool is_quick = s->history.is_quick_to_end && !s->is_slow &&
			!s->job.preempt_s && s->decision.cause != CAUSE_PREEMPT;

	return plan_base_delay_s(s->site.restart_delay_s, is_quick);
}

static void decide_and_plan(struct settle *s)
{
	struct decision_input in = {
		.state = s->job.state,
		.is_preempting = s->job.preempt_s != 0,
		.is_node_down = is_node_down(s),
		.restart_count = s->job.restart_count,
		.submit_s = s->job.submit_s,
		.now_s = settling_now_s(),
		.grace_s = s->set.grace_s,
		.total_s = s->set.total_s,
		.exit_code = (int)s->set.exit_code,
		.max_runs = (unsigned)s->set.max_runs,
		.max_stalls = (unsigned)s->set.max_stalls,
		.restore_window_s = s->site.restore_window_s,
	};
	struct plan_input plan = {
		.submitted_min = submitted_min(s),
		.grace_s = s->set.grace_s,
		.total_s = s->set.total_s,
		.exit_code = (int)s->set.exit_code,
		.min_s = s->set.min_s,
		.follows_waits = s->history.has_exact_min &&
				 s->site.min_follows,
	};
	struct grace_lesson lesson;

	in.runs = plan.runs = history_runs(&s->history, &in.count);
	plan.count = in.count;
	lesson = grace_learn(in.runs, in.count);
	plan.next_grace_s =
		(grace_next_ms(&lesson, &s->set, s->site.min_grace_s) + 999) /
		1000;
	s->decision = decide(&in);
	plan.is_full_limit = s->decision.is_full_limit;
	s->plan = plan_limit(&plan);
	s->delay_s = plan_delay_s(s->history.completing_s, s->history.misses,
				  s->decision.quick_runs, base_delay_s(s));
}

/*
 * Did this run begin with Requeue=1?  The journal tells, but its owner can
 * write it.  A job that Slurm counts a restart of has had it, because Slurm
 * requeues no other.
 */
static bool could_requeue(const struct settle *s)
{
	return s->history.could_requeue ||
	       (s->job.restart_count && s->job.restart_count != UINT32_MAX);
}

/*
 * Leave the job where Requeue=0 was set during the run.  A run that began with
 * Requeue=0, the site's default perhaps, is requeued all the same, because
 * --checkpoint says so.
 */
static void heed_requeue(struct settle *s)
{
	struct decision *d = &s->decision;

	if ((d->action != ACT_REQUEUE && d->action != ACT_REQUEUE_HOLD) ||
	    s->job.can_requeue || !could_requeue(s))
		return;
	d->action = ACT_LEAVE;
	d->strike = 0;
	d->is_stall = false;
	/* Slurm doesn't change a job that has ended: only a new one can go on.
	 */
	snprintf(
		d->reason, sizeof(d->reason),
		"Requeue=0 was set while it ran, so the job is not put back; "
		"a new job with --checkpoint-from=%.119s goes on from its state",
		strlen(s->dir) < REASON_DIR_MAX ? s->dir : "DIR");
	s->is_forbidden = true;
}

/*
 * Say why no supervisor was there, where the plugin's part in the task never
 * ran: slurmstepd couldn't open the job's output, most often because its
 * directory is missing.  It is tried once more, perhaps on another node.
 */
static void explain_unstarted(struct settle *s)
{
	struct decision *d = &s->decision;
	const char *what = d->action == ACT_REQUEUE ? "requeued once"
						    : "it is over";
	struct stat st;

	if (history_newest(&s->history)->ending != END_SUPERVISOR ||
	    s->brief->work_dir[0] || s->brief->restart_count == BRIEF_NO_RUN ||
	    s->job.state != STATE_RUNNING)
		return;
	s->store_problem[0] = '\0'; /* no run has looked for it */
	if (!s->brief->is_blind && s->job.work_dir[0] &&
	    stat(s->job.work_dir, &st) && errno == ENOENT)
		snprintf(d->reason, sizeof(d->reason),
			 "nothing was started: the work directory %.119s isn't "
			 "there: %s",
			 s->job.work_dir, what);
	else
		snprintf(d->reason, sizeof(d->reason),
			 "nothing was started: slurmd couldn't open the job's "
			 "output, its log says why: %s",
			 what);
}

void settle_decide(struct settle *s)
{
	note_limit_order(s);
	decide_and_plan(s);
	explain_unstarted(s);
	heed_requeue(s);
}

/* How much less an action gives the job than another. */
static int strictness(enum action action)
{
	switch (action) {
	case ACT_LEAVE:
		return 2;
	case ACT_REQUEUE_HOLD:
		return 1;
	default:
		return 0;
	}
}

/*
 * Take the action that an earlier settle of this run had planned, unless what
 * Slurm says now is stricter.  An earlier settle may have put the job back in
 * the queue already: then that is done, and no bound is judged again.
 */
static void take_action(struct settle *s, const struct recorded_plan *plan)
{
	struct decision *d = &s->decision;

	if (!settle_is_next(s) &&
	    strictness(d->action) > strictness(plan->action))
		return;
	d->action = plan->action;
	d->cause = plan->cause;
	d->has_ended = plan->has_ended;
	snprintf(d->reason, sizeof(d->reason), "%s", plan->reason);
}

/*
 * A plan in the journal saves work; it gives no right, because the journal is
 * its owner's.  So the run is judged again: what bounds it counts by Slurm's
 * own word (restarts, Requeue, when the job came into the queue), and the
 * recorded values are bounded.
 */
void settle_take_plan(struct settle *s)
{
	const struct recorded_plan *plan = &history_newest(&s->history)->plan;
	int64_t delay_s;

	decide_and_plan(s);
	heed_requeue(s);
	take_action(s, plan);
	s->plan.limit_min = plan->limit_min;
	s->plan.time_min_min = plan->time_min_min;
	delay_s = plan->delay_s;
	plan_bound(&s->plan, submitted_min(s), &delay_s, s->delay_s);
	s->delay_s = delay_s;
}
