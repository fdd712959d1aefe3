/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/learned.h"

/* A run in which these were signalled, and ended by themselves. */
static struct run_record run(const char *signalled, enum evidence evidence)
{
	struct run_record run = {
		.ending = END_EXIT,
		.cause = CAUSE_LIMIT,
		.has_complied = true,
		.evidence = evidence,
	};

	snprintf(run.signalled, sizeof(run.signalled), "%s", signalled);
	return run;
}

START_TEST(nothing_is_learned_without_runs)
{
	struct learned learned = learned_from(NULL, 0, 85);

	ck_assert_str_eq(learned.deaf, "");
	ck_assert_str_eq(learned.savers, "");
}
END_TEST

START_TEST(a_program_that_left_nothing_is_deaf_until_a_version)
{
	struct run_record runs[4] = {
		run("train.py,helper", EVIDENCE_NONE),
		run("", EVIDENCE_NONE), /* it was not signalled again */
		run("", EVIDENCE_NONE),
		run("", EVIDENCE_NONE),
	};

	ck_assert_str_eq(learned_from(runs, 1, 0).deaf, "train.py,helper");
	ck_assert_str_eq(learned_from(runs, 3, 0).deaf, "train.py,helper");
	runs[3].versions = 1; /* scheckpoint save as it goes */
	ck_assert_str_eq(learned_from(runs, 4, 0).deaf, "");
}
END_TEST

START_TEST(a_program_that_saved_is_a_saver)
{
	struct run_record runs[3] = {
		run("model.jar", EVIDENCE_FILES),
		run("model.jar,other", EVIDENCE_NONE),
		run("other", EVIDENCE_FILES),
	};

	ck_assert_str_eq(learned_from(runs, 1, 0).savers, "model.jar");
	ck_assert_str_eq(learned_from(runs, 2, 0).savers, "");
	ck_assert_str_eq(learned_from(runs, 2, 0).deaf, "model.jar,other");
	ck_assert_str_eq(learned_from(runs, 3, 0).deaf, "model.jar");
	ck_assert_str_eq(learned_from(runs, 3, 0).savers, "other");
}
END_TEST

START_TEST(what_could_not_be_seen_teaches_nothing)
{
	struct run_record runs[] = {
		run("a", EVIDENCE_UNKNOWN), run("b", EVIDENCE_NONE),
		run("c", EVIDENCE_NONE),    run("d", EVIDENCE_NONE),
		run("e", EVIDENCE_NONE),
	};
	struct learned learned;

	runs[1].cause = CAUSE_PREEMPT;
	runs[2].has_complied = false; /* it was killed while it saved */
	runs[3].is_done = true;
	runs[4].code = 85;
	learned = learned_from(runs, 5, 85);
	ck_assert_str_eq(learned.deaf, "");
	ck_assert_str_eq(learned.savers, "e");
}
END_TEST

START_TEST(the_digest_is_that_of_the_newest_run_that_wrote_files)
{
	struct run_record runs[] = {
		run("a", EVIDENCE_FILES),
		run("a", EVIDENCE_SAME),
		run("a", EVIDENCE_NONE),
		run("a", EVIDENCE_FILES),
	};
	struct learned learned;

	runs[0].digest = runs[1].digest = 7;
	learned = learned_from(runs, 3, 0);
	ck_assert_uint_eq(learned.digest, 7);
	/* What it wrote last, without a digest, can't be compared. */
	ck_assert_uint_eq(learned_from(runs, 4, 0).digest, 0);
	/* That it wrote the same again teaches nothing of the program. */
	ck_assert_str_eq(learned_from(runs, 2, 0).deaf, "");
	ck_assert_str_eq(learned_from(runs, 2, 0).savers, "a");
}
END_TEST

START_TEST(a_list_that_is_full_takes_no_more)
{
	struct run_record runs[64];
	struct learned learned;
	char name[128];

	for (size_t i = 0; i < 64; i++) {
		snprintf(name, sizeof(name), "program-%zu-%0100d", i, 0);
		runs[i] = run(name, EVIDENCE_NONE);
	}
	learned = learned_from(runs, 64, 0);
	ck_assert_uint_lt(strlen(learned.deaf), LEARNED_MAX);
	ck_assert_ptr_nonnull(strstr(learned.deaf, "program-0-"));
	/* Each name is whole. */
	ck_assert_uint_eq((strlen(learned.deaf) + 1) % 111, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("learned");
	TCase *tcase = tcase_create("learned");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, nothing_is_learned_without_runs);
	tcase_add_test(tcase,
		       a_program_that_left_nothing_is_deaf_until_a_version);
	tcase_add_test(tcase, a_program_that_saved_is_a_saver);
	tcase_add_test(tcase, what_could_not_be_seen_teaches_nothing);
	tcase_add_test(tcase,
		       the_digest_is_that_of_the_newest_run_that_wrote_files);
	tcase_add_test(tcase, a_list_that_is_full_takes_no_more);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
