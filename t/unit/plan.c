/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c: the limit, minimum and delay of the next run, and their bounds. */
#include "requeue/policy/plan.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

/* A case overrides what it is about. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define RUNS_MOST 4
#define START(n)  (((n) + 1) * 100000)
/* Asked after ask_s seconds, saved 10 s later. */
#define RUN(n, ask_s, ...)                                                     \
	{                                                                      \
		.run = (n), .started_s = START(n),                             \
		.ended_s = START(n) + (ask_s) + 30, .cause = CAUSE_LIMIT,      \
		.request_s = START(n) + (ask_s), .versions = 1,                \
		.saved_s = START(n) + (ask_s) + 10, .progress = -1,            \
		.restored_progress = -1, __VA_ARGS__                           \
	}
#define NOTHING	  .versions = 0, .saved_s = 0
#define RUNS(...) .runs = {__VA_ARGS__}

struct test_case {
	const char *name;
	struct run_record runs[RUNS_MOST];
	size_t count; /* 0: one */
	int64_t submitted_min;
	int64_t total_s;
	int64_t min_s;
	bool is_full_limit;
	bool follows_waits;
	/* ---- what must come out ---- */
	int64_t limit_min;
	int64_t time_min_min;
	int64_t remaining_s;
	int64_t used_s;
};

/* The grace is 60 s in all of them. */
static const struct test_case cases[] = {
	{"nothing known: the submitted limit", RUNS(RUN(0, 3000)),
	 .submitted_min = 60, .limit_min = 60, .time_min_min = 20,
	 .remaining_s = -1, .used_s = 3000},
	{"nothing known and no limit: left alone", RUNS(RUN(0, 3000)),
	 .remaining_s = -1, .used_s = 3000},
	{"total less time used, plus the grace", RUNS(RUN(0, 3000)),
	 .submitted_min = 60, .total_s = 4800, .limit_min = 31,
	 .time_min_min = 20, .remaining_s = 1800, .used_s = 3000},
	{"minutes are rounded up", RUNS(RUN(0, 3000)), .submitted_min = 60,
	 .total_s = 4801, .limit_min = 32, .time_min_min = 20,
	 .remaining_s = 1801, .used_s = 3000},
	{"never above the submitted limit", RUNS(RUN(0, 3000)),
	 .submitted_min = 60, .total_s = 90000, .limit_min = 60,
	 .time_min_min = 20, .remaining_s = 87000, .used_s = 3000},
	{"a total makes a limit where none was submitted", RUNS(RUN(0, 3000)),
	 .total_s = 4800, .limit_min = 31, .time_min_min = 20,
	 .remaining_s = 1800, .used_s = 3000},
	{"runs add up", RUNS(RUN(0, 3000), RUN(1, 600), RUN(2, 300)),
	 .count = 3, .submitted_min = 60, .total_s = 4800, .limit_min = 16,
	 .time_min_min = 16, .remaining_s = 900, .used_s = 3900},
	{"the measured cost of a restart is added, and not charged",
	 RUNS(RUN(0, 3000), RUN(1, 700, .restart_cost_s = 100)), .count = 2,
	 .submitted_min = 60, .total_s = 4800, .limit_min = 23,
	 .time_min_min = 20, .remaining_s = 1200, .used_s = 3600},
	{"lost work is not time used",
	 RUNS(RUN(0, 3000), RUN(1, 3000, NOTHING)), .count = 2,
	 .submitted_min = 60, .total_s = 4800, .limit_min = 31,
	 .time_min_min = 20, .remaining_s = 1800, .used_s = 3000},
	{"an answered request counts without a version",
	 RUNS(RUN(0, 3000, NOTHING, .has_complied = true)), .submitted_min = 60,
	 .total_s = 4800, .limit_min = 31, .time_min_min = 20,
	 .remaining_s = 1800, .used_s = 3000},
	{"a request after which nothing was written doesn't count",
	 RUNS(RUN(0, 3000), RUN(1, 3000, NOTHING, .has_complied = true,
				.evidence = EVIDENCE_NONE)),
	 .count = 2, .submitted_min = 60, .total_s = 4800, .limit_min = 31,
	 .time_min_min = 20, .remaining_s = 1800, .used_s = 3000},
	{"an answered request outdoes an earlier version",
	 RUNS(RUN(0, 3000, .saved_s = START(0) + 2000, .has_complied = true)),
	 .submitted_min = 60, .limit_min = 60, .time_min_min = 20,
	 .remaining_s = -1, .used_s = 3000},
	{"an unanswered request does not",
	 RUNS(RUN(0, 3000, .saved_s = START(0) + 2000)), .submitted_min = 60,
	 .limit_min = 60, .time_min_min = 20, .remaining_s = -1,
	 .used_s = 2000},
	{"a version long after an interval request counts in full",
	 RUNS(RUN(0, 600, .cause = CAUSE_INTERVAL, .saved_s = START(0) + 2000)),
	 .submitted_min = 60, .limit_min = 28, .time_min_min = 20,
	 .remaining_s = 1600, .used_s = 2000},
	{"the exit code counts to the end of its run",
	 RUNS(RUN(0, 0, NOTHING, .request_s = 0, .cause = CAUSE_NONE,
		  .code = 85, .ended_s = START(0) + 1800)),
	 .submitted_min = 60, .limit_min = 31, .time_min_min = 20,
	 .remaining_s = 1800, .used_s = 1800},

	/* progress */
	{"the rate of the first run tells what remains, a tenth more",
	 RUNS(RUN(0, 3000, .progress = 0.75)), .submitted_min = 60,
	 .limit_min = 20, .time_min_min = 20, .remaining_s = 1101,
	 .used_s = 3000},
	{"progress counts from what the run had restored",
	 RUNS(RUN(0, 3000, .progress = 0.5),
	      RUN(1, 1000, .progress = 0.75, .restored = 1,
		  .restored_progress = 0.5)),
	 .count = 2, .submitted_min = 60, .limit_min = 20, .time_min_min = 20,
	 .remaining_s = 1101, .used_s = 4000},
	{"progress and total: the less", RUNS(RUN(0, 3000, .progress = 0.75)),
	 .submitted_min = 60, .total_s = 3600, .limit_min = 11,
	 .time_min_min = 11, .remaining_s = 600, .used_s = 3000},
	{"progress that does not grow is ignored",
	 RUNS(RUN(0, 3000, .progress = 0.5),
	      RUN(1, 1000, .progress = 0.5, .restored = 1,
		  .restored_progress = 0.5)),
	 .count = 2, .submitted_min = 60, .limit_min = 60, .time_min_min = 20,
	 .remaining_s = -1, .used_s = 4000},
	{"progress above 1 is ignored", RUNS(RUN(0, 3000, .progress = 1.5)),
	 .submitted_min = 60, .limit_min = 60, .time_min_min = 20,
	 .remaining_s = -1, .used_s = 3000},
	{"progress that is not a number is ignored",
	 RUNS(RUN(0, 3000, .progress = NAN)), .submitted_min = 60,
	 .limit_min = 60, .time_min_min = 20, .remaining_s = -1,
	 .used_s = 3000},
	{"progress from an unknown start is ignored",
	 RUNS(RUN(0, 3000, .progress = 0.75, .restored = 3)),
	 .submitted_min = 60, .limit_min = 60, .time_min_min = 20,
	 .remaining_s = -1, .used_s = 3000},
	{"progress next to none gives the submitted limit",
	 RUNS(RUN(0, 3000, .progress = 1e-300)), .submitted_min = 60,
	 .limit_min = 60, .time_min_min = 20,
	 .remaining_s = (int64_t)100 * 366 * 86400, .used_s = 3000},
	{"all done: a minute and the grace", RUNS(RUN(0, 3000, .progress = 1)),
	 .submitted_min = 60, .limit_min = 2, .time_min_min = 2,
	 .remaining_s = 1, .used_s = 3000},
	{"all but done, of a limit of minutes: a tenth of it and the grace",
	 RUNS(RUN(0, 180, .progress = 1, .restart_cost_s = 5)),
	 .submitted_min = 4, .limit_min = 2, .time_min_min = 2,
	 .remaining_s = 1, .used_s = 175},
	{"the last second of a job gets a minute beside grace and restart",
	 RUNS(RUN(0, 3059, .progress = 1, .restart_cost_s = 59)),
	 .submitted_min = 60, .limit_min = 3, .time_min_min = 3,
	 .remaining_s = 1, .used_s = 3000},
	{"a run that saved nothing leaves the estimate as it was",
	 RUNS(RUN(0, 3000, .progress = 0.75),
	      RUN(1, 900, NOTHING, .progress = 0.9, .restored = 1,
		  .restored_progress = 0.75)),
	 .count = 2, .submitted_min = 60, .limit_min = 20, .time_min_min = 20,
	 .remaining_s = 1101, .used_s = 3000},

	/* no run reached its limit */
	{"a preempted job needs what is left of its limit",
	 RUNS(RUN(0, 1800, .cause = CAUSE_PREEMPT)), .submitted_min = 60,
	 .limit_min = 31, .time_min_min = 20, .remaining_s = 1800,
	 .used_s = 1800},
	{"but not once a run has reached its limit",
	 RUNS(RUN(0, 1800, .cause = CAUSE_PREEMPT), RUN(1, 3000)), .count = 2,
	 .submitted_min = 60, .limit_min = 60, .time_min_min = 20,
	 .remaining_s = -1, .used_s = 4800},
	{"nor once a run was cut at its limit",
	 RUNS(RUN(0, 1800, .cause = CAUSE_PREEMPT),
	      RUN(1, 0, NOTHING, .cause = CAUSE_NONE, .is_cut = true)),
	 .count = 2, .submitted_min = 60, .limit_min = 60, .time_min_min = 20,
	 .remaining_s = -1, .used_s = 1800},
	{"nor once more than the limit has been used",
	 RUNS(RUN(0, 1800, .cause = CAUSE_PREEMPT),
	      RUN(1, 1800, .cause = CAUSE_PREEMPT)),
	 .count = 2, .submitted_min = 60, .limit_min = 60, .time_min_min = 20,
	 .remaining_s = -1, .used_s = 3600},
	{"a failed node lost all: the limit as submitted, and the grace",
	 RUNS(RUN(0, 0, NOTHING, .cause = CAUSE_NONE, .request_s = 0,
		  .is_node_fail = true)),
	 .submitted_min = 60, .limit_min = 60, .time_min_min = 60,
	 .remaining_s = 3600},

	/* total used up */
	{"the one run more has the submitted limit", RUNS(RUN(0, 3000)),
	 .submitted_min = 60, .total_s = 3000, .is_full_limit = true,
	 .limit_min = 60, .time_min_min = 20, .remaining_s = -1,
	 .used_s = 3000},

	/* the minimum */
	{"nothing saved yet: a run that is cut short brings it nowhere",
	 RUNS(RUN(0, 0, NOTHING, .cause = CAUSE_PREEMPT, .is_cut = true)),
	 .submitted_min = 60, .limit_min = 60, .time_min_min = 60,
	 .remaining_s = 3600},
	{"nothing saved yet, but a minimum was given",
	 RUNS(RUN(0, 0, NOTHING, .is_cut = true)), .submitted_min = 60,
	 .min_s = 600, .limit_min = 60, .time_min_min = 10, .remaining_s = -1},
	{"a minimum that was given", RUNS(RUN(0, 3000)), .submitted_min = 60,
	 .min_s = 600, .limit_min = 60, .time_min_min = 10, .remaining_s = -1,
	 .used_s = 3000},
	{"the minimum never raises the limit", RUNS(RUN(0, 3000)),
	 .submitted_min = 60, .total_s = 3300, .min_s = 1800, .limit_min = 6,
	 .time_min_min = 6, .remaining_s = 300, .used_s = 3000},
	{"a minimum is more than grace and restart",
	 RUNS(RUN(0, 3000, .restart_cost_s = 120)), .submitted_min = 60,
	 .min_s = 60, .limit_min = 60, .time_min_min = 4, .remaining_s = -1,
	 .used_s = 2880},

	/* a minimum that follows the waits: the run took 3,030 s */
	{"a run that hardly waited doubles it",
	 RUNS(RUN(0, 3000, .time_min_min = 15, .wait_s = 302)),
	 .follows_waits = true, .submitted_min = 60, .limit_min = 60,
	 .time_min_min = 30, .remaining_s = -1, .used_s = 3000},
	{"never above the limit",
	 RUNS(RUN(0, 3000, .time_min_min = 40, .wait_s = 0)),
	 .follows_waits = true, .submitted_min = 60, .limit_min = 60,
	 .time_min_min = 60, .remaining_s = -1, .used_s = 3000},
	{"one that waited keeps it",
	 RUNS(RUN(0, 3000, .time_min_min = 50, .wait_s = 304)),
	 .follows_waits = true, .submitted_min = 60, .limit_min = 60,
	 .time_min_min = 50, .remaining_s = -1, .used_s = 3000},
	{"not below the default",
	 RUNS(RUN(0, 3000, .time_min_min = 1, .wait_s = 9999)),
	 .follows_waits = true, .submitted_min = 60, .limit_min = 60,
	 .time_min_min = 20, .remaining_s = -1, .used_s = 3000},
	{"a run without a minimum tells nothing",
	 RUNS(RUN(0, 3000, .wait_s = 0)), .follows_waits = true,
	 .submitted_min = 60, .limit_min = 60, .time_min_min = 20,
	 .remaining_s = -1, .used_s = 3000},
	{"nor one whose wait isn't known",
	 RUNS(RUN(0, 3000, .time_min_min = 7, .wait_s = -1)),
	 .follows_waits = true, .submitted_min = 60, .limit_min = 60,
	 .time_min_min = 20, .remaining_s = -1, .used_s = 3000},
	{"the newest run counts",
	 RUNS(RUN(0, 3000, .time_min_min = 12, .wait_s = 9999),
	      RUN(1, 3000, .time_min_min = 12, .wait_s = 0)),
	 .count = 2, .follows_waits = true, .submitted_min = 60,
	 .limit_min = 60, .time_min_min = 24, .remaining_s = -1,
	 .used_s = 6000},
	{"no wait counts where a minimum costs nothing",
	 RUNS(RUN(0, 3000, .time_min_min = 10, .wait_s = 0)),
	 .submitted_min = 60, .limit_min = 60, .time_min_min = 20,
	 .remaining_s = -1, .used_s = 3000},
};

#define MATCH(field)                                                           \
	ck_assert_msg(plan.field == c->field, "%s: " #field " is %lld",        \
		      c->name, (long long)plan.field)

START_TEST(every_case_is_planned_as_the_table_says)
{
	const struct test_case *c = &cases[_i];
	struct plan_input in = {
		.runs = c->runs,
		.count = c->count ? c->count : 1,
		.submitted_min = c->submitted_min,
		.grace_s = 60,
		.total_s = c->total_s,
		.exit_code = 85,
		.min_s = c->min_s,
		.is_full_limit = c->is_full_limit,
		.follows_waits = c->follows_waits,
	};
	struct plan plan = plan_limit(&in);

	MATCH(limit_min);
	MATCH(time_min_min);
	MATCH(remaining_s);
	MATCH(used_s);
}
END_TEST

static int64_t pick(int64_t most)
{
	return (int64_t)(random() % (most + 1));
}

/* A time, or what a hostile journal may put in its place. */
static int64_t any_time(int64_t most)
{
	static const int64_t wild[] = {0, -1, INT64_MAX, INT64_MIN, 1};

	return pick(9) ? pick(most) : wild[pick(4)];
}

static double any_progress(void)
{
	double wild[] = {-1, NAN, INFINITY, 2, 0, 1};

	return pick(3) ? (double)pick(1000) / 1000 : wild[pick(5)];
}

static void random_runs(struct run_record *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		runs[i] = (struct run_record){
			.run = (unsigned)i,
			.started_s = any_time(100000),
			.ended_s = any_time(100000),
			.code = (int)pick(1) * 85,
			.cause = (enum cause)pick(CAUSE_UNKNOWN),
			.request_s = any_time(100000),
			.has_complied = pick(1),
			.is_cut = pick(1),
			.versions = (unsigned)pick(1),
			.saved_s = any_time(100000),
			.progress = any_progress(),
			.restored = (uint32_t)pick(1),
			.restored_progress = any_progress(),
			.restart_cost_s = any_time(1000),
		};
}

START_TEST(no_journal_leads_out_of_the_bounds)
{
	struct run_record runs[RUNS_MOST];

	srandom(1);
	for (int i = 0; i < 50000; i++) {
		struct plan_input in = {
			.runs = runs,
			.count = (size_t)pick(RUNS_MOST),
			.submitted_min = any_time(10000),
			.grace_s = any_time(3600),
			.total_s = any_time(1000000),
			.exit_code = 85,
			.min_s = any_time(3600),
			.is_full_limit = pick(3) == 0,
		};
		struct plan plan;
		int64_t less;

		random_runs(runs, in.count);
		plan = plan_limit(&in);
		ck_assert(plan.used_s >= 0);
		ck_assert(plan.remaining_s >= -1);
		ck_assert(plan.limit_min >= 0);
		ck_assert(plan.time_min_min >= 0);
		ck_assert(plan.time_min_min <= plan.limit_min);
		if (in.submitted_min > 0) {
			ck_assert(plan.limit_min <= in.submitted_min);
			ck_assert(plan.limit_min >= 1);
			ck_assert(plan.time_min_min >= 1);
		}
		if (in.submitted_min > 0 && plan.remaining_s < 0)
			ck_assert(plan.limit_min == in.submitted_min ||
				  in.submitted_min > 52704000);
		if (in.total_s <= 0 || in.total_s > 1000000)
			continue;

		/* The more there is to do, the longer the run. */
		less = plan.limit_min;
		in.total_s += pick(10000);
		ck_assert(plan_limit(&in).limit_min >= less);
	}
}
END_TEST

/* The run that was planned gets as far as the plan says: each job that
 * keeps to its total ends, and without a run too many. */
START_TEST(a_job_that_keeps_to_its_total_ends_in_few_runs)
{
	srandom(2);
	for (int i = 0; i < 2000; i++) {
		int64_t limit_min = 10 + pick(50), used = 0;
		int64_t total = limit_min * 60 + pick(20000);
		struct run_record runs[64];
		size_t count = 0;
		struct plan_input in = {
			.runs = runs,
			.submitted_min = limit_min,
			.grace_s = 60 + pick(240),
			.total_s = total,
			.exit_code = 85,
		};
		int64_t most = 2 + total / (in.submitted_min * 60 - in.grace_s);

		while (used < total) {
			int64_t work = limit_min * 60 - in.grace_s;

			ck_assert_int_lt((int64_t)count, most);
			runs[count] = (struct run_record)RUN((int)count, work);
			used += work;
			in.count = ++count;
			limit_min = plan_limit(&in).limit_min;
		}
	}
}
END_TEST

START_TEST(a_version_of_slurm_tells_what_a_minimum_does)
{
	static const struct {
		const char *version;
		bool is_exact, is_longest;
	} versions[] = {
		{"20.02.4", false, false}, {"20.02.5", true, false},
		{"22.05.8", true, false},  {"24.11.5", true, false},
		{"25.05.2", true, false},  {"25.05.3", false, true},
		{"26.05.5", false, true},  {"26.05.0-0rc1", false, true},
		{"", false, false},	   {"slurm", false, false},
		{"999.1.1", false, false},
	};

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		const char *version = versions[i].version;

		ck_assert_msg(plan_has_exact_min(version) ==
				      versions[i].is_exact,
			      "%s", version);
		ck_assert_msg(plan_has_longest_fit(version) ==
				      versions[i].is_longest,
			      "%s", version);
	}
}
END_TEST

START_TEST(a_first_run_has_a_minimum_below_its_limit)
{
	ck_assert_int_eq(plan_first_min(60, 1440), plan_rules.min_graces);
	ck_assert_int_eq(plan_first_min(60, plan_rules.min_graces), 0);
	ck_assert_int_eq(plan_first_min(INT64_MAX, 1440), 0);
	ck_assert_int_eq(plan_first_min(60, 0), 0);
}
END_TEST

START_TEST(a_clock_is_off_only_where_the_answer_proves_it)
{
	ck_assert_int_eq(plan_skew_s(1000, 1000, 1000), 0);
	/* read in whole seconds, on either side */
	ck_assert_int_eq(plan_skew_s(1001, 1000, 1000), 0);
	ck_assert_int_eq(plan_skew_s(999, 1000, 1000), 0);
	/* an answer that was under way for half a minute */
	ck_assert_int_eq(plan_skew_s(1000, 1000, 1030), 0);
	ck_assert_int_eq(plan_skew_s(1030, 1000, 1030), 0);
	ck_assert_int_eq(plan_skew_s(1060, 1000, 1030), 30);
	ck_assert_int_eq(plan_skew_s(940, 1000, 1030), -60);
	ck_assert_int_eq(plan_skew_s(1060, 1000, 1000), 60);
	/* no answer, or a clock of ours that was set back */
	ck_assert_int_eq(plan_skew_s(0, 1000, 1000), 0);
	ck_assert_int_eq(plan_skew_s(1060, 1000, 900), 0);
}
END_TEST

START_TEST(the_delay_is_just_above_what_completing_took)
{
	ck_assert_int_eq(plan_delay_s(0, 0, 0, 5), 5);
	ck_assert_int_eq(plan_delay_s(1, 0, 0, 5), 5);
	ck_assert_int_eq(plan_delay_s(2, 0, 0, 5), 5);
	ck_assert_int_eq(plan_delay_s(3, 0, 0, 5), 6);
	ck_assert_int_eq(plan_delay_s(20, 0, 0, 5), 23);
	ck_assert_int_eq(plan_delay_s(117, 0, 0, 5), 120);
	ck_assert_int_eq(plan_delay_s(INT64_MAX, 0, 0, 5), 120);
	ck_assert_int_eq(plan_delay_s(-7, 0, 0, 5), 5);
	ck_assert_int_eq(plan_delay_s(0, 0, 0, 0), 1);
}
END_TEST

START_TEST(the_first_delay_is_the_sites_or_what_completing_needs)
{
	ck_assert_int_eq(plan_base_delay_s(0, false), 5);
	ck_assert_int_eq(plan_base_delay_s(0, true), 3);
	ck_assert_int_eq(plan_base_delay_s(8, true), 8);
	/* A COMPLETING that was seen to be longer counts in any case. */
	ck_assert_int_eq(plan_delay_s(4, 0, 0, plan_base_delay_s(0, true)), 7);
}
END_TEST

START_TEST(a_forged_plan_is_bounded)
{
	static const int64_t values[] = {INT64_MIN, -1, 0,  1,
					 5,	    30, 60, INT64_MAX};
	enum {
		COUNT = sizeof(values) / sizeof(values[0])
	};

	for (int i = 0; i < COUNT * COUNT * COUNT; i++) {
		struct plan plan = {
			.limit_min = values[i % COUNT],
			.time_min_min = values[i / COUNT % COUNT],
		};
		int64_t delay_s = values[i / COUNT / COUNT];

		plan_bound(&plan, 30, &delay_s, 10);
		ck_assert_int_ge(plan.limit_min, 0);
		ck_assert_int_le(plan.limit_min, 30);
		ck_assert_int_ge(plan.time_min_min, 0);
		ck_assert_int_le(plan.time_min_min, plan.limit_min);
		ck_assert_int_ge(delay_s, 10);
		ck_assert_int_le(delay_s, 600);
	}
}
END_TEST

START_TEST(a_recorded_plan_within_the_bounds_stays)
{
	struct plan plan = {.limit_min = 20, .time_min_min = 5};
	int64_t delay_s = 30;

	plan_bound(&plan, 0, &delay_s, 5);
	ck_assert_int_eq(plan.limit_min, 20);
	ck_assert_int_eq(plan.time_min_min, 5);
	ck_assert_int_eq(delay_s, 30);
	/* A site's own delay may be longer than ours ever is. */
	plan_bound(&plan, 0, &delay_s, 900);
	ck_assert_int_eq(delay_s, 900);
}
END_TEST

START_TEST(the_delay_doubles_after_a_miss)
{
	ck_assert_int_eq(plan_delay_s(0, 1, 0, 5), 10);
	ck_assert_int_eq(plan_delay_s(20, 2, 0, 5), 92);
	ck_assert_int_eq(plan_delay_s(20, 3, 0, 5), 120);
	ck_assert_int_eq(plan_delay_s(20, UINT32_MAX, 0, 5), 120);
}
END_TEST

START_TEST(the_delay_doubles_from_the_fifth_quick_run)
{
	ck_assert_int_eq(plan_delay_s(0, 0, 4, 5), 5);
	ck_assert_int_eq(plan_delay_s(0, 0, 5, 5), 10);
	ck_assert_int_eq(plan_delay_s(0, 0, 6, 5), 20);
	ck_assert_int_eq(plan_delay_s(0, 0, 10, 5), 320);
	ck_assert_int_eq(plan_delay_s(0, 0, 11, 5), 600);
	ck_assert_int_eq(plan_delay_s(0, 9, UINT32_MAX, 5), 600);
}
END_TEST

START_TEST(a_site_that_asks_for_a_longer_delay_gets_it)
{
	ck_assert_int_eq(plan_delay_s(3, 0, 0, 180), 180);
	ck_assert_int_eq(plan_delay_s(200, 5, 0, 180), 180);
}
END_TEST

START_TEST(an_order_is_told_from_what_backfill_does)
{
	static const struct {
		struct plan_limits left, found;
		bool is_order;
	} seen[] = {
		{{60, 0}, {60, 0}, false},
		{{60, 0}, {120, 0}, true},
		{{60, 10}, {120, 10}, true},
		{{60, 0}, {0, 0}, true}, /* without end */
		{{0, 0}, {60, 0}, true},
		/* only an order lowers the limit of a job without a minimum */
		{{60, 0}, {30, 0}, true},
		/* backfill does, down to the minimum */
		{{60, 10}, {30, 10}, false},
		{{60, 10}, {10, 10}, false},
		{{60, 10}, {8, 5}, true},
		/* it is not known what the job was left with */
		{{-1, 0}, {60, 0}, false},
	};

	ck_assert_int_eq(plan_is_order(&seen[_i].left, &seen[_i].found),
			 seen[_i].is_order);
}
END_TEST

START_TEST(a_limit_that_backfill_puts_back_is_no_order)
{
	const struct plan_limits left = {30, 20}, found = {2, 2};
	const struct plan_limits unknown = {-1, 0};

	ck_assert(plan_is_order(&left, &found));
	ck_assert(plan_is_undone(&left, &found, 2, "22.05.8"));
	ck_assert(plan_is_undone(&left, &found, 2, "26.05.2"));
	ck_assert(plan_is_undone(&left, &found, 2, ""));
	ck_assert(!plan_is_undone(&left, &found, 2, "26.05.3"));
	ck_assert(!plan_is_undone(&left, &found, 3, "22.05.8"));
	ck_assert(!plan_is_undone(&left, &found, -1, "22.05.8"));
	ck_assert(!plan_is_undone(&left, &left, 30, "22.05.8"));
	ck_assert(!plan_is_undone(&unknown, &found, 2, "22.05.8"));
}
END_TEST

START_TEST(a_total_is_submitted_with_less_than_was_asked_for)
{
	ck_assert_int_eq(plan_submitted(60, 0, 600).limit_min, 60);
	ck_assert_int_eq(plan_submitted(60, 1200, 600).limit_min, 30);
	ck_assert_int_eq(plan_submitted(60, 36000, 600).limit_min, 60);
	ck_assert_int_eq(plan_submitted(0, 1200, 600).limit_min, -1);
}
END_TEST

int main(void)
{
	int count = (int)(sizeof(cases) / sizeof(cases[0]));
	Suite *suite = suite_create("plan");
	TCase *tcase = tcase_create("plan");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, every_case_is_planned_as_the_table_says, 0,
			    count);
	tcase_add_test(tcase, no_journal_leads_out_of_the_bounds);
	tcase_add_test(tcase, a_job_that_keeps_to_its_total_ends_in_few_runs);
	tcase_add_test(tcase, a_version_of_slurm_tells_what_a_minimum_does);
	tcase_add_test(tcase, a_first_run_has_a_minimum_below_its_limit);
	tcase_add_test(tcase, a_clock_is_off_only_where_the_answer_proves_it);
	tcase_add_test(tcase, the_delay_is_just_above_what_completing_took);
	tcase_add_test(tcase,
		       the_first_delay_is_the_sites_or_what_completing_needs);
	tcase_add_test(tcase, a_forged_plan_is_bounded);
	tcase_add_test(tcase, a_recorded_plan_within_the_bounds_stays);
	tcase_add_test(tcase, the_delay_doubles_after_a_miss);
	tcase_add_test(tcase, the_delay_doubles_from_the_fifth_quick_run);
	tcase_add_test(tcase, a_site_that_asks_for_a_longer_delay_gets_it);
	tcase_add_test(tcase, a_limit_that_backfill_puts_back_is_no_order);
	tcase_add_loop_test(tcase, an_order_is_told_from_what_backfill_does, 0,
			    10);
	tcase_add_test(tcase,
		       a_total_is_submitted_with_less_than_was_asked_for);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
