/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What scheckpoint doctor says of slurm.conf's settings. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/site_conf.h"
#include "requeue/slurm/conf_text.h"

/* A site where all is well: low is preempted with a grace. */
static struct site_conf good(void)
{
	return (struct site_conf){
		.version = "24.11.5",
		.ctl_version = "24.11.5",
		.now_s = 1000000,
		.preempt = SITE_PREEMPT_PARTITION,
		.with_grace = "low=120",
		.has_user_signal = true,
		.kill_wait_s = 30,
		.job_requeue = true,
		.requeue_delay_s = 121,
		.max_batch_requeue = 5,
		.unkillable_s = 60,
		.proctrack = "proctrack/cgroup",
	};
}

/* The grade of the entry of that name, which must be there once. */
static enum grade grade_of(const struct site_conf *conf, const char *name)
{
	enum grade grade = GRADE_UNKNOWN;
	struct checks checks = {0};
	unsigned found = 0;

	site_conf_check(conf, &checks);
	for (size_t i = 0; i < checks.count; i++) {
		const struct check *check = &checks.list[i];

		ck_assert_msg(check->text[0] != '\0', "%s says nothing",
			      check->name);
		ck_assert_msg((check->grade == GRADE_OK) !=
				      (check->remedy[0] != '\0'),
			      "%s: what isn't well has a remedy, and nothing "
			      "else has",
			      check->name);
		if (strcmp(check->name, name) != 0)
			continue;
		grade = check->grade;
		found++;
	}
	ck_assert_uint_eq(found, 1);
	checks_free(&checks);
	return grade;
}

START_TEST(a_good_site_is_well)
{
	struct checks checks = {0};
	struct site_conf conf = good();

	site_conf_check(&conf, &checks);
	ck_assert_int_eq(checks_worst(&checks), GRADE_OK);
	ck_assert_uint_ge(checks.count, 10);
	checks_free(&checks);
}
END_TEST

START_TEST(no_requeue_by_slurmctld_is_an_error)
{
	struct site_conf conf = good();

	conf.max_batch_requeue = 0;
	ck_assert_int_eq(grade_of(&conf, "MaxBatchRequeue"), GRADE_ERROR);
	conf.max_batch_requeue = -1;
	ck_assert_int_eq(grade_of(&conf, "MaxBatchRequeue"), GRADE_OK);
}
END_TEST

START_TEST(a_preemption_without_grace_is_a_warning)
{
	struct site_conf conf = good();

	strcpy(conf.no_grace, "spare");
	ck_assert_int_eq(grade_of(&conf, "GraceTime"), GRADE_WARNING);
	ck_assert_int_eq(grade_of(&conf, "KillWait"), GRADE_OK);
	conf.kill_wait_s = 5;
	ck_assert_int_eq(grade_of(&conf, "KillWait"), GRADE_WARNING);
	conf.no_grace[0] = '\0';
	ck_assert_int_eq(grade_of(&conf, "KillWait"), GRADE_OK);
}
END_TEST

START_TEST(the_signal_matters_only_with_a_grace)
{
	struct site_conf conf = good();

	conf.has_user_signal = false;
	ck_assert_int_eq(grade_of(&conf, "send_user_signal"), GRADE_WARNING);
	conf.with_grace[0] = '\0';
	ck_assert_int_eq(grade_of(&conf, "send_user_signal"), GRADE_OK);
}
END_TEST

START_TEST(modes_of_preemption)
{
	struct site_conf conf = good();

	strcpy(conf.cancelling, "low");
	ck_assert_int_eq(grade_of(&conf, "PreemptMode"), GRADE_OK);
	strcpy(conf.suspending, "night");
	ck_assert_int_eq(grade_of(&conf, "PreemptMode"), GRADE_WARNING);
}
END_TEST

START_TEST(steps_and_processes)
{
	struct site_conf conf = good();

	conf.kill_on_bad_exit = true;
	ck_assert_int_eq(grade_of(&conf, "KillOnBadExit"), GRADE_WARNING);
	conf.unkillable_s = 30;
	ck_assert_int_eq(grade_of(&conf, "UnkillableStepTimeout"),
			 GRADE_WARNING);
	strcpy(conf.proctrack, "proctrack/pgid");
	ck_assert_int_eq(grade_of(&conf, "ProctrackType"), GRADE_WARNING);
	conf.job_requeue = false; /* the plugin asks for it itself */
	ck_assert_int_eq(grade_of(&conf, "JobRequeue"), GRADE_OK);
}
END_TEST

static enum grade clock_grade(int64_t skew_s)
{
	struct site_conf conf = good();
	struct checks checks = {0};
	enum grade grade;

	site_conf_check_clock(&conf, conf.now_s + skew_s, &checks);
	grade = checks_worst(&checks);
	checks_free(&checks);
	return grade;
}

START_TEST(clocks)
{
	ck_assert_int_eq(clock_grade(0), GRADE_OK);
	ck_assert_int_eq(clock_grade(-4), GRADE_OK);
	ck_assert_int_eq(clock_grade(-5), GRADE_WARNING);
	ck_assert_int_eq(clock_grade(60), GRADE_WARNING);
	ck_assert_int_eq(clock_grade(300), GRADE_ERROR);
}
END_TEST

START_TEST(versions_are_compared_without_the_last_number)
{
	ck_assert(site_conf_same_version("22.05.8", "22.05.11"));
	ck_assert(!site_conf_same_version("22.05.8", "23.05.8"));
	ck_assert(!site_conf_same_version("24.05.1", "24.11.1"));
	ck_assert(!site_conf_same_version("", "24.11.1"));
}
END_TEST

START_TEST(an_error_is_worse_than_what_cant_be_told)
{
	struct checks checks = {0};

	ck_assert_int_eq(checks_worst(&checks), GRADE_OK);
	checks_add(&checks, GRADE_WARNING, "a", "a");
	ck_assert_int_eq(checks_worst(&checks), GRADE_WARNING);
	checks_add(&checks, GRADE_UNKNOWN, "b", "b");
	ck_assert_int_eq(checks_worst(&checks), GRADE_UNKNOWN);
	checks_add(&checks, GRADE_ERROR, "c", "c");
	ck_assert_int_eq(checks_worst(&checks), GRADE_ERROR);
	checks_free(&checks);
}
END_TEST

/* Written by rpc, read by scheckpoint. */
START_TEST(the_text_form_keeps_each_field)
{
	struct site_conf conf = good(), back;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	strcpy(conf.plugstack, "/etc/slurm/plug stack.conf");
	conf.over_limit_min = -1;
	ck_assert_ptr_nonnull(out);
	conf_write(&conf, out);
	fclose(out);
	ck_assert(conf_read(&back, text));
	ck_assert_int_eq(memcmp(&conf, &back, sizeof(conf)), 0);
	ck_assert(!conf_read(&back, "now=3\n"));
	ck_assert(!conf_read(&back, ""));
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("site_conf");
	TCase *tc = tcase_create("site_conf");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, a_good_site_is_well);
	tcase_add_test(tc, no_requeue_by_slurmctld_is_an_error);
	tcase_add_test(tc, a_preemption_without_grace_is_a_warning);
	tcase_add_test(tc, the_signal_matters_only_with_a_grace);
	tcase_add_test(tc, modes_of_preemption);
	tcase_add_test(tc, steps_and_processes);
	tcase_add_test(tc, clocks);
	tcase_add_test(tc, versions_are_compared_without_the_last_number);
	tcase_add_test(tc, an_error_is_worse_than_what_cant_be_told);
	tcase_add_test(tc, the_text_form_keeps_each_field);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
