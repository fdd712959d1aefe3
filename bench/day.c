/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * day.c: how often a supervisor wakes up and queries slurmctld in a run of a
 * day, up to the end of a save of 10 s.  It steps the run in simulated time.
 *
 * day			prints two numbers: wake-ups and queries
 * day poll		the same where it must poll for preemptions
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "requeue/policy/run.h"

#define SECOND_MS  INT64_C(1000)
#define DAY_MS	   (86400 * SECOND_MS)
#define T0	   (INT64_C(1800000000) * SECOND_MS)
#define GRACE_S	   600
#define SAVE_S	   10
#define WARNING_MS (640 * SECOND_MS) /* slurmctld's URG comes early */

struct day {
	struct run run;
	struct run_orders orders;
	int64_t now_ms;
	unsigned wakes, queries;
};

static void tell(struct day *day, struct run_event event)
{
	event.now_ms = day->now_ms;
	run_step(&day->run, &event, &day->orders);
	if (day->orders.deliver || day->orders.look_again)
		tell(day,
		     (struct run_event){.kind = RUN_EV_DELIVERED, .count = 1});
	if (!day->orders.query)
		return;
	day->queries++;
	day->wakes++; /* the reply */
	tell(day,
	     (struct run_event){
		     .kind = RUN_EV_REPLY,
		     .view = {.state = STATE_RUNNING, .end_ms = T0 + DAY_MS},
	     });
}

static void wake(struct day *day, enum run_event_kind kind, int signum)
{
	day->wakes++;
	tell(day, (struct run_event){.kind = kind, .signum = signum});
}

static void pass_until(struct day *day, int64_t until_ms)
{
	while (day->orders.wake_ms && day->orders.wake_ms <= until_ms) {
		day->now_ms = day->orders.wake_ms;
		wake(day, RUN_EV_TICK, 0);
	}
	day->now_ms = until_ms;
}

int main(int argc, char **argv)
{
	struct day day = {.now_ms = T0};

	run_init(&day.run, GRACE_S);
	if (argc > 1 && !strcmp(argv[1], "poll"))
		day.run.poll_ms = 60 * SECOND_MS;
	wake(&day, RUN_EV_START, 0);
	pass_until(&day, T0 + DAY_MS - WARNING_MS);
	wake(&day, RUN_EV_SIGNAL, SIGURG);
	pass_until(&day, T0 + DAY_MS - (GRACE_S - SAVE_S) * SECOND_MS);
	wake(&day, RUN_EV_PROGRAMS_ENDED, 0);
	wake(&day, RUN_EV_SCRIPT_ENDED, 0);
	printf("%u %u\n", day.wakes, day.queries);
	return day.run.phase != RUN_ENDED;
}
