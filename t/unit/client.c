/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The helper rpc is started, read and reaped, whatever it does. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "requeue/slurm/client.h"

#define NOW_MS INT64_C(1700000000000)

static char helpers[64], helper[128];
static const char *const words[] = {"load", "7", NULL};
static char err[CLIENT_ERROR_MAX];
static struct job job;

static void setup(void)
{
	strcpy(helpers, "/tmp/client-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(helpers));
	snprintf(helper, sizeof(helper), "%s/rpc", helpers);
	memset(&job, 0, sizeof(job));
}

static void teardown(void)
{
	job_forget(&job);
	unlink(helper);
	rmdir(helpers);
}

static void write_helper(const char *script)
{
	FILE *out = fopen(helper, "w");

	fprintf(out, "#!/bin/sh\n%s\n", script);
	fclose(out);
	chmod(helper, 0700);
}

static bool query_once(void)
{
	struct client_query query;
	int status;

	ck_assert_int_eq(
		client_start_query(&query, helpers, 7, "begin", NOW_MS), 0);
	ck_assert_int_eq(waitpid(query.pid, &status, 0), query.pid);
	return client_finish_query(&query, status, NOW_MS, &job) &&
	       query.pid == 0;
}

START_TEST(a_reply_is_read_and_its_times_converted)
{
	write_helper("[ \"$*\" = 'load 7 begin' ] || exit 64\n"
		     "printf '%s\\n' state=RUNNING now=1700000100 "
		     "end_time=1700003700");
	ck_assert(query_once());
	ck_assert_int_eq(job.state, STATE_RUNNING);
	ck_assert_int_eq(job.end_s, 1700003600);
}
END_TEST

START_TEST(a_helper_that_fails_gives_no_reply)
{
	write_helper("echo state=RUNNING; exit 1");
	ck_assert(!query_once());
	ck_assert_int_eq(job.state, STATE_UNKNOWN);
}
END_TEST

START_TEST(a_cancelled_query_leaves_no_child)
{
	struct client_query query;

	write_helper("exec sleep 100");
	ck_assert_int_eq(client_start_query(&query, helpers, 7, NULL, NOW_MS),
			 0);
	client_cancel_query(&query);
	ck_assert_int_eq(query.pid, 0);
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
	ck_assert_int_eq(errno, ECHILD);
	client_cancel_query(&query);
}
END_TEST

START_TEST(why_term_came_is_waited_for_shortly)
{
	struct client_query query;

	write_helper("");
	client_start_query(&query, helpers, 7, CLIENT_REACH "n1", NOW_MS);
	ck_assert_int_eq(query.timeout_ms, CLIENT_TERM_TIMEOUT_MS);
	ck_assert_int_eq(query.started_ms, NOW_MS);
	client_cancel_query(&query);
}
END_TEST

START_TEST(output_longer_than_a_pipe_is_whole)
{
	char *out;

	write_helper("head -c 300000 /dev/zero | tr '\\0' x; "
		     "echo first >&2; echo second >&2; exit 3");
	ck_assert_int_eq(
		client_call(helpers, words, CLIENT_NO_TIMEOUT, &out, err), 3);
	ck_assert_uint_eq(strlen(out), 300000);
	ck_assert_str_eq(err, "first");
	free(out);
}
END_TEST

START_TEST(a_helper_that_is_missing_is_named)
{
	char expected[256], *out;

	snprintf(expected, sizeof(expected),
		 "%s can't be started: No such file or directory", helper);
	ck_assert_int_eq(
		client_call(helpers, words, CLIENT_NO_TIMEOUT, &out, err), -1);
	ck_assert_str_eq(err, expected);
	free(out);
}
END_TEST

START_TEST(a_helper_that_prints_nothing_is_killed)
{
	write_helper("exec sleep 100");
	ck_assert_int_eq(client_load(helpers, 7, 50, &job, err), -1);
	ck_assert_ptr_nonnull(strstr(err, "/rpc was killed by signal 9"));
	ck_assert_int_eq(job.state, STATE_UNKNOWN);
}
END_TEST

START_TEST(a_load_keeps_slurmctlds_times)
{
	write_helper("printf '%s\\n' state=RUNNING now=1 end_time=4102444800");
	ck_assert_int_eq(client_load(helpers, 7, CLIENT_NO_TIMEOUT, &job, err),
			 0);
	ck_assert_int_eq(job.end_s, 4102444800);
}
END_TEST

START_TEST(a_reply_without_a_state_is_not_understood)
{
	write_helper("echo held=1");
	ck_assert_int_eq(client_load(helpers, 7, CLIENT_NO_TIMEOUT, &job, err),
			 -1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("client");
	TCase *tcase = tcase_create("client");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_reply_is_read_and_its_times_converted);
	tcase_add_test(tcase, a_helper_that_fails_gives_no_reply);
	tcase_add_test(tcase, a_cancelled_query_leaves_no_child);
	tcase_add_test(tcase, why_term_came_is_waited_for_shortly);
	tcase_add_test(tcase, output_longer_than_a_pipe_is_whole);
	tcase_add_test(tcase, a_helper_that_is_missing_is_named);
	tcase_add_test(tcase, a_helper_that_prints_nothing_is_killed);
	tcase_add_test(tcase, a_load_keeps_slurmctlds_times);
	tcase_add_test(tcase, a_reply_without_a_state_is_not_understood);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
