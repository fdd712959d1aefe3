/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run as a state machine, played in simulated time. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/run.h"
#include "requeue/supervise/events.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define T0     (INT64_C(1800000000) * SECOND)

/* slurmctld and the job's programs, as far as a run can see them. */
struct world {
	struct run run;
	struct run_orders orders; /* of the last step */
	struct events events;	  /* as the supervisor has them */
	int64_t now_ms;
	int64_t end_ms; /* what slurmctld would reply */
	enum job_state state;
	bool is_preempting;
	bool is_node_down;
	bool term_reaches_all;
	bool is_away;	   /* slurmctld doesn't reply */
	bool is_slow;	   /* its reply is on its way */
	unsigned catchers; /* programs that catch the signal */
	/* what was ordered */
	unsigned hooks, saves, collects;
	unsigned queries, deliveries, looks, wakes, kills_frozen, kills,
		freezes_again;
	unsigned freezes, thaws;
	bool has_announced, is_finished;
	int forwarded;
	int64_t delivered_ms, killed_ms;
};

static void post_reply(struct world *w)
{
	struct run_event event = {.kind = RUN_EV_REPLY};

	if (w->is_away)
		event.kind = RUN_EV_NO_REPLY;
	event.view.state = w->state;
	event.view.is_preempting = w->is_preempting;
	event.view.is_node_down = w->is_node_down;
	event.view.term_reaches_all = w->term_reaches_all;
	event.view.end_ms = w->end_ms;
	ck_assert(events_post(&w->events, &event));
}

/* Count the orders, and post what they lead to. */
static void carry_out(struct world *w, const struct run_orders *orders)
{
	const struct run_event delivered = {
		.kind = RUN_EV_DELIVERED,
		.count = w->catchers,
	};

	w->queries += orders->query;
	w->deliveries += orders->deliver;
	w->looks += orders->look_again;
	w->kills_frozen += orders->kill_frozen;
	w->hooks += orders->hook;
	w->saves += orders->save;
	w->collects += orders->collect;
	w->kills += orders->kill;
	w->freezes_again += orders->freeze_again;
	w->freezes += orders->freeze;
	w->thaws += orders->thaw;
	w->has_announced |= orders->announce_uncaught;
	w->is_finished |= orders->finish;
	if (orders->forward)
		w->forwarded = orders->forward;
	if (orders->kill)
		w->killed_ms = w->now_ms;
	if (orders->deliver)
		w->delivered_ms = w->now_ms;
	if (orders->deliver || orders->look_again)
		ck_assert(events_post(&w->events, &delivered));
	if (orders->query && !w->is_slow)
		post_reply(w);
}

static void run_events(struct world *w)
{
	struct run_event event;

	while (events_take(&w->events, &event)) {
		event.now_ms = w->now_ms;
		run_step(&w->run, &event, &w->orders);
		carry_out(w, &w->orders);
	}
}

static void tell(struct world *w, struct run_event event)
{
	ck_assert(events_post(&w->events, &event));
	run_events(w);
}

static void tell_kind(struct world *w, enum run_event_kind kind)
{
	tell(w, (struct run_event){.kind = kind});
}

static void reply(struct world *w)
{
	post_reply(w);
	run_events(w);
}

static void begin(struct world *w, int64_t limit_ms, int64_t grace_s)
{
	memset(w, 0, sizeof(*w));
	w->now_ms = T0;
	w->state = STATE_RUNNING;
	w->end_ms = limit_ms ? T0 + limit_ms : 0;
	w->catchers = 1;
	run_init(&w->run, grace_s);
	tell_kind(w, RUN_EV_START);
}

/* Let time pass, waking the run as it ordered. */
static void pass_until(struct world *w, int64_t until_ms)
{
	while (w->orders.wake_ms && w->orders.wake_ms <= until_ms &&
	       !w->is_finished) {
		ck_assert_int_ge(w->orders.wake_ms, w->now_ms);
		ck_assert_uint_lt(++w->wakes, 100000);
		w->now_ms = w->orders.wake_ms;
		tell_kind(w, RUN_EV_TICK);
	}
	w->now_ms = until_ms;
}

static void get_signal(struct world *w, int signum)
{
	tell(w, (struct run_event){.kind = RUN_EV_SIGNAL, .signum = signum});
}

START_TEST(the_request_comes_exactly_one_grace_before_the_end)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + HOUR - 600 * SECOND - 1);
	ck_assert_uint_eq(w.deliveries, 0);
	pass_until(&w, T0 + HOUR - 600 * SECOND);
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_int_eq(w.run.cause, CAUSE_LIMIT);
	ck_assert(w.run.is_made);
}
END_TEST

START_TEST(a_program_that_saves_ends_the_run)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + HOUR - 500 * SECOND);
	tell_kind(&w, RUN_EV_PROGRAMS_ENDED);
	ck_assert_uint_eq(w.kills_frozen, 1);
	ck_assert(!w.is_finished);
	tell_kind(&w, RUN_EV_SCRIPT_ENDED);
	ck_assert(w.is_finished);
	ck_assert(!w.run.is_cut);
}
END_TEST

START_TEST(a_script_that_dies_first_does_not_end_programs_that_save)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + HOUR - 500 * SECOND);
	tell_kind(&w, RUN_EV_SCRIPT_ENDED);
	ck_assert(!w.is_finished);
	tell_kind(&w, RUN_EV_PROGRAMS_ENDED);
	ck_assert(w.is_finished);
}
END_TEST

/* Slurm's TERM has reached them all, and the shell has no trap. */
START_TEST(a_script_that_dies_of_slurms_term_does_not_end_them_either)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.state = STATE_PREEMPTED;
	w.term_reaches_all = w.is_slow = true;
	get_signal(&w, SIGTERM);
	tell(&w, (struct run_event){.kind = RUN_EV_SCRIPT_ENDED,
				    .has_others = true});
	ck_assert(!w.is_finished);
	reply(&w);
	ck_assert_int_eq(w.run.cause, CAUSE_PREEMPT);
	ck_assert(!w.is_finished);
	tell_kind(&w, RUN_EV_PROGRAMS_ENDED);
	ck_assert(w.is_finished);
}
END_TEST

START_TEST(a_program_that_does_not_catch_slurms_term_is_not_awaited)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.state = STATE_CANCELLED;
	w.term_reaches_all = w.is_slow = true;
	w.catchers = 0;
	get_signal(&w, SIGTERM);
	tell(&w, (struct run_event){.kind = RUN_EV_SCRIPT_ENDED,
				    .has_others = true});
	reply(&w);
	ck_assert(w.is_finished);
	/* and where no process is left, neither is a reply */
	begin(&w, HOUR, 600);
	w.is_slow = true;
	get_signal(&w, SIGTERM);
	tell_kind(&w, RUN_EV_SCRIPT_ENDED);
	ck_assert(w.is_finished);
}
END_TEST

START_TEST(a_script_that_ends_by_itself_ends_the_run_at_once)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + MINUTE);
	tell_kind(&w, RUN_EV_SCRIPT_ENDED);
	ck_assert(w.is_finished);
	ck_assert_uint_eq(w.deliveries, 0);
}
END_TEST

START_TEST(a_save_that_takes_too_long_is_cut_before_slurm_kills)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + HOUR);
	ck_assert_uint_eq(w.kills, 1);
	ck_assert(w.run.is_cut);
	ck_assert_int_eq(w.killed_ms, T0 + HOUR - 5 * SECOND);
}
END_TEST

START_TEST(uncaught_the_job_computes_until_just_before_the_end)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.catchers = 0;
	pass_until(&w, T0 + HOUR - 6 * SECOND);
	ck_assert(w.has_announced);
	ck_assert(!w.run.is_made);
	ck_assert_uint_eq(w.kills, 0);
	pass_until(&w, T0 + HOUR);
	ck_assert_uint_eq(w.kills, 1);
	ck_assert(w.run.is_cut);
}
END_TEST

START_TEST(the_last_word_is_for_programs_that_their_runtime_ends)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.catchers = 0;
	pass_until(&w, T0 + HOUR - 6 * SECOND);
	ck_assert(!w.run.is_last);
	/* Now the delivery finds one. */
	w.catchers = 1;
	pass_until(&w, T0 + HOUR - 4 * SECOND);
	ck_assert(w.run.is_last);
	ck_assert(w.run.is_made);
	ck_assert_int_eq(w.delivered_ms, T0 + HOUR - 5 * SECOND);
	ck_assert_uint_eq(w.kills, 0);
	tell_kind(&w, RUN_EV_PROGRAMS_ENDED);
	ck_assert_int_eq(w.run.phase, RUN_SAVED);
	tell_kind(&w, RUN_EV_SCRIPT_ENDED);
	ck_assert(w.is_finished);
	ck_assert_uint_eq(w.kills, 0);
	ck_assert(w.run.is_cut); /* it had its whole limit */
}
END_TEST

START_TEST(the_last_word_is_not_waited_for_beyond_the_end)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.catchers = 0;
	pass_until(&w, T0 + HOUR - 6 * SECOND);
	w.catchers = 1;
	pass_until(&w, T0 + HOUR + SECOND);
	ck_assert_uint_eq(w.kills, 1);
	ck_assert_int_eq(w.killed_ms, T0 + HOUR);
}
END_TEST

START_TEST(where_no_program_is_left_for_it_there_is_no_last_word)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.catchers = 0;
	pass_until(&w, T0 + HOUR);
	ck_assert_int_eq(w.killed_ms, T0 + HOUR - 5 * SECOND);
}
END_TEST

START_TEST(uncaught_is_said_once)
{
	struct world w;
	unsigned times = 0;

	begin(&w, HOUR, 600);
	w.catchers = 0;
	for (int64_t t = 0; t < HOUR; t += SECOND) {
		w.has_announced = false;
		pass_until(&w, T0 + t);
		times += w.has_announced;
	}
	ck_assert_uint_eq(times, 1);
	ck_assert_uint_gt(w.looks, 10);
}
END_TEST

START_TEST(a_program_that_catches_it_later_gets_it_then)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.catchers = 0;
	pass_until(&w, T0 + HOUR - 590 * SECOND);
	ck_assert_int_eq(w.run.phase, RUN_UNCAUGHT);
	w.catchers = 1;
	pass_until(&w, T0 + HOUR - 560 * SECOND);
	ck_assert_int_eq(w.run.phase, RUN_SAVING);
	ck_assert(w.run.is_made);
}
END_TEST

START_TEST(a_raised_limit_moves_the_request)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + 30 * MINUTE);
	w.end_ms = T0 + 2 * HOUR;
	pass_until(&w, T0 + 100 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 0);
	pass_until(&w, T0 + 110 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_int_eq(w.delivered_ms, T0 + 110 * MINUTE);
}
END_TEST

START_TEST(a_limit_raised_after_the_warning_counts)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + 49 * MINUTE);
	get_signal(&w, SIGURG);
	w.end_ms = T0 + 2 * HOUR;
	pass_until(&w, T0 + 100 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 0);
}
END_TEST

START_TEST(a_lowered_limit_is_noticed_through_urg)
{
	struct world w;

	begin(&w, 4 * HOUR, 600);
	pass_until(&w, T0 + 49 * MINUTE);
	w.end_ms = T0 + HOUR;
	get_signal(&w, SIGURG);
	pass_until(&w, T0 + 50 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(a_run_of_a_day_makes_a_few_queries)
{
	struct world w;

	begin(&w, 24 * HOUR, 600);
	pass_until(&w, T0 + 24 * HOUR - 640 * SECOND);
	get_signal(&w, SIGURG); /* as slurmctld sends it */
	pass_until(&w, T0 + 24 * HOUR - 590 * SECOND);
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_uint_le(w.queries, 3);
	ck_assert_uint_le(w.wakes, 10);
}
END_TEST

START_TEST(a_flood_of_urg_makes_one_query_a_second)
{
	struct world w;
	unsigned before;

	begin(&w, 4 * HOUR, 600);
	pass_until(&w, T0 + HOUR);
	before = w.queries;
	for (int i = 0; i < 500; i++) {
		get_signal(&w, SIGURG);
		pass_until(&w, w.now_ms + 10);
	}
	ck_assert_uint_ge(w.queries, before + 4);
	ck_assert_uint_le(w.queries, before + 6);
	/* The last of them isn't lost. */
	w.end_ms = w.now_ms + 610 * SECOND;
	get_signal(&w, SIGURG);
	pass_until(&w, w.now_ms + 15 * SECOND);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(a_flood_of_notices_makes_one_query_a_second)
{
	struct world w;
	unsigned before;

	begin(&w, 4 * HOUR, 600);
	pass_until(&w, T0 + HOUR);
	before = w.queries;
	for (int i = 0; i < 500; i++) {
		tell_kind(&w, RUN_EV_PREEMPT_NOTICE);
		pass_until(&w, w.now_ms + 10);
	}
	ck_assert_uint_le(w.queries, before + 6);
	w.is_preempting = true;
	tell_kind(&w, RUN_EV_PREEMPT_NOTICE);
	pass_until(&w, w.now_ms + 2 * SECOND);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(a_term_as_the_node_is_set_down_is_told_as_that)
{
	struct world w;

	begin(&w, 10 * HOUR, 600);
	pass_until(&w, T0 + HOUR);
	w.state = STATE_PENDING;
	w.is_node_down = true;
	get_signal(&w, SIGTERM);
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_int_eq(w.run.cause, CAUSE_NODE);
}
END_TEST

START_TEST(a_term_while_running_is_an_operators_request)
{
	struct world w;

	begin(&w, 10 * HOUR, 600);
	pass_until(&w, T0 + HOUR);
	get_signal(&w, SIGTERM);
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_int_eq(w.run.cause, CAUSE_OPERATOR);
	ck_assert(!w.run.has_term);
	/* and has one grace, no more */
	pass_until(&w, T0 + HOUR + 599 * SECOND);
	ck_assert_uint_eq(w.kills, 0);
	pass_until(&w, T0 + HOUR + 601 * SECOND);
	ck_assert_uint_eq(w.kills, 1);
}
END_TEST

START_TEST(after_an_operators_request_uncaught_the_job_goes_on)
{
	struct world w;

	begin(&w, 10 * HOUR, 600);
	w.catchers = 0;
	pass_until(&w, T0 + HOUR);
	get_signal(&w, SIGTERM);
	pass_until(&w, T0 + 2 * HOUR);
	ck_assert_uint_eq(w.kills, 0);
	ck_assert_int_eq(w.run.phase, RUN_COMPUTING);
	w.catchers = 1;
	pass_until(&w, T0 + 10 * HOUR - 599 * SECOND);
	ck_assert_int_eq(w.run.cause, CAUSE_LIMIT);
	ck_assert_uint_eq(w.deliveries, 2);
}
END_TEST

START_TEST(a_term_by_the_time_limit_leaves_the_killing_to_slurm)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.is_away = true; /* our own timer never knew the end */
	memset(&w.run, 0, sizeof(w.run));
	run_init(&w.run, 600);
	tell_kind(&w, RUN_EV_START);
	w.is_away = false;
	w.state = STATE_TIMEOUT;
	get_signal(&w, SIGTERM);
	ck_assert_int_eq(w.run.cause, CAUSE_LIMIT);
	ck_assert(w.run.has_term);
	pass_until(&w, w.now_ms + HOUR);
	ck_assert_uint_eq(w.kills, 0);
}
END_TEST

START_TEST(a_cancellation_is_known_as_one)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.state = STATE_CANCELLED;
	get_signal(&w, SIGTERM);
	ck_assert(w.run.is_cancelled);
	ck_assert_int_eq(w.run.cause, CAUSE_UNKNOWN);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(slurms_own_term_is_not_sent_twice)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.state = STATE_CANCELLED;
	w.term_reaches_all = true;
	get_signal(&w, SIGTERM);
	ck_assert(w.run.skips_delivery);
}
END_TEST

START_TEST(a_term_that_cant_be_explained_is_a_request_all_the_same)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.is_away = true;
	get_signal(&w, SIGTERM);
	ck_assert_int_eq(w.run.cause, CAUSE_UNKNOWN);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(a_preemption_that_a_reply_shows_is_a_request)
{
	struct world w;

	begin(&w, 10 * HOUR, 600);
	w.is_preempting = true;
	get_signal(&w, SIGURG);
	ck_assert_int_eq(w.run.cause, CAUSE_PREEMPT);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(an_end_without_its_term_is_a_request_after_a_moment)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + 10 * MINUTE);
	w.state = STATE_TIMEOUT;
	w.term_reaches_all = true;
	get_signal(&w, SIGURG);
	pass_until(&w, T0 + 10 * MINUTE + 2 * SECOND);
	ck_assert_uint_eq(w.deliveries, 0);
	pass_until(&w, T0 + 10 * MINUTE + 4 * SECOND);
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_int_eq(w.run.cause, CAUSE_LIMIT);
	ck_assert(!w.run.skips_delivery);
	/* and when it comes late */
	get_signal(&w, SIGTERM);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(a_notice_of_a_preemption_freezes_work_for_the_request)
{
	struct world w;

	begin(&w, 10 * HOUR, 600);
	w.is_preempting = true;
	tell_kind(&w, RUN_EV_PREEMPT_NOTICE);
	ck_assert_uint_eq(w.freezes, 1);
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_int_eq(w.run.cause, CAUSE_PREEMPT);
	/* then it is the request's */
	tell_kind(&w, RUN_EV_PREEMPT_NOTICE);
	pass_until(&w, T0 + MINUTE);
	ck_assert_uint_eq(w.thaws, 0);
	ck_assert_uint_eq(w.freezes, 1);
}
END_TEST

START_TEST(a_notice_of_something_else_thaws_work)
{
	struct world w;

	begin(&w, 10 * HOUR, 600);
	tell_kind(&w, RUN_EV_PREEMPT_NOTICE);
	ck_assert_uint_eq(w.freezes, 1);
	ck_assert_uint_eq(w.thaws, 1);
	ck_assert_uint_eq(w.deliveries, 0);
	ck_assert_int_eq(w.run.phase, RUN_COMPUTING);
}
END_TEST

START_TEST(nothing_is_frozen_for_long_while_slurmctld_is_away)
{
	struct world w;
	unsigned queries;

	begin(&w, 10 * HOUR, 600);
	queries = w.queries;
	w.is_away = true;
	tell_kind(&w, RUN_EV_PREEMPT_NOTICE);
	tell_kind(&w, RUN_EV_PREEMPT_NOTICE); /* the end of the same step */
	ck_assert_uint_eq(w.queries, queries + 1);
	ck_assert_uint_eq(w.freezes, 1);
	pass_until(&w, T0 + 9 * SECOND);
	ck_assert_uint_eq(w.thaws, 0);
	pass_until(&w, T0 + 10 * SECOND);
	ck_assert_uint_eq(w.thaws, 1);
	/* it is queried on, and may still reply */
	w.is_away = false;
	w.is_preempting = true;
	pass_until(&w, T0 + MINUTE);
	ck_assert_int_eq(w.run.cause, CAUSE_PREEMPT);
}
END_TEST

START_TEST(a_notice_is_newer_than_a_query_that_is_under_way)
{
	struct run_event event = {.kind = RUN_EV_SIGNAL, .signum = SIGURG};
	struct run_orders orders;
	struct world w;

	begin(&w, 10 * HOUR, 600);
	event.now_ms = T0 + MINUTE;
	run_step(&w.run, &event, &orders);
	ck_assert(orders.query);
	event.kind = RUN_EV_PREEMPT_NOTICE;
	run_step(&w.run, &event, &orders);
	ck_assert(orders.query);
}
END_TEST

START_TEST(a_term_freezes_work_until_its_request)
{
	struct world w;

	begin(&w, 10 * HOUR, 600);
	get_signal(&w, SIGTERM);
	ck_assert_uint_eq(w.freezes, 1);
	ck_assert_uint_eq(w.deliveries, 1);
	pass_until(&w, T0 + MINUTE);
	ck_assert_uint_eq(w.thaws, 0);
}
END_TEST

START_TEST(a_preemption_is_a_request_after_an_operators_uncaught)
{
	struct world w;

	begin(&w, 10 * HOUR, 600);
	w.catchers = 0;
	tell_kind(&w, RUN_EV_REQUEUE);
	ck_assert_int_eq(w.run.phase, RUN_UNCAUGHT);
	w.is_preempting = true;
	tell_kind(&w, RUN_EV_PREEMPT_NOTICE);
	ck_assert_int_eq(w.run.cause, CAUSE_PREEMPT);
}
END_TEST

START_TEST(a_second_term_is_no_second_request)
{
	struct world w;

	begin(&w, 10 * HOUR, 600);
	get_signal(&w, SIGTERM);
	get_signal(&w, SIGTERM);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(slurmctld_away_is_queried_again_with_longer_pauses)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.is_away = true;
	w.run.end_ms = 0;
	w.queries = 0;
	get_signal(&w, SIGURG);
	pass_until(&w, w.now_ms + HOUR);
	ck_assert_uint_ge(w.queries, 55);
	ck_assert_uint_le(w.queries, 70);
	/* and its reply counts when it is back */
	w.is_away = false;
	w.end_ms = w.now_ms + HOUR;
	pass_until(&w, w.now_ms + 2 * MINUTE);
	ck_assert_int_eq(w.run.end_ms, w.end_ms);
}
END_TEST

START_TEST(slurmctld_away_at_the_request_does_not_delay_it)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.is_away = true;
	pass_until(&w, T0 + HOUR - 600 * SECOND);
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_int_eq(w.delivered_ms, T0 + HOUR - 600 * SECOND);
}
END_TEST

START_TEST(a_run_without_a_limit_waits_for_slurm)
{
	struct world w;

	begin(&w, 0, 600);
	pass_until(&w, T0 + 1000 * HOUR);
	ck_assert_uint_eq(w.deliveries, 0);
	ck_assert_uint_eq(w.queries, 1);
}
END_TEST

START_TEST(a_run_cut_down_to_its_grace_still_gets_half)
{
	struct world w;

	begin(&w, 10 * MINUTE, 600);
	pass_until(&w, T0 + 5 * MINUTE - 1);
	ck_assert_uint_eq(w.deliveries, 0);
	pass_until(&w, T0 + 5 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(after_a_suspension_the_end_is_queried_again)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + 10 * MINUTE);
	w.end_ms += 30 * MINUTE; /* slurmctld moved it */
	w.now_ms = T0 + 40 * MINUTE;
	get_signal(&w, SIGCONT);
	pass_until(&w, w.now_ms + 5 * SECOND);
	ck_assert_int_eq(w.run.end_ms, T0 + 90 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 0);
}
END_TEST

START_TEST(a_suspension_over_the_request_moves_it)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + 40 * MINUTE);
	get_signal(&w, SIGTSTP);
	w.end_ms += 30 * MINUTE;
	w.now_ms = T0 + 70 * MINUTE;
	get_signal(&w, SIGCHLD); /* which may come first */
	ck_assert_uint_eq(w.deliveries, 0);
	get_signal(&w, SIGCONT);
	pass_until(&w, T0 + 80 * MINUTE - SECOND);
	ck_assert_uint_eq(w.deliveries, 0);
	pass_until(&w, T0 + 80 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(a_suspension_takes_nothing_from_the_grace)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + 51 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 1);
	w.end_ms += 30 * MINUTE;
	w.now_ms = T0 + 81 * MINUTE;
	get_signal(&w, SIGCONT);
	pass_until(&w, T0 + 89 * MINUTE);
	ck_assert_uint_eq(w.kills, 0);
	pass_until(&w, T0 + 90 * MINUTE);
	ck_assert_uint_eq(w.kills, 1);
}
END_TEST

START_TEST(after_a_suspension_the_old_end_holds_if_slurmctld_stays_away)
{
	struct world w;

	begin(&w, HOUR, 600);
	w.is_away = true;
	pass_until(&w, T0 + 51 * MINUTE);
	get_signal(&w, SIGCONT);
	pass_until(&w, T0 + HOUR);
	ck_assert_uint_eq(w.kills, 1);
}
END_TEST

START_TEST(after_sigcont_work_is_frozen_again)
{
	struct world w;

	begin(&w, HOUR, 600);
	get_signal(&w, SIGCONT);
	ck_assert_uint_eq(w.freezes_again, 0);
	pass_until(&w, T0 + HOUR - 590 * SECOND);
	get_signal(&w, SIGCONT);
	ck_assert_uint_eq(w.freezes_again, 1);
}
END_TEST

START_TEST(other_signals_go_to_the_script)
{
	struct world w;

	begin(&w, HOUR, 600);
	get_signal(&w, SIGUSR1);
	ck_assert_int_eq(w.forwarded, SIGUSR1);
	ck_assert_uint_eq(w.deliveries, 0);
}
END_TEST

START_TEST(a_signal_that_the_script_has_got_is_not_sent_on)
{
	const int signals[] = {SIGUSR1, SIGTSTP, SIGCONT};
	struct world w;

	begin(&w, HOUR, 600);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		tell(&w, (struct run_event){.kind = RUN_EV_SIGNAL,
					    .signum = signals[i],
					    .reaches_all = true});
	ck_assert_int_eq(w.forwarded, 0);
}
END_TEST

START_TEST(the_script_is_stopped_and_continued_with_the_supervisor)
{
	struct world w;

	begin(&w, HOUR, 600);
	get_signal(&w, SIGTSTP);
	ck_assert_int_eq(w.forwarded, SIGTSTP);
	get_signal(&w, SIGCONT);
	ck_assert_int_eq(w.forwarded, SIGCONT);
	ck_assert_uint_eq(w.deliveries, 0);
}
END_TEST

START_TEST(sigcont_does_not_thaw_a_script_that_is_frozen)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + HOUR - 590 * SECOND);
	w.forwarded = 0;
	get_signal(&w, SIGCONT);
	ck_assert_int_eq(w.forwarded, 0);
}
END_TEST

START_TEST(nothing_happens_after_the_end)
{
	struct world w;

	begin(&w, HOUR, 600);
	tell_kind(&w, RUN_EV_SCRIPT_ENDED);
	w.is_finished = false;
	get_signal(&w, SIGTERM);
	tell_kind(&w, RUN_EV_TICK);
	ck_assert(!w.is_finished);
	ck_assert_uint_eq(w.deliveries, 0);
	ck_assert_int_eq(w.orders.wake_ms, 0);
}
END_TEST

static void begin_with(struct world *w, int64_t limit_ms, int64_t interval_ms,
		       bool has_hook, bool has_files)
{
	begin(w, limit_ms, 600);
	run_init(&w->run, 600);
	w->run.interval_ms = interval_ms;
	w->run.has_hook = has_hook;
	w->run.has_files = has_files;
	w->queries = 0;
	tell_kind(w, RUN_EV_START);
}

START_TEST(the_hook_runs_before_the_signal)
{
	struct world w;

	begin_with(&w, HOUR, 0, true, false);
	pass_until(&w, T0 + 50 * MINUTE);
	ck_assert_uint_eq(w.hooks, 1);
	ck_assert_uint_eq(w.deliveries, 0);
	w.now_ms += 3 * SECOND;
	tell_kind(&w, RUN_EV_HOOK_ENDED);
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_uint_eq(w.hooks, 1);
}
END_TEST

START_TEST(a_hook_that_hangs_has_half_of_the_grace)
{
	struct world w;

	begin_with(&w, HOUR, 0, true, false);
	pass_until(&w, T0 + 55 * MINUTE - 1);
	ck_assert_uint_eq(w.deliveries, 0);
	pass_until(&w, T0 + 55 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(after_slurms_term_hook_and_signal_go_at_once)
{
	struct world w;

	begin_with(&w, HOUR, 0, true, false);
	w.state = STATE_CANCELLED;
	get_signal(&w, SIGTERM);
	ck_assert_uint_eq(w.hooks, 1);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(slurms_term_cuts_the_hook_short)
{
	struct world w;

	begin_with(&w, HOUR, 0, true, false);
	pass_until(&w, T0 + 50 * MINUTE);
	w.state = STATE_TIMEOUT;
	get_signal(&w, SIGTERM);
	ck_assert_uint_eq(w.hooks, 1);
	ck_assert_uint_eq(w.deliveries, 1);
}
END_TEST

START_TEST(saves_come_at_intervals_after_the_last_save)
{
	struct world w;

	begin_with(&w, 10 * HOUR, 10 * MINUTE, false, false);
	pass_until(&w, T0 + 10 * MINUTE);
	ck_assert_uint_eq(w.saves, 1);
	/* no second one while it is under way */
	pass_until(&w, T0 + 25 * MINUTE);
	ck_assert_uint_eq(w.saves, 1);
	tell(&w, (struct run_event){.kind = RUN_EV_SAVED});
	pass_until(&w, T0 + 35 * MINUTE - 1);
	ck_assert_uint_eq(w.saves, 1);
	pass_until(&w, T0 + 35 * MINUTE);
	ck_assert_uint_eq(w.saves, 2);
	/* the program has saved by itself since: later then */
	tell(&w, (struct run_event){.kind = RUN_EV_SAVED,
				    .saved_ms = T0 + 30 * MINUTE});
	pass_until(&w, T0 + 40 * MINUTE);
	ck_assert_uint_eq(w.saves, 3);
	ck_assert_uint_eq(w.deliveries, 0);
}
END_TEST

START_TEST(scheckpoint_now_is_one_save_and_no_request)
{
	struct world w;

	begin_with(&w, 10 * HOUR, 0, false, false);
	tell_kind(&w, RUN_EV_SAVE_NOW);
	ck_assert_uint_eq(w.saves, 1);
	tell_kind(&w, RUN_EV_SAVED);
	pass_until(&w, T0 + HOUR);
	ck_assert_uint_eq(w.saves, 1);
	ck_assert_int_eq(w.run.phase, RUN_COMPUTING);
}
END_TEST

START_TEST(no_save_by_interval_while_a_request_is_pending)
{
	struct world w;

	begin_with(&w, HOUR, 10 * MINUTE, false, false);
	for (int i = 1; i <= 5; i++) {
		pass_until(&w, T0 + i * 10 * MINUTE);
		tell_kind(&w, RUN_EV_SAVED);
	}
	ck_assert_uint_eq(w.deliveries, 1);
	unsigned saves = w.saves;

	pass_until(&w, T0 + 59 * MINUTE);
	ck_assert_uint_eq(w.saves, saves);
}
END_TEST

/* A request that no program catches changes nothing: the job computes on, and
 * so do its saves. */
START_TEST(saves_go_on_after_a_request_that_no_program_caught)
{
	struct world w;

	begin_with(&w, 10 * HOUR, 5 * MINUTE, false, false);
	w.catchers = 0;
	tell_kind(&w, RUN_EV_REQUEUE);
	ck_assert_int_eq(w.run.phase, RUN_UNCAUGHT);
	pass_until(&w, T0 + 5 * MINUTE);
	ck_assert_uint_eq(w.saves, 1);
	tell_kind(&w, RUN_EV_SAVED);
	pass_until(&w, T0 + HOUR);
	ck_assert_int_eq(w.run.phase, RUN_COMPUTING);
	ck_assert_uint_eq(w.saves, 2);
	tell_kind(&w, RUN_EV_SAVED);
	pass_until(&w, T0 + 2 * HOUR);
	ck_assert_uint_eq(w.saves, 3);
}
END_TEST

/* It falls due while the hook of a request runs. */
START_TEST(an_interval_that_falls_due_in_a_request_is_not_forgotten)
{
	struct world w;

	begin_with(&w, 10 * HOUR, 5 * MINUTE, true, false);
	w.catchers = 0;
	pass_until(&w, T0 + 4 * MINUTE);
	tell_kind(&w, RUN_EV_REQUEUE);
	pass_until(&w, T0 + 6 * MINUTE);
	ck_assert_uint_eq(w.saves, 0);
	tell_kind(&w, RUN_EV_HOOK_ENDED);
	ck_assert_int_eq(w.run.phase, RUN_UNCAUGHT);
	ck_assert_uint_eq(w.saves, 1);
	ck_assert(!w.orders.save_now);
}
END_TEST

START_TEST(scheckpoint_now_is_not_dropped_while_a_request_is_pending)
{
	struct world w;

	begin_with(&w, 10 * HOUR, 0, true, false);
	w.catchers = 0;
	tell_kind(&w, RUN_EV_REQUEUE);
	ck_assert_int_eq(w.run.phase, RUN_HOOK);
	tell_kind(&w, RUN_EV_SAVE_NOW);
	ck_assert_uint_eq(w.saves, 0);
	tell_kind(&w, RUN_EV_HOOK_ENDED);
	ck_assert_uint_eq(w.saves, 1);
	ck_assert(w.orders.save_now);
	/* nor while a save is under way: that may hold an older state */
	tell_kind(&w, RUN_EV_SAVE_NOW);
	ck_assert_uint_eq(w.saves, 1);
	tell_kind(&w, RUN_EV_SAVED);
	ck_assert_uint_eq(w.saves, 2);
	tell_kind(&w, RUN_EV_SAVED);
	pass_until(&w, T0 + HOUR);
	ck_assert_uint_eq(w.saves, 2);
}
END_TEST

/* Programs that were killed save no more, and neither do those that are about
 * to end. */
START_TEST(no_save_is_made_when_the_run_ends)
{
	struct world w;

	begin_with(&w, HOUR, 0, false, false);
	pass_until(&w, T0 + 51 * MINUTE);
	ck_assert_int_eq(w.run.phase, RUN_SAVING);
	tell_kind(&w, RUN_EV_SAVE_NOW);
	tell_kind(&w, RUN_EV_PROGRAMS_ENDED);
	tell_kind(&w, RUN_EV_SCRIPT_ENDED);
	ck_assert(w.is_finished);
	ck_assert_uint_eq(w.saves, 0);
	begin_with(&w, HOUR, 0, false, false);
	w.catchers = 0;
	w.state = STATE_TIMEOUT;
	get_signal(&w, SIGTERM);
	tell_kind(&w, RUN_EV_SAVE_NOW);
	ck_assert_uint_eq(w.saves, 0);
}
END_TEST

/* Software that writes its files by itself catches no signal. */
START_TEST(an_operators_request_ends_a_job_whose_files_are_taken)
{
	struct world w;

	begin_with(&w, 10 * HOUR, 0, false, true);
	w.catchers = 0;
	pass_until(&w, T0 + HOUR);
	tell_kind(&w, RUN_EV_REQUEUE);
	pass_until(&w, T0 + HOUR + 5 * MINUTE);
	ck_assert_uint_eq(w.kills, 0);
	/* once more: its time doesn't begin again */
	tell_kind(&w, RUN_EV_REQUEUE);
	pass_until(&w, T0 + HOUR + 11 * MINUTE);
	ck_assert_uint_eq(w.kills, 1);
	ck_assert_int_le(w.killed_ms, T0 + HOUR + 601 * SECOND);
	ck_assert_int_eq(w.run.cause, CAUSE_OPERATOR);
	tell_kind(&w, RUN_EV_SCRIPT_ENDED);
	ck_assert_uint_eq(w.collects, 1);
	tell_kind(&w, RUN_EV_COLLECTED);
	ck_assert(w.is_finished);
}
END_TEST

START_TEST(files_are_collected_when_all_have_ended)
{
	struct world w;

	begin_with(&w, HOUR, 0, false, true);
	pass_until(&w, T0 + 51 * MINUTE);
	tell_kind(&w, RUN_EV_PROGRAMS_ENDED);
	ck_assert_uint_eq(w.collects, 0);
	tell_kind(&w, RUN_EV_SCRIPT_ENDED);
	ck_assert_uint_eq(w.collects, 1);
	ck_assert(!w.is_finished);
	tell_kind(&w, RUN_EV_COLLECTED);
	ck_assert(w.is_finished);
	ck_assert_uint_eq(w.collects, 1);
}
END_TEST

START_TEST(collecting_never_outlasts_the_run)
{
	struct world w;

	begin_with(&w, HOUR, 0, false, true);
	pass_until(&w, T0 + 51 * MINUTE);
	tell_kind(&w, RUN_EV_SCRIPT_ENDED);
	tell_kind(&w, RUN_EV_PROGRAMS_ENDED);
	pass_until(&w, T0 + HOUR);
	ck_assert(w.is_finished);
}
END_TEST

START_TEST(scheckpoint_requeue_is_an_operators_request)
{
	struct world w;

	begin(&w, 10 * HOUR, 600);
	tell_kind(&w, RUN_EV_REQUEUE);
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_int_eq(w.run.cause, CAUSE_OPERATOR);
}
END_TEST

/* The node's clock is set.  slurmctld's is not, but the times of its replies
 * are converted to ours. */
static void jump(struct world *w, int64_t by_ms)
{
	w->now_ms += by_ms;
	w->end_ms += by_ms;
}

START_TEST(a_clock_that_is_put_forward_does_not_end_a_run)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + 10 * MINUTE);
	jump(&w, 5 * HOUR);
	tell_kind(&w, RUN_EV_TICK);
	ck_assert_uint_eq(w.deliveries, 0);
	ck_assert_uint_eq(w.kills, 0);
	pass_until(&w, T0 + 5 * HOUR + 50 * MINUTE - 1);
	ck_assert_uint_eq(w.deliveries, 0);
	pass_until(&w, T0 + 5 * HOUR + 50 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 1);
	pass_until(&w, T0 + 7 * HOUR);
	ck_assert_int_eq(w.killed_ms, T0 + 6 * HOUR - 5 * SECOND);
}
END_TEST

START_TEST(a_clock_that_is_put_forward_does_not_end_a_save)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + 51 * MINUTE);
	ck_assert_int_eq(w.run.phase, RUN_SAVING);
	jump(&w, 5 * HOUR);
	tell_kind(&w, RUN_EV_TICK);
	ck_assert_uint_eq(w.kills, 0);
	pass_until(&w, T0 + 7 * HOUR);
	ck_assert_int_eq(w.killed_ms, T0 + 6 * HOUR - 5 * SECOND);
}
END_TEST

START_TEST(a_jump_without_a_reply_leaves_time_to_save)
{
	struct world w;
	unsigned queries;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + 10 * MINUTE);
	w.is_away = true;
	queries = w.queries;
	jump(&w, 5 * HOUR);
	tell_kind(&w, RUN_EV_TICK);
	ck_assert_uint_eq(w.queries, queries + 1);
	/* What is known must do. */
	ck_assert_uint_eq(w.deliveries, 1);
	ck_assert_int_eq(w.delivered_ms, w.now_ms);
	pass_until(&w, w.now_ms + HOUR);
	ck_assert_int_eq(w.killed_ms, w.delivered_ms + 30 * SECOND);
}
END_TEST

START_TEST(a_jump_within_a_save_without_a_reply_leaves_time)
{
	struct world w;
	int64_t jumped_ms;

	begin(&w, HOUR, 40);
	pass_until(&w, T0 + HOUR - 39 * SECOND);
	ck_assert_int_eq(w.run.phase, RUN_SAVING);
	w.is_away = true;
	jump(&w, 5 * HOUR);
	jumped_ms = w.now_ms;
	tell_kind(&w, RUN_EV_TICK);
	ck_assert_uint_eq(w.kills, 0);
	pass_until(&w, w.now_ms + HOUR);
	ck_assert_int_eq(w.killed_ms, jumped_ms + 30 * SECOND);
}
END_TEST

START_TEST(a_clock_that_is_put_back_delays_nothing)
{
	struct world w;

	begin(&w, 3 * HOUR, 600);
	pass_until(&w, T0 + 2 * HOUR);
	tell_kind(&w, RUN_EV_TICK);
	jump(&w, -HOUR);
	tell_kind(&w, RUN_EV_TICK);
	pass_until(&w, T0 + 110 * MINUTE - 1);
	ck_assert_uint_eq(w.deliveries, 0);
	pass_until(&w, T0 + 110 * MINUTE);
	ck_assert_uint_eq(w.deliveries, 1);
	/* Once more, while it is saving. */
	jump(&w, -HOUR);
	tell_kind(&w, RUN_EV_TICK);
	ck_assert_uint_eq(w.deliveries, 1);
	pass_until(&w, T0 + 2 * HOUR);
	ck_assert_int_eq(w.killed_ms, T0 + HOUR - 5 * SECOND);
}
END_TEST

START_TEST(a_request_that_comes_late_leaves_time_to_save)
{
	struct world w;

	begin(&w, HOUR, 600);
	pass_until(&w, T0 + 10 * MINUTE);
	w.end_ms = w.now_ms + 3 * SECOND; /* the limit was lowered */
	get_signal(&w, SIGURG);
	ck_assert_uint_eq(w.deliveries, 1);
	pass_until(&w, T0 + HOUR);
	ck_assert_int_eq(w.killed_ms, w.delivered_ms + 30 * SECOND);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run");
	TCase *tc = tcase_create("run");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, the_request_comes_exactly_one_grace_before_the_end);
	tcase_add_test(tc, a_program_that_saves_ends_the_run);
	tcase_add_test(
		tc, a_script_that_dies_first_does_not_end_programs_that_save);
	tcase_add_test(
		tc, a_script_that_dies_of_slurms_term_does_not_end_them_either);
	tcase_add_test(
		tc, a_program_that_does_not_catch_slurms_term_is_not_awaited);
	tcase_add_test(tc, a_script_that_ends_by_itself_ends_the_run_at_once);
	tcase_add_test(tc,
		       a_save_that_takes_too_long_is_cut_before_slurm_kills);
	tcase_add_test(tc, uncaught_the_job_computes_until_just_before_the_end);
	tcase_add_test(tc,
		       the_last_word_is_for_programs_that_their_runtime_ends);
	tcase_add_test(tc, the_last_word_is_not_waited_for_beyond_the_end);
	tcase_add_test(tc,
		       where_no_program_is_left_for_it_there_is_no_last_word);
	tcase_add_test(tc, uncaught_is_said_once);
	tcase_add_test(tc, a_program_that_catches_it_later_gets_it_then);
	tcase_add_test(tc, a_raised_limit_moves_the_request);
	tcase_add_test(tc, a_limit_raised_after_the_warning_counts);
	tcase_add_test(tc, a_lowered_limit_is_noticed_through_urg);
	tcase_add_test(tc, a_run_of_a_day_makes_a_few_queries);
	tcase_add_test(tc, a_flood_of_urg_makes_one_query_a_second);
	tcase_add_test(tc, a_flood_of_notices_makes_one_query_a_second);
	tcase_add_test(tc, a_term_as_the_node_is_set_down_is_told_as_that);
	tcase_add_test(tc, a_term_while_running_is_an_operators_request);
	tcase_add_test(tc, after_an_operators_request_uncaught_the_job_goes_on);
	tcase_add_test(tc,
		       a_term_by_the_time_limit_leaves_the_killing_to_slurm);
	tcase_add_test(tc, a_cancellation_is_known_as_one);
	tcase_add_test(tc, slurms_own_term_is_not_sent_twice);
	tcase_add_test(tc,
		       a_term_that_cant_be_explained_is_a_request_all_the_same);
	tcase_add_test(tc, a_preemption_that_a_reply_shows_is_a_request);
	tcase_add_test(tc, an_end_without_its_term_is_a_request_after_a_moment);
	tcase_add_test(tc,
		       a_notice_of_a_preemption_freezes_work_for_the_request);
	tcase_add_test(tc, a_notice_of_something_else_thaws_work);
	tcase_add_test(tc, nothing_is_frozen_for_long_while_slurmctld_is_away);
	tcase_add_test(tc, a_notice_is_newer_than_a_query_that_is_under_way);
	tcase_add_test(tc, a_term_freezes_work_until_its_request);
	tcase_add_test(tc,
		       a_preemption_is_a_request_after_an_operators_uncaught);
	tcase_add_test(tc, a_second_term_is_no_second_request);
	tcase_add_test(tc, slurmctld_away_is_queried_again_with_longer_pauses);
	tcase_add_test(tc, slurmctld_away_at_the_request_does_not_delay_it);
	tcase_add_test(tc, a_run_without_a_limit_waits_for_slurm);
	tcase_add_test(tc, a_run_cut_down_to_its_grace_still_gets_half);
	tcase_add_test(tc, after_a_suspension_the_end_is_queried_again);
	tcase_add_test(tc, a_suspension_over_the_request_moves_it);
	tcase_add_test(tc, a_suspension_takes_nothing_from_the_grace);
	tcase_add_test(
		tc,
		after_a_suspension_the_old_end_holds_if_slurmctld_stays_away);
	tcase_add_test(tc, after_sigcont_work_is_frozen_again);
	tcase_add_test(tc, other_signals_go_to_the_script);
	tcase_add_test(tc, a_signal_that_the_script_has_got_is_not_sent_on);
	tcase_add_test(tc,
		       the_script_is_stopped_and_continued_with_the_supervisor);
	tcase_add_test(tc, sigcont_does_not_thaw_a_script_that_is_frozen);
	tcase_add_test(tc, nothing_happens_after_the_end);
	tcase_add_test(tc, the_hook_runs_before_the_signal);
	tcase_add_test(tc, a_hook_that_hangs_has_half_of_the_grace);
	tcase_add_test(tc, after_slurms_term_hook_and_signal_go_at_once);
	tcase_add_test(tc, slurms_term_cuts_the_hook_short);
	tcase_add_test(tc, saves_come_at_intervals_after_the_last_save);
	tcase_add_test(tc, scheckpoint_now_is_one_save_and_no_request);
	tcase_add_test(tc, no_save_by_interval_while_a_request_is_pending);
	tcase_add_test(tc, saves_go_on_after_a_request_that_no_program_caught);
	tcase_add_test(
		tc, an_interval_that_falls_due_in_a_request_is_not_forgotten);
	tcase_add_test(
		tc, scheckpoint_now_is_not_dropped_while_a_request_is_pending);
	tcase_add_test(tc, no_save_is_made_when_the_run_ends);
	tcase_add_test(tc,
		       an_operators_request_ends_a_job_whose_files_are_taken);
	tcase_add_test(tc, files_are_collected_when_all_have_ended);
	tcase_add_test(tc, collecting_never_outlasts_the_run);
	tcase_add_test(tc, scheckpoint_requeue_is_an_operators_request);
	tcase_add_test(tc, a_clock_that_is_put_forward_does_not_end_a_run);
	tcase_add_test(tc, a_clock_that_is_put_forward_does_not_end_a_save);
	tcase_add_test(tc, a_jump_without_a_reply_leaves_time_to_save);
	tcase_add_test(tc, a_jump_within_a_save_without_a_reply_leaves_time);
	tcase_add_test(tc, a_clock_that_is_put_back_delays_nothing);
	tcase_add_test(tc, a_request_that_comes_late_leaves_time_to_save);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
