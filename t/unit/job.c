/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What slurmctld says of a job survives its text form, and can't break it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/slurm/job.h"

static struct job job, back;

static void setup(void)
{
	memset(&job, 0, sizeof(job));
	memset(&back, 0, sizeof(back));
	job_set_state(&job, "RUNNING");
}

static void teardown(void)
{
	job_forget(&job);
	job_forget(&back);
}

static void there_and_back(void)
{
	char *text = job_encode(&job);

	ck_assert_ptr_nonnull(text);
	ck_assert(job_decode(&back, text));
	free(text);
}

/* The line that begins with key, without its end. */
static char *line_of(const char *key)
{
	char *text = job_encode(&job), *from = strstr(text, key), *line;

	ck_assert_ptr_nonnull(from);
	ck_assert(from == text || from[-1] == '\n');
	line = strndup(from, strcspn(from, "\n"));
	free(text);
	return line;
}

START_TEST(every_number_survives)
{
	job.array_job_id = 4294967294u;
	job.array_task_id = 7;
	job.restart_count = 3;
	job.now_s = 1700000000;
	job.start_s = 1700000001;
	job.end_s = 4102444800;
	job.begin_s = 1700000003;
	job.preempt_s = 1700000004;
	job.limit_min = 600;
	job.time_min_min = 60;
	job.requeue_delay_s = 121;
	job.call_timeout_s = 25;
	strcpy(job.version, "22.05.8");
	job.notice = JOB_NOTICE_STEPS;
	there_and_back();
	ck_assert_uint_eq(back.array_job_id, 4294967294u);
	ck_assert_uint_eq(back.array_task_id, 7);
	ck_assert_uint_eq(back.restart_count, 3);
	ck_assert_int_eq(back.now_s, 1700000000);
	ck_assert_int_eq(back.start_s, 1700000001);
	ck_assert_int_eq(back.end_s, 4102444800);
	ck_assert_int_eq(back.begin_s, 1700000003);
	ck_assert_int_eq(back.preempt_s, 1700000004);
	ck_assert_int_eq(back.limit_min, 600);
	ck_assert_int_eq(back.time_min_min, 60);
	ck_assert_int_eq(back.requeue_delay_s, 121);
	ck_assert_int_eq(back.call_timeout_s, 25);
	ck_assert_str_eq(back.version, "22.05.8");
	ck_assert_int_eq(back.notice, JOB_NOTICE_STEPS);
}
END_TEST

START_TEST(every_flag_survives_by_itself)
{
	const size_t flags[] = {
		offsetof(struct job, is_held),
		offsetof(struct job, can_requeue),
		offsetof(struct job, is_vacating),
		offsetof(struct job, term_reaches_all),
	};
	const size_t count = sizeof(flags) / sizeof(flags[0]);

	*((bool *)&job + flags[_i]) = true;
	there_and_back();
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(*((bool *)&back + flags[i]), (int)i == _i);
}
END_TEST

START_TEST(every_text_survives)
{
	strcpy(job.reason, "JobHeldUser");
	strcpy(job.cluster, "blue");
	strcpy(job.nodes, "n[1-3],n7");
	strcpy(job.name, "a=b, with spaces");
	strcpy(job.work_dir, "/home/u/\xc3\xa4");
	there_and_back();
	ck_assert_str_eq(back.reason, "JobHeldUser");
	ck_assert_str_eq(back.cluster, "blue");
	ck_assert_str_eq(back.nodes, "n[1-3],n7");
	ck_assert_str_eq(back.name, "a=b, with spaces");
	ck_assert_str_eq(back.work_dir, "/home/u/\xc3\xa4");
}
END_TEST

START_TEST(the_longest_texts_survive)
{
	memset(job.nodes, 'n', sizeof(job.nodes) - 1);
	memset(job.work_dir, 'w', sizeof(job.work_dir) - 1);
	there_and_back();
	ck_assert_str_eq(back.nodes, job.nodes);
	ck_assert_str_eq(back.work_dir, job.work_dir);
}
END_TEST

START_TEST(of_the_comment_our_part_survives)
{
	job.comment = strdup("mine\nand [scheckpoint: run 0: the job goes on]");
	there_and_back();
	ck_assert_str_eq(back.comment, "[scheckpoint: run 0: the job goes on]");
}
END_TEST

START_TEST(a_job_without_a_comment_has_none)
{
	there_and_back();
	ck_assert_str_eq(back.comment, "");
}
END_TEST

static const struct {
	const char *name;
	enum job_state state;
	bool is_suspended, is_alive;
} states[] = {
	{"PENDING", STATE_PENDING, false, true},
	{"PENDING,COMPLETING", STATE_PENDING, false, true},
	{"RUNNING", STATE_RUNNING, false, true},
	{"SUSPENDED", STATE_RUNNING, true, true},
	{"COMPLETED", STATE_COMPLETED, false, false},
	{"COMPLETED,COMPLETING", STATE_COMPLETED, false, true},
	{"CANCELLED", STATE_CANCELLED, false, false},
	{"FAILED", STATE_FAILED, false, false},
	{"TIMEOUT", STATE_TIMEOUT, false, false},
	{"NODE_FAIL", STATE_NODE_FAIL, false, false},
	{"PREEMPTED", STATE_PREEMPTED, false, false},
	{"OUT_OF_MEMORY", STATE_OTHER_END, false, false},
	{"CANCELLED,REVOKED", STATE_OTHER_END, false, false},
	{"RUN", STATE_OTHER_END, false, false},
	{"RUNNINGS", STATE_OTHER_END, false, true},
	{"", STATE_OTHER_END, false, false},
};

START_TEST(every_state_survives)
{
	job_set_state(&job, states[_i].name);
	there_and_back();
	ck_assert_str_eq(back.state_name, states[_i].name);
	ck_assert_int_eq(back.state, states[_i].state);
	ck_assert_int_eq(back.is_suspended, states[_i].is_suspended);
	ck_assert_int_eq(job_is_alive(&back), states[_i].is_alive);
}
END_TEST

START_TEST(hostile_text_stays_on_its_line)
{
	char *line;

	strcpy(job.name, "x\nstate=COMPLETED\nend_time=1\x1b[2J");
	line = line_of("name=");
	ck_assert_str_eq(line, "name=x?state=COMPLETED?end_time=1?[2J");
	free(line);
	job.comment = strdup("[scheckpoint: a\r\nstate=FAILED]");
	line = line_of("comment=");
	ck_assert_str_eq(line, "comment=[scheckpoint: a\?\?state=FAILED]");
	free(line);
	there_and_back();
	ck_assert_int_eq(back.state, STATE_RUNNING);
	ck_assert_int_eq(back.end_s, 0);
}
END_TEST

START_TEST(unknown_keys_and_broken_lines_are_ignored)
{
	ck_assert(job_decode(&back,
			     "user_id=1\n=\nnothing\n\nstate=PENDING\n"
			     "held=1\nhel=0\nheldd=0\nHELD=0\ntime_limit_min="
			     "7"));
	ck_assert_int_eq(back.state, STATE_PENDING);
	ck_assert(back.is_held);
	ck_assert_int_eq(back.limit_min, 7);
}
END_TEST

START_TEST(what_is_not_said_is_zero)
{
	job.limit_min = 1;
	there_and_back();
	ck_assert(job_decode(&back, "state=RUNNING\n"));
	ck_assert_int_eq(back.limit_min, 0);
	ck_assert_uint_eq(back.array_task_id, JOB_NO_TASK);
	ck_assert_ptr_null(back.comment);
}
END_TEST

START_TEST(texts_that_are_too_long_are_cut)
{
	char text[4096] = "state=RUNNING\nname=";

	memset(text + strlen(text), 'n', sizeof(text) - strlen(text) - 1);
	ck_assert(job_decode(&back, text));
	ck_assert_uint_eq(strlen(back.name), sizeof(back.name) - 1);
}
END_TEST

START_TEST(a_text_without_a_state_is_no_job)
{
	ck_assert(!job_decode(&back, "job_id=7\nheld=0\n"));
	ck_assert_int_eq(back.state, STATE_UNKNOWN);
	ck_assert(!job_decode(&back, ""));
	ck_assert_int_eq(back.state, STATE_UNKNOWN);
}
END_TEST

START_TEST(times_are_converted_and_no_time_stays_none)
{
	job.now_s = 1000;
	job.submit_s = 1001;
	job.start_s = 1002;
	job.end_s = 1003;
	job.begin_s = 1004;
	job_convert_times(&job, 100);
	ck_assert_int_eq(job.now_s, 900);
	ck_assert_int_eq(job.submit_s, 901);
	ck_assert_int_eq(job.start_s, 902);
	ck_assert_int_eq(job.end_s, 903);
	ck_assert_int_eq(job.begin_s, 904);
	ck_assert_int_eq(job.preempt_s, 0);
	job_convert_times(&job, -100);
	ck_assert_int_eq(job.end_s, 1003);
}
END_TEST

START_TEST(a_run_sees_what_it_depends_on)
{
	struct run_view view;

	job_set_state(&job, "SUSPENDED");
	job.end_s = 1700000000;
	job.preempt_s = 1;
	view = job_view(&job);
	ck_assert_int_eq(view.state, STATE_RUNNING);
	ck_assert_int_eq(view.end_ms, INT64_C(1700000000000));
	ck_assert(view.is_preempting);
	ck_assert(!view.is_vacating);
	ck_assert(!view.term_reaches_all);
	job.preempt_s = 0;
	job.is_vacating = job.term_reaches_all = true;
	view = job_view(&job);
	ck_assert(!view.is_preempting);
	ck_assert(view.is_vacating);
	ck_assert(view.term_reaches_all);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("job");
	TCase *tcase = tcase_create("job");
	SRunner *runner = srunner_create(suite);
	const int states_count = sizeof(states) / sizeof(states[0]);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, every_number_survives);
	tcase_add_loop_test(tcase, every_flag_survives_by_itself, 0, 4);
	tcase_add_test(tcase, every_text_survives);
	tcase_add_test(tcase, the_longest_texts_survive);
	tcase_add_test(tcase, of_the_comment_our_part_survives);
	tcase_add_test(tcase, a_job_without_a_comment_has_none);
	tcase_add_loop_test(tcase, every_state_survives, 0, states_count);
	tcase_add_test(tcase, hostile_text_stays_on_its_line);
	tcase_add_test(tcase, unknown_keys_and_broken_lines_are_ignored);
	tcase_add_test(tcase, what_is_not_said_is_zero);
	tcase_add_test(tcase, texts_that_are_too_long_are_cut);
	tcase_add_test(tcase, a_text_without_a_state_is_no_job);
	tcase_add_test(tcase, times_are_converted_and_no_time_stays_none);
	tcase_add_test(tcase, a_run_sees_what_it_depends_on);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
