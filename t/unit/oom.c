/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a job's memory cgroup counts kills, in a hierarchy of files. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "requeue/process/oom.h"

#define SCOPE "/system.slice/slurmstepd.scope"

static char root[] = "/tmp/slurm-checkpoint-oom.XXXXXX";

/* Make a file, and the directories on its way. */
static void make_file(const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", root, name);
	for (char *at = path + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0700);
		*at = '/';
	}
	file = fopen(path, "w");
	if (!file)
		abort();
	fputs(text, file);
	fclose(file);
}

static const struct {
	const char *line;
	const char *file; /* below root; NULL: none */
} cases[] = {
	{"4:memory:/slurm/uid_1/job_2/step_batch/task_0",
	 "/memory/slurm/uid_1/job_2/step_batch/task_0/memory.oom_control"},
	{"5:freezer:/slurm/uid_1/job_2/step_batch/task_0", NULL},
	{"0::" SCOPE "/job_2/step_batch/user/task_0",
	 SCOPE "/job_2/step_batch/user/task_0/memory.events"},
	/* 26.05: by SLUID */
	{"0::" SCOPE "/s7Z2QK0ABCDEFG/step_batch/user/task_0",
	 SCOPE "/s7Z2QK0ABCDEFG/step_batch/user/task_0/memory.events"},
	/* a task's group without the file: its step's */
	{"0::" SCOPE "/s7Z2QK0ABCDEFG/step_1/user/task_0",
	 SCOPE "/s7Z2QK0ABCDEFG/step_1/memory.events"},
	/* a step's without it: not the job's or the scope's, in which the kills
	   of others count */
	{"0::" SCOPE "/s7Z2QK0ABCDEFG/step_2/user/task_0", NULL},
	/* no job's */
	{"0::" SCOPE "/system", NULL},
	{"0::" SCOPE "/slurmd/step_batch", NULL},
	{"0::" SCOPE "/job_x/step_batch", NULL},
	{"0::/user.slice/user-1000.slice", NULL},
	{"0::/", NULL},
	{"0::", NULL},
	{"nonsense", NULL},
	{"", NULL},
};

START_TEST(the_file_that_counts_a_jobs_kills_is_found)
{
	char line[256], path[OOM_PATH_MAX], want[512] = "";

	snprintf(line, sizeof(line), "%s", cases[_i].line);
	if (cases[_i].file)
		snprintf(want, sizeof(want), "%s%s", root, cases[_i].file);
	ck_assert_int_eq(oom_read_line(line, root, path),
			 cases[_i].file != NULL);
	if (cases[_i].file) {
		ck_assert_str_eq(path, want);
		ck_assert_uint_eq(oom_count(path), 3);
	}
}
END_TEST

START_TEST(a_file_without_the_counter_counts_nothing)
{
	ck_assert_uint_eq(oom_count("/dev/null"), 0);
	ck_assert_uint_eq(oom_count("/nonexistent"), 0);
	ck_assert_uint_eq(oom_count(""), 0);
}
END_TEST

static void make_hierarchy(void)
{
	if (!mkdtemp(root))
		abort();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (cases[i].file)
			make_file(cases[i].file, "oom 5\noom_kill 3\n");
	make_file(SCOPE "/memory.events", "oom_kill 9\n");
	make_file(SCOPE "/s7Z2QK0ABCDEFG/memory.events", "oom_kill 9\n");
	make_file(SCOPE "/slurmd/step_batch/memory.events", "oom_kill 9\n");
}

int main(void)
{
	Suite *suite = suite_create("oom");
	TCase *tc = tcase_create("all");
	char command[128];
	SRunner *runner;
	int failed;

	make_hierarchy();
	tcase_add_loop_test(tc, the_file_that_counts_a_jobs_kills_is_found, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tc, a_file_without_the_counter_counts_nothing);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	if (system(command))
		failed = 1;
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
