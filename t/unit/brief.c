/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The brief: what is written is read back, and nothing else is. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "requeue/settings/brief.h"

static int memory_with(const char *data, size_t len)
{
	int fd = memfd_create("brief", 0);

	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void fill(struct brief *brief)
{
	memset(brief, 0, sizeof(*brief));
	brief->job_id = 4000000000U;
	brief->array_task_id = BRIEF_NO_TASK;
	brief->restart_count = 7;
	brief->script_pid = 1234;
	brief->wait_status = BRIEF_NO_STATUS;
	strcpy(brief->cluster, "c");
	strcpy(brief->job_name, "a=b c");
	strcpy(brief->work_dir, "/home/u/dir with spaces");
	strcpy(brief->settings, "grace=600 dir=x");
}

static int read_text(const char *text, struct brief *brief)
{
	char err[128];
	int fd = memory_with(text, strlen(text)), rc;

	rc = brief_read(fd, brief, NULL, err, sizeof(err));
	close(fd);
	return rc;
}

START_TEST(what_is_written_is_read_back)
{
	static const char env[] = "A=1\0B=two\nlines\0";
	char head[BRIEF_HEAD_LEN + sizeof(env)], err[128], **vars;
	struct brief in, out;
	int len, fd;

	fill(&in);
	len = brief_format(&in, head);
	ck_assert_int_gt(len, 0);
	memcpy(head + len, env, sizeof(env) - 1);
	fd = memory_with(head, (size_t)len + sizeof(env) - 1);
	ck_assert_int_eq(brief_read(fd, &out, &vars, err, sizeof(err)), 0);
	ck_assert_mem_eq(&in, &out, sizeof(in));
	ck_assert_str_eq(vars[0], "A=1");
	ck_assert_str_eq(vars[1], "B=two\nlines");
	ck_assert_ptr_null(vars[2]);
	free(vars);
	close(fd);
}
END_TEST

START_TEST(a_large_environment_is_read_whole)
{
	size_t size = 3 * 1024 * 1024;
	char head[BRIEF_HEAD_LEN], err[128], **vars, *big = malloc(size);
	struct brief in, out;
	int fd = memfd_create("brief", 0), len;

	fill(&in);
	len = brief_format(&in, head);
	memset(big, 'x', size - 1);
	big[size - 1] = '\0';
	ck_assert_int_eq(write(fd, head, (size_t)len), len);
	ck_assert_int_eq(write(fd, big, size), (ssize_t)size);
	lseek(fd, 0, SEEK_SET);
	ck_assert_int_eq(brief_read(fd, &out, &vars, err, sizeof(err)), 0);
	ck_assert_str_eq(vars[0], big);
	ck_assert_ptr_null(vars[1]);
	free(vars);
	free(big);
	close(fd);
}
END_TEST

START_TEST(a_value_with_a_newline_is_refused)
{
	char head[BRIEF_HEAD_LEN];
	struct brief brief;

	fill(&brief);
	strcpy(brief.work_dir, "/home/u\njob_id=1");
	ck_assert_int_eq(brief_format(&brief, head), -1);
}
END_TEST

START_TEST(the_largest_brief_fits)
{
	char head[BRIEF_HEAD_LEN];
	struct brief brief;

	fill(&brief);
	memset(brief.cluster, 'x', sizeof(brief.cluster) - 1);
	memset(brief.node, 'x', sizeof(brief.node) - 1);
	memset(brief.job_name, 'x', sizeof(brief.job_name) - 1);
	memset(brief.user, 'x', sizeof(brief.user) - 1);
	memset(brief.work_dir, 'x', sizeof(brief.work_dir) - 1);
	memset(brief.settings, 'x', sizeof(brief.settings) - 1);
	memset(brief.site, 'x', sizeof(brief.site) - 1);
	ck_assert_int_gt(brief_format(&brief, head), 0);
}
END_TEST

START_TEST(a_brief_that_is_cut_short_is_refused)
{
	struct brief brief;

	ck_assert_int_eq(read_text("job_id=1\n", &brief), -1);
	ck_assert_int_eq(read_text("", &brief), -1);
}
END_TEST

START_TEST(what_another_release_knows_is_passed_over)
{
	struct brief brief;

	ck_assert_int_eq(read_text("job_id=1\nlater=x=y\n\n", &brief), 0);
	ck_assert_uint_eq(brief.job_id, 1);
	ck_assert_int_eq(brief.wait_status, BRIEF_NO_STATUS);
}
END_TEST

START_TEST(lines_that_are_not_understood_are_refused)
{
	struct brief brief;

	ck_assert_int_eq(read_text("job_id\n\n", &brief), -1);
	ck_assert_int_eq(read_text("job_id=\n\n", &brief), -1);
	ck_assert_int_eq(read_text("job_id=-1\n\n", &brief), -1);
	ck_assert_int_eq(read_text("job_id=1x\n\n", &brief), -1);
	ck_assert_int_eq(read_text("job_id=4294967296\n\n", &brief), -1);
	ck_assert_int_eq(read_text("script_pid=3000000000\n\n", &brief), -1);
	ck_assert_int_eq(read_text("job_id=1\n\n", &brief), 0);
	ck_assert_uint_eq(brief.job_id, 1);
}
END_TEST

START_TEST(a_value_that_is_too_long_is_refused)
{
	char text[8192] = "cluster=";
	struct brief brief;

	memset(text + 8, 'x', 200);
	strcpy(text + 208, "\n\n");
	ck_assert_int_eq(read_text(text, &brief), -1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("brief");
	TCase *tc = tcase_create("brief");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, what_is_written_is_read_back);
	tcase_add_test(tc, a_large_environment_is_read_whole);
	tcase_add_test(tc, a_value_with_a_newline_is_refused);
	tcase_add_test(tc, the_largest_brief_fits);
	tcase_add_test(tc, a_brief_that_is_cut_short_is_refused);
	tcase_add_test(tc, what_another_release_knows_is_passed_over);
	tcase_add_test(tc, lines_that_are_not_understood_are_refused);
	tcase_add_test(tc, a_value_that_is_too_long_is_refused);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
