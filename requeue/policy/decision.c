/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decision.c: what becomes of a job when one of its runs has ended. */
#include "requeue/policy/decision.h"

#include <stdio.h>
#include <string.h>

#include "requeue/policy/plan.h"

enum {
	QUICK_S = 120,		   /* an exit code this early needs proof */
	RESTORE_FAILURES_MOST = 3, /* in a row, then the job is held */
	IDLE_S = 30,		   /* a run without any work is this short */
	IDLE_MOST = 3,		   /* in a row, then the job has completed */
	FAST_MOST = 9, /* quick runs that make a delay like Slurm's own */
};

#define REMEDY_RELEASE "then release the job (scontrol release)"

static const char *const cause_names[] = {
	[CAUSE_NONE] = "none",	       [CAUSE_LIMIT] = "limit",
	[CAUSE_PREEMPT] = "preempt",   [CAUSE_OPERATOR] = "operator",
	[CAUSE_INTERVAL] = "interval", [CAUSE_SELF] = "self",
	[CAUSE_UNKNOWN] = "unknown",   [CAUSE_NODE] = "node",
};

static const char *const action_names[] = {
	[ACT_LEAVE] = "leave",
	[ACT_REQUEUE] = "requeue",
	[ACT_REQUEUE_HOLD] = "hold",
	[ACT_ADJUST] = "adjust",
};

static const char *const evidence_names[] = {
	[EVIDENCE_UNKNOWN] = "unknown",
	[EVIDENCE_NONE] = "none",
	[EVIDENCE_FILES] = "files",
	[EVIDENCE_SAME] = "same",
};

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

const char *cause_name(enum cause cause)
{
	return (size_t)cause < ARRAY_LEN(cause_names) ? cause_names[cause]
						      : "unknown";
}

enum cause cause_from_name(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(cause_names); i++)
		if (!strcmp(name, cause_names[i]))
			return (enum cause)i;
	return CAUSE_UNKNOWN;
}

const char *evidence_name(enum evidence evidence)
{
	return (size_t)evidence < ARRAY_LEN(evidence_names)
		       ? evidence_names[evidence]
		       : "unknown";
}

enum evidence evidence_from_name(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(evidence_names); i++)
		if (!strcmp(name, evidence_names[i]))
			return (enum evidence)i;
	return EVIDENCE_UNKNOWN;
}

const char *action_name(enum action action)
{
	return (size_t)action < ARRAY_LEN(action_names) ? action_names[action]
							: "leave";
}

enum action action_from_name(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(action_names); i++)
		if (!strcmp(name, action_names[i]))
			return (enum action)i;
	return ACT_LEAVE;
}

/* -------------------------------------------------------- of one run */

/* Seconds that the program ran; -1 unknown. */
static int64_t duration(const struct run_record *run)
{
	if (run->started_s <= 0 || run->ended_s < run->started_s)
		return -1;
	return run->ended_s - run->started_s;
}

static bool is_self(const struct decision_input *in,
		    const struct run_record *run)
{
	return in->exit_code && run->ending == END_EXIT &&
	       run->code == in->exit_code;
}

static bool is_quick(const struct run_record *run)
{
	int64_t ran = duration(run);

	return ran >= 0 && ran < QUICK_S;
}

/*
 * Why the run ended, as far as its own record tells.  An interval request is
 * a cause only where the end followed within the grace; a run that was cut
 * at its end reached its limit.
 */
static enum cause own_cause(const struct decision_input *in,
			    const struct run_record *run)
{
	int64_t ended = run->ended_s ? run->ended_s : in->now_s;
	enum cause cause = run->cause;

	/* A job that ends with 0 soon after an interval's request has
	 * completed. */
	if (cause == CAUSE_INTERVAL &&
	    ((run->ending == END_EXIT && run->code == 0) ||
	     run->request_s <= 0 ||
	     (ended > run->request_s && ended - run->request_s > in->grace_s)))
		cause = CAUSE_NONE;
	if (is_self(in, run) &&
	    (cause == CAUSE_NONE || cause == CAUSE_INTERVAL))
		cause = CAUSE_SELF;
	if (run->is_cut && cause == CAUSE_NONE)
		cause = CAUSE_LIMIT;
	return cause;
}

/*
 * The same for the run that just ended, where slurmctld knows more.  While
 * it preempts or has said TIMEOUT it has also signalled the srun steps, and
 * a script that doesn't check what srun returns then exits with 0: that is no
 * sign of a completed job.  The same holds for a requeue by the user or an
 * administrator.
 */
static enum cause present_cause(const struct decision_input *in)
{
	const struct run_record *run = &in->runs[in->count - 1];
	enum cause cause = own_cause(in, run);

	if (cause == CAUSE_LIMIT || cause == CAUSE_PREEMPT ||
	    cause == CAUSE_OPERATOR || cause == CAUSE_NODE)
		return cause;
	if (in->state == STATE_PREEMPTED || in->is_preempting)
		return CAUSE_PREEMPT;
	if (in->state == STATE_TIMEOUT)
		return CAUSE_LIMIT;
	if (in->state == STATE_PENDING && cause == CAUSE_NONE)
		return run->is_node_fail  ? CAUSE_UNKNOWN
		       : in->is_node_down ? CAUSE_NODE
					  : CAUSE_OPERATOR;
	return cause;
}

/* Is there evidence that this run saved? */
static bool has_saved(const struct decision_input *in,
		      const struct run_record *run)
{
	if (run->versions || run_record_saved_itself(run))
		return true;
	/* Its exit code says that it saved; a save that failed says more. */
	return is_self(in, run) && !is_quick(run) && !run->failed_s;
}

/*
 * Did another than settle put the job back, with no request of its own that was
 * due: an administrator or the owner by scontrol requeue, or slurmctld as an
 * administrator set the node down?  That may come at any moment.
 */
static bool was_put_back(const struct decision_input *in,
			 const struct run_record *run)
{
	enum cause cause = own_cause(in, run);
	bool is_present = run == &in->runs[in->count - 1];

	if (cause != CAUSE_NONE && cause != CAUSE_OPERATOR &&
	    cause != CAUSE_UNKNOWN && cause != CAUSE_NODE)
		return false;
	return is_present
		       ? in->state == STATE_PENDING
		       : run->plan.is_there && run->plan.action == ACT_ADJUST;
}

/* Runs that say nothing of whether the job can save. */
static bool is_neutral(const struct decision_input *in,
		       const struct run_record *run)
{
	return run->is_node_fail || was_put_back(in, run) ||
	       run->ending == END_STORE || run->ending == END_GONE ||
	       run->ending == END_FROM || run->ending == END_METHOD ||
	       run->ending == END_REPEAT || own_cause(in, run) == CAUSE_PREEMPT;
}

static bool is_killed(const struct decision_input *in,
		      const struct run_record *run)
{
	return run->ending == END_SUPERVISOR && !run->is_node_fail &&
	       own_cause(in, run) == CAUSE_NONE;
}

/*
 * Did it end with no request?  A script may turn every crash into the exit
 * code, so that a run that ends with that code counts as well, but not where a
 * request at an interval may have ended it.
 */
static bool is_by_itself(const struct decision_input *in,
			 const struct run_record *run)
{
	enum cause cause = own_cause(in, run);

	return cause == CAUSE_NONE ||
	       (cause == CAUSE_SELF && run->cause != CAUSE_INTERVAL);
}

static bool is_restore_failure(const struct decision_input *in,
			       const struct run_record *run)
{
	int64_t ran = duration(run);

	if (!is_by_itself(in, run) || is_neutral(in, run) || run->is_done)
		return false;
	if (run->ending != END_SIGNAL &&
	    !(run->ending == END_EXIT && run->code))
		return false;
	/* A version of another job's store gets no strike here. */
	return run->restored && !run->is_elsewhere && !run->versions &&
	       ran >= 0 && ran <= in->restore_window_s;
}

/* Did it end with 0 within seconds of its start, before its limit, and leave
 * nothing new?  Preemptions and requests by people may come that early. */
static bool is_idle(const struct decision_input *in,
		    const struct run_record *run)
{
	int64_t ran = duration(run);

	return run->ending == END_EXIT && run->code == 0 && run->has_complied &&
	       ran >= 0 && ran <= IDLE_S && own_cause(in, run) == CAUSE_LIMIT &&
	       !run->failed_s && !run->versions &&
	       (run->evidence == EVIDENCE_NONE ||
		run->evidence == EVIDENCE_SAME);
}

/* ------------------------------------------------------ of all runs */

/*
 * Has the job finished without a word?  A program that finishes its work within
 * its grace looks like one that has saved and stopped.  What shows the
 * difference is that later runs find nothing to do.
 */
static bool has_finished_silently(const struct decision_input *in)
{
	size_t first = in->count;

	while (first > 0 && is_idle(in, &in->runs[first - 1]))
		first--;
	return in->count - first >= IDLE_MOST && first > 0 &&
	       has_saved(in, &in->runs[first - 1]) &&
	       in->runs[first - 1].ending == END_EXIT &&
	       in->runs[first - 1].code == 0;
}

static unsigned count_stalls(const struct decision_input *in,
			     bool is_present_neutral)
{
	unsigned stalls = 0;

	for (size_t i = in->count; i-- > 0;) {
		const struct run_record *run = &in->runs[i];
		bool is_present = i == in->count - 1;

		if (has_saved(in, run))
			break;
		if (!is_neutral(in, run) && !(is_present && is_present_neutral))
			stalls++;
	}
	return stalls;
}

static unsigned count_quick_runs(const struct decision_input *in)
{
	unsigned runs = 0;

	for (size_t i = in->count; i-- > 0; runs++)
		if (!is_self(in, &in->runs[i]) || !is_quick(&in->runs[i]))
			break;
	return runs;
}

/*
 * Quick restarts that slurmctld knows of even where the journal is lost or
 * was edited: when it put the job into the queue, which each requeue sets, and
 * how often.  A requeue by the user doesn't count, nor does a job that Slurm
 * preempts, which waits anyway.
 */
static unsigned count_fast_restarts(const struct decision_input *in)
{
	if (in->restart_count == UINT32_MAX || in->submit_s <= 0 ||
	    in->now_s < in->submit_s || in->now_s - in->submit_s >= QUICK_S ||
	    in->is_preempting || in->state == STATE_PREEMPTED ||
	    in->state == STATE_PENDING)
		return 0;
	return in->restart_count < FAST_MOST ? in->restart_count + 1
					     : FAST_MOST;
}

static unsigned count_restore_failures(const struct decision_input *in)
{
	unsigned failures = 0;

	for (size_t i = in->count; i-- > 0;) {
		const struct run_record *run = &in->runs[i];

		if (is_restore_failure(in, run))
			failures++;
		else if (!is_neutral(in, run) || has_saved(in, run))
			break;
	}
	return failures;
}

/* Was the supervisor killed before, with nothing saved since? */
static bool was_killed_before(const struct decision_input *in)
{
	for (size_t i = in->count - 1; i-- > 0;) {
		if (is_killed(in, &in->runs[i]))
			return true;
		if (has_saved(in, &in->runs[i]))
			break;
	}
	return false;
}

/*
 * Runs that began when the total was used up already.  One that was
 * preempted or lost its node was not the one more that the job was given.
 */
static unsigned count_overtime(const struct decision_input *in,
			       bool is_present_neutral)
{
	unsigned runs = 0;

	for (size_t i = 1; i < in->count; i++) {
		if (plan_used_s(in->runs, i, in->grace_s, in->exit_code) <
		    in->total_s)
			continue;
		if (is_neutral(in, &in->runs[i]) ||
		    (i == in->count - 1 && is_present_neutral))
			continue;
		runs++;
	}
	return runs;
}

/* ------------------------------------------------------- the decision */

static void say(struct decision *d, const char *text)
{
	snprintf(d->reason, sizeof(d->reason), "%s", text);
}

static void leave(struct decision *d, const char *text)
{
	d->action = ACT_LEAVE;
	say(d, text);
}

/*
 * The job has failed, as it would have under Slurm alone.  Its owner may
 * requeue it by hand and then expects it to run.  But slurmctld from 24.05 on
 * requeues by itself a run that follows a preemption: that run must not
 * start.
 */
static void fail(const struct decision_input *in, struct decision *d,
		 const char *text)
{
	leave(d, text);
	for (size_t i = 0; i + 1 < in->count; i++)
		if (in->runs[i].cause == CAUSE_PREEMPT)
			d->has_ended = true;
}

/* Exit codes by which programs and batch systems say "run me again": Grid
 * Engine's, EX_TEMPFAIL, and that of timeout. */
static bool is_asking_to_go_on(const struct run_record *run)
{
	return run->ending == END_EXIT && (run->code == 99 || run->code == 75 ||
					   run->code == 124 || run->code == 9);
}

static void fail_by_itself(const struct decision_input *in, struct decision *d)
{
	const struct run_record *run = &in->runs[in->count - 1];
	const char *remedy = "; scontrol requeue lets it go on";
	size_t used;

	fail(in, d, "out of memory");
	if (run->is_oom)
		return;
	if (d->has_ended)
		remedy = "";
	snprintf(d->reason, sizeof(d->reason),
		 "%s %d: the job failed by itself and is not run again%s",
		 run->ending == END_SIGNAL ? "signal" : "exit code", run->code,
		 remedy);
	used = strlen(d->reason);
	if (is_asking_to_go_on(run))
		snprintf(d->reason + used, sizeof(d->reason) - used,
			 "; --checkpoint-exit=%d takes it for \"run me again\"",
			 run->code);
}

static void complete(struct decision *d, const struct run_record *run,
		     const char *text)
{
	leave(d, text);
	d->has_ended = true;
	d->is_success = run->ending == END_EXIT && run->code == 0;
}

static bool is_total_used(const struct decision_input *in)
{
	return in->total_s > 0 && plan_used_s(in->runs, in->count, in->grace_s,
					      in->exit_code) >= in->total_s;
}

/* Hold the job where it has reached one of its bounds; false: it hasn't. */
static bool hold_at_bound(const struct decision_input *in, struct decision *d,
			  bool is_neutral_now)
{
	const struct run_record *run = &in->runs[in->count - 1];
	uint64_t runs = (in->restart_count != UINT32_MAX ? in->restart_count
							 : run->run) +
			(uint64_t)1;

	d->action = ACT_REQUEUE_HOLD;
	if (d->is_stall && in->max_stalls && d->stalls >= in->max_stalls &&
	    run->evidence == EVIDENCE_SAME)
		snprintf(d->reason, sizeof(d->reason),
			 "%u run%s in a row saved nothing new: if the work is "
			 "finished, let the script say scheckpoint done; else "
			 "let the program save its state when it gets the "
			 "signal, " REMEDY_RELEASE,
			 d->stalls, d->stalls == 1 ? "" : "s");
	else if (d->is_stall && in->max_stalls && d->stalls >= in->max_stalls)
		snprintf(d->reason, sizeof(d->reason),
			 "%u run%s in a row saved nothing: let the program "
			 "save its state when it gets the signal, call "
			 "scheckpoint save, or name the files that it writes "
			 "(--checkpoint-files; --checkpoint-max-stalls=0 never "
			 "holds); " REMEDY_RELEASE,
			 d->stalls, d->stalls == 1 ? "" : "s");
	else if (d->is_full_limit && count_overtime(in, is_neutral_now))
		say(d,
		    "the total compute time is used up, and one run more: "
		    "raise it with scheckpoint set JOB total=TIME, " REMEDY_RELEASE);
	else if (in->max_runs && runs >= in->max_runs)
		snprintf(d->reason, sizeof(d->reason),
			 "the job has had %llu runs: raise the bound with "
			 "scheckpoint set JOB max-runs=N, " REMEDY_RELEASE,
			 (unsigned long long)runs);
	else
		return false;
	return true;
}

/* The job goes on, unless one of its bounds holds it. */
static void go_on(const struct decision_input *in, struct decision *d,
		  bool is_neutral_now)
{
	const struct run_record *run = &in->runs[in->count - 1];

	d->is_full_limit = is_total_used(in);
	if (hold_at_bound(in, d, is_neutral_now))
		return;
	d->action = ACT_REQUEUE;
	if (d->is_full_limit)
		say(d, "the total compute time is used up: one more run at "
		       "the submitted limit");
	else if (d->is_stall && in->max_stalls)
		snprintf(d->reason, sizeof(d->reason),
			 "this run saved nothing%s%s%.100s (%u of %u in a row "
			 "before the job is held)",
			 run->evidence == EVIDENCE_SAME ? " new" : "",
			 run->failed_s ? ", as its save failed: " : "",
			 run->failed_s ? run->failed_why : "", d->stalls,
			 in->max_stalls);
	else if (d->is_stall)
		snprintf(d->reason, sizeof(d->reason),
			 "this run saved nothing%s%.100s",
			 run->failed_s ? ", as its save failed: " : "",
			 run->failed_s ? run->failed_why : "");
	else
		snprintf(d->reason, sizeof(d->reason),
			 "to be continued (cause: %s)", cause_name(d->cause));
}

static void after_restore_failure(const struct decision_input *in,
				  struct decision *d)
{
	const struct run_record *run = &in->runs[in->count - 1];
	unsigned failures = count_restore_failures(in);

	d->strike = run->restored;
	if (failures >= RESTORE_FAILURES_MOST) {
		d->action = ACT_REQUEUE_HOLD;
		snprintf(d->reason, sizeof(d->reason),
			 "%u runs in a row failed soon after they began from "
			 "a version: look at the job's output and at "
			 "scheckpoint list, " REMEDY_RELEASE,
			 failures);
		return;
	}
	go_on(in, d, false);
	if (d->action == ACT_REQUEUE)
		snprintf(d->reason, sizeof(d->reason),
			 "failed soon after it began from version %u, which "
			 "gets a strike (%u of %d such runs in a row before "
			 "the job is held)",
			 (unsigned)run->restored, failures,
			 RESTORE_FAILURES_MOST);
}

static void after_kill(const struct decision_input *in, struct decision *d)
{
	const struct run_record *run = &in->runs[in->count - 1];

	if (run->is_oom) {
		fail(in, d, "out of memory");
	} else if (!run->versions && was_killed_before(in)) {
		fail(in, d,
		     "the supervisor was killed again with nothing "
		     "saved in between");
	} else {
		go_on(in, d, false);
		if (d->action == ACT_REQUEUE)
			say(d, "the supervisor was killed: requeued once");
	}
}

/* What follows from the run itself, before the job's state is looked at. */
static void judge(const struct decision_input *in, struct decision *d,
		  bool is_neutral_now)
{
	const struct run_record *run = &in->runs[in->count - 1];

	if (run->ending == END_REPEAT) {
		leave(d, "the job had ended before: nothing was started");
		d->has_ended = true;
	} else if (run->is_done) {
		complete(d, run, "the job said that it is done");
	} else if (run->ending == END_STORE) {
		d->action = ACT_REQUEUE_HOLD;
		say(d, DECISION_UNUSABLE
		    " (see the job's output): mend it, " REMEDY_RELEASE);
	} else if (run->ending == END_GONE) {
		d->action = ACT_REQUEUE_HOLD;
		snprintf(d->reason, sizeof(d->reason),
			 "the checkpoint directory is gone, though this is run "
			 "%u: put it back, or make an empty directory there to "
			 "begin again; " REMEDY_RELEASE,
			 run->run);
	} else if (run->ending == END_FROM) {
		d->action = ACT_REQUEUE_HOLD;
		say(d, "there is nothing to begin from where "
		       "--checkpoint-from points (see the job's output): mend "
		       "that, " REMEDY_RELEASE ", or submit it again without");
	} else if (run->ending == END_METHOD) {
		d->action = ACT_REQUEUE_HOLD;
		say(d, "its --checkpoint-method can't start or restore it (see "
		       "the job's output): mend that, " REMEDY_RELEASE);
	} else if (d->cause == CAUSE_LIMIT && has_finished_silently(in)) {
		complete(d, run,
			 "runs in a row ended with 0 within seconds and wrote "
			 "nothing new, after one that saved: the job has "
			 "completed (scheckpoint done says so at once)");
	} else if (d->cause == CAUSE_SELF && is_restore_failure(in, run)) {
		after_restore_failure(in, d);
	} else if (d->cause != CAUSE_NONE) {
		go_on(in, d, is_neutral_now);
	} else if (run->ending == END_SUPERVISOR) {
		after_kill(in, d);
	} else if (run->ending == END_EXIT && run->code == 0) {
		complete(d, run, "the job has completed");
	} else if (is_restore_failure(in, run)) {
		after_restore_failure(in, d);
	} else {
		fail_by_itself(in, d);
	}
}

/*
 * States in which nothing is done, whatever the run calls for.  A cancelled job
 * is started again only by its user or an administrator, and then must run.
 */
static const char *why_left_alone(enum job_state state)
{
	switch (state) {
	case STATE_CANCELLED:
		return "the job was cancelled";
	case STATE_NODE_FAIL:
		return "its node failed: slurmctld decides";
	case STATE_OTHER_END:
		return "slurmctld has ended the job";
	case STATE_UNKNOWN:
		return "the job's state could not be learnt";
	case STATE_RUNNING:
	case STATE_PENDING:
	case STATE_TIMEOUT:
	case STATE_PREEMPTED:
	/*
	 * The job is booked as ended although it was to go on: nothing had
	 * settled it in time.  No scancel came in between, as that would show
	 * in its state; so the Epilog's settle still requeues it.
	 */
	case STATE_COMPLETED:
	case STATE_FAILED:
		break;
	}
	return NULL;
}

struct decision decide(const struct decision_input *in)
{
	const struct run_record *run = &in->runs[in->count - 1];
	const char *alone = why_left_alone(in->state);
	struct decision d = {.action = ACT_LEAVE};
	bool is_neutral_now;

	d.cause = present_cause(in);
	is_neutral_now = is_neutral(in, run) || d.cause == CAUSE_PREEMPT ||
			 in->is_preempting || in->state == STATE_PREEMPTED ||
			 in->state == STATE_NODE_FAIL;
	d.stalls = count_stalls(in, is_neutral_now);
	d.is_stall = !is_neutral_now && !has_saved(in, run);
	d.quick_runs = count_quick_runs(in);
	if (d.quick_runs < count_fast_restarts(in))
		d.quick_runs = count_fast_restarts(in);
	judge(in, &d, is_neutral_now);

	if (alone) {
		leave(&d, alone);
		d.has_ended = run->is_done || run->ending == END_REPEAT;
		d.is_success = false;
		d.is_full_limit = false;
	} else if (in->state == STATE_PENDING && d.action != ACT_LEAVE) {
		/* Slurm or the user was quicker; a hold is neither made nor
		 * lifted. */
		d.action = ACT_ADJUST;
	}
	/* A job that doesn't go on has neither stalled nor failed to begin. */
	if (d.action == ACT_LEAVE) {
		d.is_stall = false;
		d.stalls = 0;
		d.strike = 0;
	}
	return d;
}
