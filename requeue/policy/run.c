/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c: one run of the job as a state machine. */
#include <signal.h>
#include <string.h>

#include "requeue/policy/run.h"

#define SECOND_MS INT64_C(1000)

/* The end of the run is queried again so long before the request, because the
 * limit may have been changed; not where the last reply is this fresh then. */
#define RENEW_MS	  (10 * SECOND_MS)
#define FRESH_MS	  (5 * SECOND_MS)
/* After a reply that Slurm ends the job, its SIGTERM is awaited so long. */
#define TERM_WAIT_MS	  (3 * SECOND_MS)
/* Work is frozen no longer than this while slurmctld doesn't reply. */
#define FREEZE_MAX_MS	  (10 * SECOND_MS)
/* SIGURG leads to one query in this time, and so does a preemption notice. */
#define TURN_MS		  SECOND_MS
/* SIGCONT comes alone after a suspension, else just before SIGURG or SIGTERM.
 */
#define CONT_SETTLE_MS	  (2 * SECOND_MS)
#define STOP_SETTLE_MS	  (5 * SECOND_MS)
/* After so many failed queries, a suspension or a jump of the clock is taken to
 * have changed nothing. */
#define RESUMED_FAILURES  3
/* The hook has half of the grace, and no more than this. */
#define HOOK_MAX_MS	  (300 * SECOND_MS)
/* What KillWait (30 s by default) leaves for files after Slurm's SIGTERM. */
#define LATE_COLLECT_MS	  (15 * SECOND_MS)
/* Programs are killed so long before the end of the run.  slurmctld looks at
 * limits every 30 s only, so that there is some room behind it. */
#define MARGIN_MS	  (5 * SECOND_MS)
/* The same where files are to be copied into the store afterwards. */
#define COLLECT_MARGIN_MS (30 * SECOND_MS)
/* A program that was requested to save has at least so long, however near the
 * end of the run is: Slurm may still kill it before. */
#define SAVE_LEAST_MS	  (30 * SECOND_MS)
/* A wake-up that comes later than this shows that the clock was put forward,
 * or that the machine stood still. */
#define LATE_MS		  (15 * SECOND_MS)

static int64_t min_ms(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The earlier of two times, either of which may be "never". */
static int64_t earlier(int64_t a, int64_t b)
{
	if (!a || !b)
		return a ? a : b;
	return min_ms(a, b);
}

void run_init(struct run *run, int64_t grace_s)
{
	memset(run, 0, sizeof(*run));
	run->grace_ms = grace_s * SECOND_MS;
}

/* How long before the end of the run the programs are killed. */
static int64_t margin_ms(const struct run *run)
{
	return min_ms(run->has_files ? COLLECT_MARGIN_MS : MARGIN_MS,
		      run->grace_ms / 4);
}

int64_t run_request_of(int64_t start, int64_t end, int64_t grace)
{
	int64_t length = end - start;

	/* A run that backfill has cut down to its grace computes for half of
	 * it. */
	if (end - grace < start + length / 20)
		return start + length / 2;
	return end - grace;
}

int64_t run_request_at_ms(const struct run *run)
{
	if (!run->end_ms)
		return 0;
	return run_request_of(run->start_ms, run->end_ms, run->grace_ms);
}

/* When to query the end once more, so that the request comes at the right
 * time; 0: the reply is fresh enough, or a query is under way or planned. */
static int64_t renew_at_ms(const struct run *run)
{
	int64_t at_ms = run_request_at_ms(run) - RENEW_MS;

	if (run->phase != RUN_COMPUTING || !run->end_ms || run->is_querying ||
	    run->query_ms || run->reply_ms + FRESH_MS >= at_ms)
		return 0;
	return at_ms;
}

static void query(struct run *run, struct run_orders *orders, bool about_term)
{
	bool is_news = about_term || run->resumed_query_ms || orders->freeze ||
		       run->is_doubted;

	run->query_ms = run->resumed_query_ms = 0;
	if (about_term) {
		run->is_term_queried = true;
		orders->query_reach = true;
	}
	/* A query that is under way may be older than what has happened. */
	if (run->is_querying && !is_news)
		return;
	run->is_querying = true;
	run->calls++;
	orders->query = true;
}

/*
 * Query for a signal that the job's owner can send as well, as often as it
 * likes: once a second at most, so that no flood of them reaches slurmctld.
 */
static void query_in_turn(struct run *run, int64_t now_ms,
			  struct run_orders *orders)
{
	if (run->turn_ms > now_ms && run->turn_ms - now_ms <= TURN_MS) {
		run->query_ms = earlier(run->query_ms, run->turn_ms);
		return;
	}
	run->turn_ms = now_ms + TURN_MS;
	query(run, orders, false);
}

/* 5, 10, 20, 40, 60, 60, ... seconds */
static int64_t backoff_ms(unsigned failures)
{
	int64_t ms = 5 * SECOND_MS << (failures > 4 ? 4 : failures - 1);

	return min_ms(ms, 60 * SECOND_MS);
}

static bool is_pending(const struct run *run)
{
	return run->phase == RUN_HOOK || run->phase == RUN_SAVING ||
	       run->phase == RUN_UNCAUGHT || run->phase == RUN_SAVED;
}

static void shift(int64_t *at_ms, int64_t by_ms)
{
	if (*at_ms)
		*at_ms += by_ms;
}

/*
 * The job may have been suspended.  Slurm has then moved its end by as long as
 * it stood still, and so must be what the run waits for.
 */
static void resume(struct run *run, int64_t old_end_ms)
{
	int64_t by_ms = run->end_ms - old_end_ms;

	run->is_resumed = false;
	if (!old_end_ms || by_ms <= 0)
		return;
	shift(&run->give_up_ms, by_ms);
	shift(&run->hook_until_ms, by_ms);
	shift(&run->collect_until_ms, by_ms);
	shift(&run->save_ms, by_ms);
}

/* May another request begin?  Not only while the run computes: also where no
 * program caught what an operator requested, since that ends nothing. */
static bool is_open(const struct run *run)
{
	return run->phase == RUN_COMPUTING ||
	       (run->phase == RUN_UNCAUGHT && run->cause == CAUSE_OPERATOR);
}

/*
 * Slurm has signalled some process of the job, which may end at any time.  What
 * would start the next piece of work then is frozen until slurmctld has said
 * what the signal was for.
 */
static void freeze(struct run *run, int64_t now_ms, struct run_orders *orders)
{
	if (run->phase != RUN_COMPUTING && run->phase != RUN_UNCAUGHT)
		return;
	run->frozen_until_ms = now_ms + FREEZE_MAX_MS;
	orders->freeze = true;
}

static void thaw(struct run *run, struct run_orders *orders)
{
	/* A SIGTERM leads to a request, whatever its cause is. */
	if (!run->frozen_until_ms || run->is_term_queried)
		return;
	run->frozen_until_ms = 0;
	orders->thaw = true;
}

/*
 * The end of the run has passed long ago, as it seems, or the clock went
 * backwards: nothing is done about it before slurmctld was queried once more.
 */
static void doubt(struct run *run, int64_t now_ms, struct run_orders *orders)
{
	run->is_doubted = true;
	run->doubted_ms = now_ms;
	query(run, orders, false);
}

static bool is_doubtful(const struct run *run, int64_t at_ms, int64_t now_ms)
{
	return at_ms && now_ms - at_ms > LATE_MS &&
	       now_ms - run->reply_ms > FRESH_MS &&
	       now_ms - run->doubted_ms > FRESH_MS;
}

/* The shortest time from the request until the programs are killed. */
static int64_t save_least_ms(const struct run *run)
{
	return min_ms(run->grace_ms - margin_ms(run), SAVE_LEAST_MS);
}

/* Give programs that were just requested to save the time for it. */
static void leave_time(struct run *run, int64_t now_ms)
{
	int64_t least_ms = now_ms + save_least_ms(run);

	if (run->give_up_ms && run->give_up_ms < least_ms)
		run->give_up_ms = least_ms;
}

static void make_request(struct run *run, int64_t now_ms, enum cause cause,
			 struct run_orders *orders)
{
	int64_t before_ms;

	/* A request is made once, unless no program has caught it. */
	if (run->phase != RUN_COMPUTING && run->phase != RUN_UNCAUGHT)
		return;
	before_ms = run->phase == RUN_UNCAUGHT && run->has_files
			    ? run->give_up_ms
			    : 0;
	run->cause = cause;
	run->phase = RUN_SAVING;
	run->frozen_until_ms = 0;
	run->request_ms = now_ms;
	run->give_up_ms = earlier(
		run->end_ms ? run->end_ms - margin_ms(run) : 0, before_ms);
	if (cause == CAUSE_OPERATOR)
		run->give_up_ms =
			earlier(run->give_up_ms, now_ms + run->grace_ms);
	/* Slurm kills by itself after its SIGTERM. */
	if (run->has_term)
		run->give_up_ms = 0;
	run->looks = 0;
	run->look_ms = 0;
	orders->announce = true;
	if (run->has_hook)
		orders->hook = true;
	/* After Slurm's SIGTERM there are seconds left, so that hook and
	 * signal go at once. */
	if (run->has_hook && !run->has_term) {
		run->phase = RUN_HOOK;
		run->hook_until_ms =
			now_ms + min_ms(run->grace_ms / 2, HOOK_MAX_MS);
		leave_time(run, now_ms);
	} else {
		orders->deliver = true;
	}
}

static void end_hook(struct run *run, struct run_orders *orders)
{
	if (run->phase != RUN_HOOK)
		return;
	run->hook_until_ms = 0;
	run->phase = RUN_SAVING;
	orders->deliver = true;
}

/* Does the job compute, so that it can save while the run goes on?  Also where
 * no program has caught a request, unless Slurm ends the run. */
static bool is_computing(const struct run *run)
{
	return run->phase == RUN_COMPUTING ||
	       (run->phase == RUN_UNCAUGHT && !run->has_term);
}

/* Make the save that is due or wanted.  What can't be made at this moment stays
 * due until it can. */
static void make_save(struct run *run, struct run_orders *orders)
{
	if (!is_computing(run) || run->is_saving)
		return;
	orders->save = true;
	orders->save_now = run->wants_save;
	run->save_ms = 0;
	run->wants_save = false;
	run->is_saving = true;
}

/* The next interval is counted from the end of the last save. */
static void end_save(struct run *run, const struct run_event *event)
{
	int64_t from_ms = event->now_ms;

	/* Another node's clock may be ahead. */
	if (event->saved_ms && event->saved_ms < from_ms)
		from_ms = event->saved_ms;

	run->is_saving = false;
	if (run->interval_ms)
		run->save_ms = from_ms + run->interval_ms;
}

/* The script has ended: do what remains before the run has. */
static void wind_up(struct run *run, const struct run_event *event,
		    struct run_orders *orders)
{
	/* Programs may still save though their shell has ended, also where
	 * Slurm has signalled them and the cause is not known yet. */
	if (run->is_term_queried || orders->deliver || run->phase == RUN_HOOK ||
	    (run->phase == RUN_SAVING && run->is_made))
		return;
	if (run->phase == RUN_COLLECTING) {
		if (event->kind != RUN_EV_COLLECTED &&
		    (run->is_resumed || event->now_ms < run->collect_until_ms))
			return;
	} else if (run->has_files) {
		run->phase = RUN_COLLECTING;
		run->collect_until_ms = event->now_ms + run->grace_ms;
		if (run->end_ms)
			run->collect_until_ms = min_ms(run->collect_until_ms,
						       run->end_ms - SECOND_MS);
		if (run->has_term)
			run->collect_until_ms = event->now_ms + LATE_COLLECT_MS;
		orders->collect = true;
		return;
	}
	run->phase = RUN_ENDED;
	orders->finish = true;
}

/* Slurm's SIGTERM has come, or should have: its cause follows from what
 * slurmctld says of the job at that time. */
static void explain_term(struct run *run, const struct run_event *event,
			 struct run_orders *orders)
{
	const struct run_view *view = &event->view;
	enum cause cause = CAUSE_UNKNOWN;
	bool is_here = run->is_term_queried;

	run->is_term_queried = false;
	switch (view->state) {
	case STATE_RUNNING:
		make_request(run, event->now_ms,
			     view->is_preempting ? CAUSE_PREEMPT
						 : CAUSE_OPERATOR,
			     orders);
		return;
	case STATE_TIMEOUT:
		cause = CAUSE_LIMIT;
		break;
	case STATE_PREEMPTED:
		cause = CAUSE_PREEMPT;
		break;
	case STATE_PENDING:
		cause = view->is_preempting  ? CAUSE_PREEMPT
			: view->is_node_down ? CAUSE_NODE
					     : CAUSE_OPERATOR;
		break;
	case STATE_CANCELLED:
		run->is_cancelled = true;
		break;
	default:
		break;
	}
	run->has_term = true;
	run->skips_delivery = is_here && view->term_reaches_all;
	if (run->phase == RUN_HOOK)
		end_hook(run, orders);
	else
		make_request(run, event->now_ms, cause, orders);
}

/*
 * Slurm has ended the job, and its SIGTERM has not come.  As a rule it is on
 * its way, and may reach every program itself; but it is lost where munge or
 * slurmd is away, and nothing else would request the job to save.
 */
static void handle_end(struct run *run, const struct run_event *event,
		       struct run_orders *orders)
{
	if (run->is_over) {
		explain_term(run, event, orders);
		return;
	}
	run->is_over = true;
	run->query_ms = event->now_ms + TERM_WAIT_MS;
}

static void handle_reply(struct run *run, const struct run_event *event,
			 struct run_orders *orders)
{
	const struct run_view *view = &event->view;
	int64_t old_end_ms = run->end_ms;

	run->is_querying = false;
	run->failures = 0;
	run->reply_ms = event->now_ms;
	if (run->poll_ms && run->phase == RUN_COMPUTING)
		run->query_ms = event->now_ms + run->poll_ms;
	if (view->state == STATE_RUNNING)
		run->end_ms = view->end_ms;
	if (run->is_resumed && !run->resumed_query_ms)
		resume(run, old_end_ms);
	else if (run->is_doubted && old_end_ms && run->end_ms)
		shift(&run->give_up_ms, run->end_ms - old_end_ms);
	run->is_doubted = false;
	if (run->is_term_queried)
		explain_term(run, event, orders);
	else if (view->state != STATE_RUNNING && run->phase == RUN_COMPUTING)
		handle_end(run, event, orders);
	else if (view->is_preempting && is_open(run))
		make_request(run, event->now_ms, CAUSE_PREEMPT, orders);
	else if (view->is_vacating && run->phase == RUN_COMPUTING)
		make_request(run, event->now_ms, CAUSE_OPERATOR, orders);
	orders->acknowledge = view->is_vacating && orders->announce;
	if (!run->is_over)
		thaw(run, orders);
}

static void miss_reply(struct run *run, const struct run_event *event,
		       struct run_orders *orders)
{
	run->is_querying = false;
	run->failures++;
	if (run->failures >= RESUMED_FAILURES && !run->resumed_query_ms) {
		run->is_resumed = false;
		run->doubted_ms = event->now_ms; /* that were queries enough */
	}
	/* What is known must do; but a program keeps its time to save. */
	if (run->is_doubted && run->phase == RUN_SAVING)
		leave_time(run, event->now_ms);
	run->is_doubted = false;
	if (run->is_term_queried) {
		run->is_term_queried = false;
		make_request(run, event->now_ms, CAUSE_UNKNOWN, orders);
		return;
	}
	run->query_ms = event->now_ms + backoff_ms(run->failures);
}

/*
 * A suspension begins with SIGTSTP, and SIGSTOP follows 2 s later.  What comes
 * first when it is over isn't always SIGCONT.
 */
static void expect_resume(struct run *run, int64_t query_ms)
{
	run->is_resumed = true;
	run->resumed_query_ms = query_ms;
}

/* Pass the signal on to the script, which would have got it as Slurm's task,
 * unless it has got it. */
static void forward(const struct run_event *event, struct run_orders *orders)
{
	if (!event->reaches_all)
		orders->forward = event->signum;
}

static void handle_signal(struct run *run, const struct run_event *event,
			  struct run_orders *orders)
{
	switch (event->signum) {
	case SIGTERM:
		run->query_ms = 0;
		freeze(run, event->now_ms, orders);
		query(run, orders, true);
		break;
	case SIGURG: /* slurmctld wants us to look at the job */
		query_in_turn(run, event->now_ms, orders);
		break;
	case SIGCONT:
		orders->freeze_again = is_pending(run) || run->frozen_until_ms;
		expect_resume(run, event->now_ms + CONT_SETTLE_MS);
		/* Slurm sends it before other signals, too: the script gets it
		 * as without a supervisor, unless it may be frozen. */
		if (!orders->freeze_again)
			forward(event, orders);
		break;
	case SIGTSTP:
		expect_resume(run, event->now_ms + STOP_SETTLE_MS);
		forward(event, orders);
		break;
	default:
		forward(event, orders);
	}
}

static void count_delivery(struct run *run, const struct run_event *event,
			   struct run_orders *orders)
{
	/* 1, 2, 4, 8, 15, 15, ... seconds: a program may still be loading */
	int64_t pause_ms = SECOND_MS << (run->looks > 3 ? 4 : run->looks);

	if (!is_pending(run) || run->phase == RUN_SAVED)
		return;
	run->looks++;
	run->look_ms = event->now_ms + min_ms(pause_ms, 15 * SECOND_MS);
	if (event->count) {
		if (!run->is_made && !run->is_last)
			leave_time(run, event->now_ms);
		run->is_made = true;
		run->phase = RUN_SAVING;
		return;
	}
	if (run->phase != RUN_UNCAUGHT)
		orders->announce_uncaught = true;
	run->phase = RUN_UNCAUGHT;
	if (run->is_last) /* there is nothing to wait for */
		run->give_up_ms = event->now_ms;
}

static bool is_due(int64_t at_ms, int64_t now_ms)
{
	return at_ms && now_ms >= at_ms;
}

/* Has the request had its time?  Else look for programs again. */
static void look_at_request(struct run *run, int64_t now_ms,
			    struct run_orders *orders)
{
	if (!is_due(run->give_up_ms, now_ms)) {
		orders->look_again = is_due(run->look_ms, now_ms);
	} else if (run->phase == RUN_UNCAUGHT && run->cause == CAUSE_OPERATOR &&
		   !run->has_files) {
		run->phase = RUN_COMPUTING;
	} else if (run->phase == RUN_UNCAUGHT && !run->is_last) {
		run->is_last = true;
		run->is_cut = true;
		run->give_up_ms = now_ms + min_ms(MARGIN_MS, run->grace_ms / 4);
		orders->deliver = true;
	} else {
		run->phase = RUN_KILLING;
		run->is_cut = true;
		orders->kill = true;
	}
}

/* Whatever the event was: do what is due by now. */
static void tick(struct run *run, int64_t now_ms, struct run_orders *orders)
{
	int64_t at_ms = run_request_at_ms(run);

	if (is_due(run->query_ms, now_ms) ||
	    is_due(run->resumed_query_ms, now_ms)) {
		run->turn_ms = now_ms + TURN_MS;
		query(run, orders, false);
	}
	if (is_due(run->frozen_until_ms, now_ms))
		thaw(run, orders);
	if (run->is_resumed || run->is_doubted)
		return;
	if ((run->phase == RUN_COMPUTING && is_doubtful(run, at_ms, now_ms)) ||
	    (is_pending(run) && is_doubtful(run, run->give_up_ms, now_ms))) {
		doubt(run, now_ms, orders);
		return;
	}
	if (is_due(at_ms, now_ms) && is_open(run))
		make_request(run, now_ms, CAUSE_LIMIT, orders);
	else if (is_due(renew_at_ms(run), now_ms))
		query(run, orders, false);
	if (run->phase == RUN_HOOK && now_ms >= run->hook_until_ms)
		end_hook(run, orders);
	if (is_pending(run) && !orders->deliver)
		look_at_request(run, now_ms, orders);
	if (run->wants_save || is_due(run->save_ms, now_ms))
		make_save(run, orders);
}

/* The next time at which anything can be due. */
static int64_t next_wake(const struct run *run)
{
	int64_t at_ms = run_request_at_ms(run);
	int64_t wake_ms = earlier(run->query_ms, run->resumed_query_ms);

	if (!run->is_term_queried)
		wake_ms = earlier(wake_ms, run->frozen_until_ms);
	if (run->is_resumed || run->is_doubted)
		return wake_ms;
	if (is_computing(run) && !run->is_saving)
		wake_ms = earlier(wake_ms, run->save_ms);
	if (run->phase == RUN_COMPUTING) {
		wake_ms = earlier(wake_ms, at_ms);
		wake_ms = earlier(wake_ms, renew_at_ms(run));
	}
	if (run->phase == RUN_COLLECTING)
		wake_ms = earlier(wake_ms, run->collect_until_ms);
	if (is_pending(run)) {
		wake_ms = earlier(wake_ms, run->hook_until_ms);
		wake_ms = earlier(wake_ms, run->give_up_ms);
		wake_ms = earlier(wake_ms, run->look_ms);
		if (run->phase == RUN_UNCAUGHT && run->cause == CAUSE_OPERATOR)
			wake_ms = earlier(wake_ms, at_ms);
	}
	return wake_ms;
}

static void start(struct run *run, int64_t now_ms, struct run_orders *orders)
{
	run->start_ms = now_ms;
	if (run->interval_ms)
		run->save_ms = now_ms + run->interval_ms;
	query(run, orders, false);
}

static void end_programs(struct run *run, struct run_orders *orders)
{
	if (run->phase != RUN_SAVING)
		return;
	run->phase = RUN_SAVED;
	run->look_ms = 0;
	orders->kill_frozen = true;
}

/* The notice comes twice: from the sentinel's task, then by its end. */
static void handle_notice(struct run *run, int64_t now_ms,
			  struct run_orders *orders)
{
	if (run->frozen_until_ms || !is_open(run))
		return;
	freeze(run, now_ms, orders);
	/* A query that is under way may be older than the notice. */
	if (run->is_querying)
		query(run, orders, false);
	else
		query_in_turn(run, now_ms, orders);
}

static void handle(struct run *run, const struct run_event *event,
		   struct run_orders *orders)
{
	switch (event->kind) {
	case RUN_EV_START:
		start(run, event->now_ms, orders);
		break;
	case RUN_EV_REPLY:
		handle_reply(run, event, orders);
		break;
	case RUN_EV_NO_REPLY:
		miss_reply(run, event, orders);
		break;
	case RUN_EV_SIGNAL:
		handle_signal(run, event, orders);
		break;
	case RUN_EV_PREEMPT_NOTICE:
		handle_notice(run, event->now_ms, orders);
		break;
	case RUN_EV_SAVE_NOW: /* see tick() */
		run->wants_save = true;
		break;
	case RUN_EV_REQUEUE:
		make_request(run, event->now_ms, CAUSE_OPERATOR, orders);
		break;
	case RUN_EV_HOOK_ENDED:
		end_hook(run, orders);
		break;
	case RUN_EV_DELIVERED:
		count_delivery(run, event, orders);
		break;
	case RUN_EV_PROGRAMS_ENDED:
		end_programs(run, orders);
		break;
	case RUN_EV_SCRIPT_ENDED:
		run->is_script_gone = true;
		if (!event->has_others) /* the cause changes nothing now */
			run->is_term_queried = false;
		break;
	case RUN_EV_SAVED:
		end_save(run, event);
		break;
	case RUN_EV_TICK:
	case RUN_EV_COLLECTED: /* see wind_up() */
		break;
	}
}

void run_step(struct run *run, const struct run_event *event,
	      struct run_orders *orders)
{
	memset(orders, 0, sizeof(*orders));
	if (run->phase == RUN_ENDED)
		return;
	if (event->now_ms < run->last_ms && event->kind != RUN_EV_REPLY)
		doubt(run, event->now_ms, orders);
	run->last_ms = event->now_ms;
	handle(run, event, orders);
	if (run->is_script_gone)
		wind_up(run, event, orders);
	if (run->phase == RUN_ENDED)
		return;
	tick(run, event->now_ms, orders);
	orders->wake_ms = next_wake(run);
}
