/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rehearsal of a job shows. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/rehearsal.h"

/* A run that was signalled and has saved a version 4 s after its request. */
static struct rehearsed_run saved(unsigned number)
{
	struct rehearsed_run run = {
		.is_there = true,
		.is_requested = true,
		.is_made = true,
		.is_over = true,
		.record =
			{
				.run = number,
				.started_s = 1000 + 100 * number,
				.ended_s = 1055 + 100 * number,
				.grace_s = 60,
				.has_complied = true,
				.progress = 0.1 + 0.1 * number,
				.restored = number,
				.signalled = "solver",
				.shown = {.request_s = 1050 + 100 * number,
					  .versions = 1,
					  .version = 1 + number,
					  .saved_s = 1054 + 100 * number,
					  .bytes = 10},
			},
	};

	return run;
}

static struct rehearsal good(void)
{
	return (struct rehearsal){.runs = {saved(0), saved(1)}};
}

static enum grade worst(const struct rehearsal *rehearsal)
{
	struct checks checks = {0};
	enum grade grade;

	rehearsal_check(rehearsal, &checks);
	grade = checks_worst(&checks);
	checks_free(&checks);
	return grade;
}

/* The entry has this grade, and text or remedy has this in it. */
static void finds(const struct rehearsal *rehearsal, enum grade grade,
		  const char *name, const char *text)
{
	struct checks checks = {0};
	bool is_there = false;

	rehearsal_check(rehearsal, &checks);
	for (size_t i = 0; i < checks.count; i++) {
		const struct check *check = &checks.list[i];

		if (!strcmp(check->name, name) && check->grade == grade)
			is_there |= strstr(check->text, text) != NULL ||
				    strstr(check->remedy, text) != NULL;
	}
	ck_assert_msg(is_there, "no entry \"%s\" says \"%s\"", name, text);
	checks_free(&checks);
}

START_TEST(a_job_that_saves_and_goes_on_is_fit)
{
	struct rehearsal rehearsal = good();

	ck_assert_int_eq(worst(&rehearsal), GRADE_OK);
	finds(&rehearsal, GRADE_OK, "request", "solver");
	finds(&rehearsal, GRADE_OK, "grace", "took 4 s of 60 s");
	finds(&rehearsal, GRADE_OK, "continued", "from 0.100 to 0.200");
}
END_TEST

START_TEST(a_job_without_a_handler_is_told_what_to_do)
{
	struct rehearsal rehearsal = {
		.runs[0] = {.is_there = true,
			    .is_requested = true,
			    .passed = "solver does not catch it"}};

	finds(&rehearsal, GRADE_ERROR, "request", "solver does not catch it");
	finds(&rehearsal, GRADE_ERROR, "request", "scheckpoint requested");
	strcpy(rehearsal.runs[0].other_signal, "USR2");
	finds(&rehearsal, GRADE_ERROR, "request", "--checkpoint-signal=USR2");
	rehearsal.takes_files = true; /* its files are saved at the end */
	finds(&rehearsal, GRADE_OK, "request", "its files are saved");
}
END_TEST

START_TEST(a_run_that_saves_nothing_is_an_error)
{
	struct rehearsal rehearsal = good();

	rehearsal.runs[1].record.shown.versions = 0;
	rehearsal.runs[1].record.evidence = EVIDENCE_NONE;
	finds(&rehearsal, GRADE_ERROR, "save again", "run 1 saved nothing");
	finds(&rehearsal, GRADE_ERROR, "save again", "its handler must");
	rehearsal.takes_files = true;
	finds(&rehearsal, GRADE_ERROR, "save again", "--checkpoint-files");
	rehearsal.runs[1].has_hook = true;
	finds(&rehearsal, GRADE_ERROR, "save again", "trap : TERM");
	rehearsal.runs[1].record.failed_s = 5;
	strcpy(rehearsal.runs[1].record.failed_why, "No space left");
	finds(&rehearsal, GRADE_ERROR, "save again", ": No space left");
}
END_TEST

START_TEST(a_job_that_begins_from_the_start_is_an_error)
{
	struct rehearsal rehearsal = good();

	rehearsal.runs[1].record.progress = 0.1;
	finds(&rehearsal, GRADE_ERROR, "continued", "from the start");
	rehearsal.runs[1].record.progress = -1;
	ck_assert_int_eq(worst(&rehearsal), GRADE_OK);
	rehearsal.runs[1].record.restored = 0;
	finds(&rehearsal, GRADE_ERROR, "continued", "could not begin");
}
END_TEST

START_TEST(files_of_its_own_leave_a_doubt)
{
	struct rehearsal rehearsal = good();
	struct run_record *first = &rehearsal.runs[0].record;

	memset(&first->shown, 0, sizeof(first->shown));
	first->shown.request_s = 1050;
	first->evidence = EVIDENCE_FILES;
	first->files = 3;
	finds(&rehearsal, GRADE_OK, "save", "3 files");
	finds(&rehearsal, GRADE_WARNING, "continued", "can't be seen");
	ck_assert_int_eq(worst(&rehearsal), GRADE_WARNING);
}
END_TEST

START_TEST(a_grace_that_is_short_is_a_warning)
{
	struct rehearsal rehearsal = good();

	rehearsal.runs[0].record.grace_s = 20;
	finds(&rehearsal, GRADE_WARNING, "grace", "--checkpoint=30s");
	rehearsal.runs[0].record.grace_s = 60;
	rehearsal.runs[1].record.shown.saved_s += 50; /* the longest counts */
	finds(&rehearsal, GRADE_WARNING, "grace", "--checkpoint=2m");
	ck_assert_int_eq(rehearsal_grace_s(0), 30);
	ck_assert_int_eq(rehearsal_grace_s(20), 60);
	ck_assert_int_eq(rehearsal_grace_s(100), 240);
}
END_TEST

START_TEST(what_was_started_after_the_request_is_named)
{
	struct rehearsal rehearsal = good();

	strcpy(rehearsal.runs[0].late, "next-step");
	finds(&rehearsal, GRADE_WARNING, "after it", "next-step");
}
END_TEST

START_TEST(a_job_that_is_not_started_again)
{
	struct rehearsal rehearsal = good();

	memset(&rehearsal.runs[1], 0, sizeof(rehearsal.runs[1]));
	strcpy(rehearsal.runs[0].record.plan.reason, "exit 3");
	finds(&rehearsal, GRADE_ERROR, "restart", "exit 3");
}
END_TEST

START_TEST(a_rehearsal_that_did_not_come_so_far_cant_be_told)
{
	struct rehearsal rehearsal = {.trouble = "it has not begun"};

	ck_assert_int_eq(worst(&rehearsal), GRADE_UNKNOWN);
	rehearsal = good();
	rehearsal.runs[1].is_over = false;
	ck_assert_int_eq(worst(&rehearsal), GRADE_UNKNOWN);
	memset(&rehearsal.runs[1], 0, sizeof(rehearsal.runs[1]));
	rehearsal.runs[0].is_over = false;
	ck_assert_int_eq(worst(&rehearsal), GRADE_UNKNOWN);
	rehearsal.runs[0].is_requested = rehearsal.runs[0].is_made = false;
	ck_assert_int_eq(worst(&rehearsal), GRADE_UNKNOWN);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rehearsal");
	TCase *tc = tcase_create("rehearsal");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, a_job_that_saves_and_goes_on_is_fit);
	tcase_add_test(tc, a_job_without_a_handler_is_told_what_to_do);
	tcase_add_test(tc, a_run_that_saves_nothing_is_an_error);
	tcase_add_test(tc, a_job_that_begins_from_the_start_is_an_error);
	tcase_add_test(tc, files_of_its_own_leave_a_doubt);
	tcase_add_test(tc, a_grace_that_is_short_is_a_warning);
	tcase_add_test(tc, what_was_started_after_the_request_is_named);
	tcase_add_test(tc, a_job_that_is_not_started_again);
	tcase_add_test(tc, a_rehearsal_that_did_not_come_so_far_cant_be_told);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
