/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The supervisor's queue of events. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>

#include "requeue/supervise/events.h"

static void post_signal(struct events *events, int signum)
{
	const struct run_event event = {
		.kind = RUN_EV_SIGNAL,
		.signum = signum,
	};

	ck_assert(events_post(events, &event));
}

static void expect_signal(struct events *events, int signum)
{
	struct run_event event;

	ck_assert(events_take(events, &event));
	ck_assert_int_eq(event.kind, RUN_EV_SIGNAL);
	ck_assert_int_eq(event.signum, signum);
}

START_TEST(an_empty_queue_has_no_event)
{
	struct run_event event = {.kind = RUN_EV_SAVE_NOW};
	struct events events = {0};

	ck_assert(!events_take(&events, &event));
	ck_assert_int_eq(event.kind, RUN_EV_SAVE_NOW);
}
END_TEST

START_TEST(events_come_out_in_the_order_in_which_they_were_posted)
{
	struct events events = {0};
	struct run_event event;

	post_signal(&events, SIGTERM);
	ck_assert(events_post_kind(&events, RUN_EV_NO_REPLY));
	post_signal(&events, SIGCONT);
	expect_signal(&events, SIGTERM);
	ck_assert(events_take(&events, &event));
	ck_assert_int_eq(event.kind, RUN_EV_NO_REPLY);
	expect_signal(&events, SIGCONT);
	ck_assert(!events_take(&events, &event));
}
END_TEST

/* As when an order posts an event while others wait. */
START_TEST(an_event_posted_meanwhile_comes_after_those_that_wait)
{
	struct events events = {0};

	post_signal(&events, 1);
	post_signal(&events, 2);
	expect_signal(&events, 1);
	post_signal(&events, 3);
	expect_signal(&events, 2);
	expect_signal(&events, 3);
}
END_TEST

START_TEST(a_posted_event_is_a_copy)
{
	struct run_event event = {.kind = RUN_EV_SIGNAL, .signum = SIGTERM};
	struct events events = {0};

	ck_assert(events_post(&events, &event));
	event.signum = SIGUSR1;
	expect_signal(&events, SIGTERM);
}
END_TEST

START_TEST(a_full_queue_refuses_the_newest_event)
{
	struct events events = {0};
	struct run_event event;

	for (int i = 0; i < EVENTS_MAX; i++)
		post_signal(&events, i);
	ck_assert(!events_post_kind(&events, RUN_EV_TICK));
	for (int i = 0; i < EVENTS_MAX; i++)
		expect_signal(&events, i);
	ck_assert(!events_take(&events, &event));
}
END_TEST

START_TEST(a_queue_lasts_for_more_events_than_it_holds)
{
	struct events events = {0};

	post_signal(&events, 0);
	for (int i = 0; i < 10 * EVENTS_MAX; i++) {
		post_signal(&events, i + 1);
		expect_signal(&events, i);
	}
	ck_assert_uint_eq(events.count, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("events");
	TCase *tc = tcase_create("events");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, an_empty_queue_has_no_event);
	tcase_add_test(tc,
		       events_come_out_in_the_order_in_which_they_were_posted);
	tcase_add_test(tc,
		       an_event_posted_meanwhile_comes_after_those_that_wait);
	tcase_add_test(tc, a_posted_event_is_a_copy);
	tcase_add_test(tc, a_full_queue_refuses_the_newest_event);
	tcase_add_test(tc, a_queue_lasts_for_more_events_than_it_holds);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
