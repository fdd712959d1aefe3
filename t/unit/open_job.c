/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a job is opened with: settings, the site's bounds, the store's path. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/journal/open_job.h"

#define TOKEN "0123456789abcdef0123456789abcdef"

static struct brief brief;
static struct settings set;
static struct site site;
static char dir[OPEN_JOB_DIR_LEN], err[SETTINGS_ERROR_LEN];

static void setup(void)
{
	memset(&brief, 0, sizeof(brief));
	brief.job_id = 7;
	brief.array_task_id = BRIEF_NO_TASK;
	strcpy(brief.cluster, "c");
	strcpy(brief.job_name, "a/b");
	strcpy(brief.work_dir, "/home/u");
	strcpy(brief.settings, "v1,grace=60s,dir=ck-%25j-%25x,token=" TOKEN);
	strcpy(brief.site, "v1");
	strcpy(brief.site_args, "max_grace=10s");
	err[0] = '\0';
}

static enum open_job open_it(void)
{
	return open_job(&brief, &set, &site, dir, err, sizeof(err));
}

START_TEST(the_store_is_below_the_work_directory)
{
	ck_assert_int_eq(open_it(), OPEN_JOB_OK);
	ck_assert_str_eq(dir, "/home/u/ck-7-a_b");
	ck_assert_int_eq(set.grace_s, 60);
	ck_assert_str_eq(err, "");
}
END_TEST

START_TEST(an_epilogs_bounds_are_the_arguments_of_the_line)
{
	brief.site[0] = '\0';
	brief.restart_count = BRIEF_NO_RUN;
	ck_assert_int_eq(open_it(), OPEN_JOB_REFUSED);
	ck_assert_str_eq(err, "--checkpoint=1m: this site wants at most 10s");
	ck_assert_str_eq(dir, "");
}
END_TEST

START_TEST(bounds_that_cannot_be_read_are_not_no_bounds)
{
	brief.site[0] = '\0';
	ck_assert_int_eq(open_it(), OPEN_JOB_REFUSED);
	ck_assert_ptr_nonnull(strstr(err, "format"));
	/* settle goes on with the settings all the same */
	ck_assert_int_eq(set.grace_s, 60);
}
END_TEST

START_TEST(forged_settings_are_refused_by_name)
{
	strcpy(brief.settings, "v1,grace=60s,keep=0,dir=x,token=" TOKEN);
	ck_assert_int_eq(open_it(), OPEN_JOB_REFUSED);
	ck_assert_ptr_nonnull(strstr(err, "keep=0"));
	ck_assert_str_eq(dir, "");
}
END_TEST

START_TEST(a_path_that_is_too_long_is_told_apart)
{
	memset(brief.work_dir, 'd', sizeof(brief.work_dir) - 1);
	ck_assert_int_eq(open_it(), OPEN_JOB_NO_DIR);
	ck_assert_ptr_nonnull(strstr(err, "expands to more than"));
	ck_assert_str_eq(dir, "");
}
END_TEST

START_TEST(the_identity_is_that_of_the_job)
{
	struct ckpt_identity id;

	ck_assert_int_eq(open_it(), OPEN_JOB_OK);
	id = open_job_identity(&brief, &set);
	ck_assert_str_eq(id.cluster, "c");
	ck_assert_str_eq(id.token, TOKEN);
	ck_assert_uint_eq(id.job, 7);
	ck_assert_uint_eq(id.array_task, CKPT_NO_TASK);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("open_job");
	TCase *tc = tcase_create("open_job");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, the_store_is_below_the_work_directory);
	tcase_add_test(tc, an_epilogs_bounds_are_the_arguments_of_the_line);
	tcase_add_test(tc, bounds_that_cannot_be_read_are_not_no_bounds);
	tcase_add_test(tc, forged_settings_are_refused_by_name);
	tcase_add_test(tc, a_path_that_is_too_long_is_told_apart);
	tcase_add_test(tc, the_identity_is_that_of_the_job);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
