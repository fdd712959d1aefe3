/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the runs of a job computed, lost and waited. */
#include <check.h>
#include <stdlib.h>

#include "requeue/policy/sums.h"

static struct run_record ended(int64_t start_s, int64_t end_s, int64_t saved_s,
			       enum cause cause)
{
	return (struct run_record){
		.started_s = start_s,
		.ended_s = end_s,
		.saved_s = saved_s,
		.plan = {.is_there = true,
			 .action = ACT_REQUEUE,
			 .cause = cause},
		.shown = {.queued_s = start_s - 10},
	};
}

START_TEST(what_was_not_saved_is_lost)
{
	const struct run_record runs[] = {
		ended(1000, 1100, 1090, CAUSE_LIMIT),
		ended(1120, 1200, 0, CAUSE_PREEMPT),
		{.started_s = 1230, .ended_s = 1300},
	};
	struct job_sums sums = sums_of_runs(runs, 3, 0);

	ck_assert_uint_eq(sums.runs, 3);
	ck_assert_int_eq(sums.computed_s, 100 + 80 + 70);
	ck_assert_int_eq(sums.kept_s, 90);
	ck_assert_int_eq(sums.lost_s, 10 + 80);
	ck_assert_int_eq(sums.waited_s, 10 + 20 + 30);
	ck_assert_uint_eq(sums.requeues[CAUSE_LIMIT], 1);
	ck_assert_uint_eq(sums.requeues[CAUSE_PREEMPT], 1);
	ck_assert_uint_eq(sums.requeues[CAUSE_NONE], 0);
}
END_TEST

START_TEST(programs_that_saved_by_themselves_lose_nothing)
{
	struct run_record run = ended(1000, 1100, 0, CAUSE_LIMIT);
	struct job_sums sums;

	run.has_complied = true;
	run.evidence = EVIDENCE_FILES;
	sums = sums_of_runs(&run, 1, 0);
	ck_assert_int_eq(sums.lost_s, 0);
	ck_assert_int_eq(sums.kept_s, 100);
	run.evidence = EVIDENCE_NONE;
	sums = sums_of_runs(&run, 1, 0);
	ck_assert_int_eq(sums.lost_s, 100);
}
END_TEST

START_TEST(a_run_without_an_end_lasts_until_slurm_queued_the_job_again)
{
	const struct run_record runs[] = {
		{.started_s = 1000, .shown = {.saved_s = 1040}},
		{.started_s = 1200, .shown = {.queued_s = 1100}},
	};
	struct job_sums sums = sums_of_runs(runs, 2, 1250);

	ck_assert_int_eq(sums_end_s(&runs[0], &runs[1]), 1100);
	ck_assert_int_eq(sums.computed_s, 100 + 50);
	ck_assert_int_eq(sums.lost_s, 60);
	ck_assert_int_eq(sums.waited_s, 100);
	ck_assert_uint_eq(sums.requeues[CAUSE_NONE], 1);
}
END_TEST

START_TEST(times_that_are_no_times_add_nothing)
{
	const struct run_record runs[] = {
		{.started_s = 0, .ended_s = 500},
		{.started_s = 2000, .ended_s = 1000},
		{.started_s = 2000},
	};
	struct job_sums sums = sums_of_runs(runs, 3, 0);

	ck_assert_int_eq(sums.computed_s, 0);
	ck_assert_int_eq(sums.lost_s, 0);
	ck_assert_int_ge(sums.waited_s, 0);
	sums = sums_of_runs(runs, 0, 0);
	ck_assert_uint_eq(sums.runs, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sums");
	TCase *tc = tcase_create("sums");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, what_was_not_saved_is_lost);
	tcase_add_test(tc, programs_that_saved_by_themselves_lose_nothing);
	tcase_add_test(
		tc,
		a_run_without_an_end_lasts_until_slurm_queued_the_job_again);
	tcase_add_test(tc, times_that_are_no_times_add_nothing);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
