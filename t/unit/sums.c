/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the runs of a job computed, lost and waited. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/sums.h"
#include "requeue/settings/comment.h"

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

START_TEST(the_text_of_a_comment_is_read_back)
{
	struct job_sums sums = {.kept_s = 5000, .lost_s = 120}, back;
	char text[SUMS_TEXT_MAX], comment[512], said[512];

	sums.requeues[CAUSE_LIMIT] = 2;
	sums.requeues[CAUSE_NODE] = 1;
	ck_assert_str_eq(sums_encode(text, &sums),
			 "{limit 2, node 1; kept 5000 s, lost 120 s}");
	snprintf(comment, sizeof(comment),
		 "mine {limit 9} [scheckpoint: store=/a run 3: on %s]", text);
	ck_assert(sums_decode(&back, comment));
	ck_assert_mem_eq(&back, &sums, sizeof(sums));
	comment_said(said, sizeof(said), comment);
	ck_assert_str_eq(said, "run 3: on");
	sums = (struct job_sums){.lost_s = 0};
	snprintf(comment, sizeof(comment), "[scheckpoint: run 0: on %s]",
		 sums_encode(text, &sums));
	ck_assert(sums_decode(&back, comment));
}
END_TEST

START_TEST(the_longest_text_fits)
{
	struct job_sums sums = {.kept_s = INT64_MAX, .lost_s = INT64_MAX};
	char text[SUMS_TEXT_MAX];

	for (int i = 0; i < SUMS_CAUSES; i++)
		sums.requeues[i] = UINT32_MAX;
	ck_assert_int_eq(sums_encode(text, &sums)[strlen(text) - 1], '}');
}
END_TEST

static const char *const forged[] = {
	"",
	"{limit 2; kept 1 s, lost 1 s}", /* not in our part */
	"[scheckpoint: run 0: on {limit 2; kept 1 s, lo...]",
	"[scheckpoint: run 0: on {limit 2]",
	"[scheckpoint: run 0: on {limit 99999999999; kept 1 s, lost 1 s}]",
	"[scheckpoint: run 0: on {; kept -1 s, lost 1 s}]",
	"[scheckpoint: run 0: on {; kept 1 s, lost 99999999999999999999 s}]",
	"[scheckpoint: run 0: on {limit limit limit; kept 1 s, lost 1 s}]",
};

START_TEST(a_forged_or_cut_text_counts_nothing)
{
	struct job_sums sums;

	ck_assert(!sums_decode(&sums, forged[_i]));
	ck_assert_int_eq(sums.kept_s, 0);
	ck_assert_uint_eq(sums.requeues[CAUSE_LIMIT], 0);
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
	tcase_add_test(tc, the_text_of_a_comment_is_read_back);
	tcase_add_test(tc, the_longest_text_fits);
	tcase_add_loop_test(tc, a_forged_or_cut_text_counts_nothing, 0,
			    sizeof(forged) / sizeof(forged[0]));
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
