/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store_journal.c: journals, facts that a job reports, and requests. */
#include <signal.h>
#include <time.h>

#include "store_fixture.h"

static struct ckpt_store *store;

static void begin_store(void)
{
	set_up();
	store = claim(0);
}

static void end_store(void)
{
	ckpt_close(store);
	tear_down();
}

static void append(unsigned run, const char *kind, int64_t n)
{
	struct ckpt_record *rec = ckpt_record_new(kind);

	ckpt_record_set_int(rec, "n", n);
	ck_ok(ckpt_journal_append(store, run, rec, &err));
	ckpt_record_free(rec);
}

static bool sum_up(const struct ckpt_record *rec, void *arg)
{
	if (!strcmp(ckpt_record_kind(rec), "test"))
		*(int64_t *)arg =
			*(int64_t *)arg * 10 + ckpt_record_int(rec, "n", 0);
	return true;
}

/* The records' numbers, in order, as digits. */
static int64_t digits(unsigned run)
{
	int64_t sum = 0;

	ck_ok(ckpt_journal_read(store, run, sum_up, &sum, &err));
	return sum;
}

static void add_bytes(const char *text)
{
	FILE *file = fopen("store/journal-0000.jsonl", "a");

	ck_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

START_TEST(records_are_read_in_order)
{
	append(0, "test", 1);
	append(0, "test", 2);
	append(0, "other", 9);
	append(0, "test", 3);
	ck_assert_int_eq(digits(0), 123);
}
END_TEST

static bool check_values(const struct ckpt_record *rec, void *arg)
{
	if (strcmp(ckpt_record_kind(rec), "values"))
		return true;
	*(bool *)arg = true;
	ck_assert_str_eq(ckpt_record_str(rec, "text"), "caf\xc3\xa9 \"x\"\n");
	ck_assert_str_eq(ckpt_record_str(rec, "bad"), "a?b");
	ck_assert_ptr_null(ckpt_record_str(rec, "none"));
	ck_assert_ptr_null(ckpt_record_str(rec, "int"));
	ck_assert_int_eq(ckpt_record_int(rec, "int", 0), INT64_MIN);
	ck_assert_int_eq(ckpt_record_int(rec, "text", -7), -7);
	ck_assert_double_eq(ckpt_record_num(rec, "num", 0), 0.1);
	ck_assert_double_eq(ckpt_record_num(rec, "whole", 0), 3);
	ck_assert_int_eq(ckpt_record_int(rec, "whole", -1), -1);
	ck_assert_double_eq(ckpt_record_num(rec, "nan", 5), 5);
	ck_assert(ckpt_record_bool(rec, "yes"));
	ck_assert(!ckpt_record_bool(rec, "no"));
	ck_assert(!ckpt_record_bool(rec, "int"));
	ck_assert_double_gt(ckpt_record_time(rec), 1.6e9);
	ck_assert_ptr_null(strstr(ckpt_record_json(rec), "\"sum\""));
	return false;
}

START_TEST(values_come_back_with_their_types)
{
	struct ckpt_record *rec = ckpt_record_new("values");
	bool is_found = false;

	ckpt_record_set_str(rec, "text", "caf\xc3\xa9 \"x\"\n");
	ckpt_record_set_str(rec, "bad",
			    "a\xff"
			    "b");
	ckpt_record_set_str(rec, "none", NULL);
	ckpt_record_set_int(rec, "int", INT64_MIN);
	ckpt_record_set_num(rec, "num", 0.1);
	ckpt_record_set_num(rec, "whole", 3);
	ckpt_record_set_num(rec, "nan", 0.0 / 0.0);
	ckpt_record_set_bool(rec, "yes", true);
	ckpt_record_set_bool(rec, "no", false);
	ck_ok(ckpt_journal_append(store, 0, rec, &err));
	ckpt_record_free(rec);
	ck_ok(ckpt_journal_read(store, 0, check_values, &is_found, &err));
	ck_assert(is_found);
}
END_TEST

START_TEST(rec_and_time_come_first_in_a_line)
{
	struct ckpt_record *rec = ckpt_record_new("test");

	ckpt_record_set_int(rec, "n", 1);
	ck_ok(ckpt_journal_append(store, 0, rec, &err));
	ck_assert(!strncmp(ckpt_record_json(rec), "{\"rec\":\"test\",\"t\":1",
			   19));
	ckpt_record_free(rec);
}
END_TEST

START_TEST(a_torn_line_is_skipped_and_the_next_one_is_whole)
{
	append(0, "test", 1);
	add_bytes("{\"rec\":\"test\",\"t\":1.0,\"n\":5,\"su");
	ck_assert_int_eq(digits(0), 1);
	append(0, "test", 2);
	ck_assert_int_eq(digits(0), 12);
}
END_TEST

START_TEST(every_truncation_of_a_journal_can_be_read)
{
	struct stat st;
	off_t size;
	int64_t got;

	append(0, "test", 1);
	append(0, "test", 2);
	ck_assert(stat("store/journal-0000.jsonl", &st) == 0);
	for (size = st.st_size; size >= 0; size--) {
		ck_assert(truncate("store/journal-0000.jsonl", size) == 0);
		got = digits(0);
		ck_assert(got == 12 || got == 1 || got == 0);
	}
}
END_TEST

START_TEST(a_changed_line_is_skipped)
{
	add_bytes("{\"rec\":\"test\",\"t\":1.0,\"n\":5,"
		  "\"sum\":\"0123456789abcdef\"}\n");
	add_bytes("\n\n{}\nnull\n[[[[[[[[[[[[[[[[[[[[[[\n\"\n");
	append(0, "test", 7);
	ck_assert_int_eq(digits(0), 7);
}
END_TEST

START_TEST(a_line_without_an_end_is_skipped)
{
	char *text = malloc(300001);
	int64_t sum = 0;

	memset(text, 'x', 300000);
	text[300000] = '\0';
	append(0, "test", 1);
	add_bytes(text);
	free(text);
	append(0, "test", 2);
	ck_ok(ckpt_journal_read(store, 0, sum_up, &sum, &err));
	ck_assert_int_eq(sum, 12);
}
END_TEST

START_TEST(an_endless_journal_is_given_up)
{
	int64_t sum = 0;

	ck_assert(truncate("store/journal-0000.jsonl", (off_t)1 << 40) == 0);
	ck_refused(ckpt_journal_read(store, 0, sum_up, &sum, &err), CKPT_LIMIT,
		   "could not be read");
}
END_TEST

START_TEST(a_record_too_long_is_refused)
{
	struct ckpt_record *rec = ckpt_record_new("test");
	char *text = malloc(CKPT_RECORD_MAX + 1);

	memset(text, 'x', CKPT_RECORD_MAX);
	text[CKPT_RECORD_MAX] = '\0';
	ckpt_record_set_str(rec, "long", text);
	ck_refused(ckpt_journal_append(store, 0, rec, &err), CKPT_LIMIT,
		   "too long");
	ckpt_record_free(rec);
	free(text);
}
END_TEST

START_TEST(a_journal_that_is_not_there_is_none)
{
	struct ckpt_record *rec = ckpt_record_new("test");
	int64_t sum = 0;

	ck_refused(ckpt_journal_read(store, 3, sum_up, &sum, &err), CKPT_NONE,
		   "journal-0003.jsonl");
	ck_refused(ckpt_journal_append(store, 3, rec, &err), CKPT_NONE,
		   "journal-0003.jsonl");
	ck_assert_int_eq(ckpt_journal_newest(store), 0);
	ckpt_record_free(rec);
}
END_TEST

START_TEST(a_journal_that_is_a_link_is_refused)
{
	struct ckpt_record *rec = ckpt_record_new("test");
	int64_t sum = 0;

	write_file("victim", "");
	ck_assert(symlink("../victim", "store/journal-0007.jsonl") == 0);
	ck_refused(ckpt_journal_append(store, 7, rec, &err), CKPT_EIO,
		   "could not be opened");
	ck_refused(ckpt_journal_read(store, 7, sum_up, &sum, &err), CKPT_EIO,
		   "could not be opened");
	ck_assert(holds("victim", ""));
	ckpt_record_free(rec);
}
END_TEST

START_TEST(a_journal_that_is_a_fifo_is_refused)
{
	struct ckpt_record *rec = ckpt_record_new("test");
	int64_t sum = 0;

	ck_assert(mkfifo("store/journal-0007.jsonl", 0600) == 0);
	ck_refused(ckpt_journal_append(store, 7, rec, &err), CKPT_EIO,
		   "could not be opened");
	ck_refused(ckpt_journal_read(store, 7, sum_up, &sum, &err), CKPT_EIO,
		   "could not be opened");
	ckpt_record_free(rec);
}
END_TEST

static bool stop_at_once(const struct ckpt_record *rec, void *arg)
{
	(void)rec;
	++*(int *)arg;
	return false;
}

START_TEST(a_walk_ends_when_each_returns_false)
{
	int count = 0;

	append(0, "test", 1);
	append(0, "test", 2);
	ck_ok(ckpt_journal_read(store, 0, stop_at_once, &count, &err));
	ck_assert_int_eq(count, 1);
}
END_TEST

START_TEST(the_newest_journal_is_found)
{
	ck_assert_int_eq(ckpt_journal_newest(store), 0);
	ckpt_close(claim(12));
	write_file("store/journal-99.jsonl", "");
	write_file("store/journal-0099.jsonl.bak", "");
	ck_assert_int_eq(ckpt_journal_newest(store), 12);
}
END_TEST

START_TEST(progress_is_kept_for_its_run)
{
	ck_assert_double_lt(ckpt_run_progress(store, 0), 0);
	ck_ok(ckpt_progress(store, 0.1, &err));
	ck_ok(ckpt_progress(store, 0.4, &err));
	ck_assert_double_eq(ckpt_run_progress(store, 0), 0.4);
	ck_assert_double_lt(ckpt_run_progress(store, 1), 0);
	write_file("store/progress-0000.json", "0.9");
	ck_assert_double_lt(ckpt_run_progress(store, 0), 0);
}
END_TEST

START_TEST(done_is_kept_for_its_run)
{
	ck_assert(!ckpt_is_done(store, 0));
	ck_ok(ckpt_done(store, &err));
	ck_assert(ckpt_is_done(store, 0));
	ck_assert(!ckpt_is_done(store, 1));
}
END_TEST

START_TEST(done_by_an_older_run_is_refused)
{
	ckpt_close(claim(1));
	ck_refused(ckpt_done(store, &err), CKPT_STALE, "run 1");
	ck_assert(!ckpt_is_done(store, 0));
}
END_TEST

START_TEST(time_left_is_from_the_last_record)
{
	struct ckpt_record *rec = ckpt_record_new("run");
	int64_t left;

	ck_refused(ckpt_time_left(store, &left, &err), CKPT_NONE,
		   "isn't known");
	ckpt_record_set_int(rec, "end", time(NULL) + 1000);
	ck_ok(ckpt_journal_append(store, 0, rec, &err));
	ckpt_record_free(rec);
	ck_ok(ckpt_time_left(store, &left, &err));
	ck_assert(left > 990 && left <= 1000);
	rec = ckpt_record_new("deadline");
	ckpt_record_set_num(rec, "end", (double)time(NULL) + 500.5);
	ck_ok(ckpt_journal_append(store, 0, rec, &err));
	ckpt_record_free(rec);
	setenv("SLURM_CHECKPOINT_DEADLINE", "1", 1);
	ck_ok(ckpt_time_left(store, &left, &err));
	ck_assert(left > 490 && left <= 501);
}
END_TEST

START_TEST(time_left_falls_back_to_the_environment)
{
	char text[32];
	int64_t left;

	snprintf(text, sizeof(text), "%lld", (long long)time(NULL) + 100);
	setenv("SLURM_CHECKPOINT_DEADLINE", text, 1);
	ck_ok(ckpt_time_left(store, &left, &err));
	ck_assert(left > 90 && left <= 100);
	setenv("SLURM_CHECKPOINT_DEADLINE", "1000", 1);
	ck_ok(ckpt_time_left(store, &left, &err));
	ck_assert_int_eq(left, 0);
	setenv("SLURM_CHECKPOINT_DEADLINE", "soon", 1);
	ck_refused(ckpt_time_left(store, &left, &err), CKPT_NONE, "known");
}
END_TEST

static void request(const char *cause)
{
	struct ckpt_record *rec = ckpt_record_new("request");

	ckpt_record_set_str(rec, "cause", cause);
	ckpt_record_set_bool(rec, "made", true);
	ck_ok(ckpt_journal_append(store, 0, rec, &err));
	ckpt_record_free(rec);
}

START_TEST(a_poll_sees_a_request_and_is_recorded)
{
	ck_refused(ckpt_requested(store, &err), CKPT_NONE, "isn't requested");
	ck_assert(!ckpt_has_poller(store, 0));
	request("limit");
	ck_ok(ckpt_requested(store, &err));
	ck_assert(ckpt_has_poller(store, 0));
}
END_TEST

START_TEST(an_interval_request_is_no_reason_to_stop)
{
	request("interval");
	ck_refused(ckpt_requested(store, &err), CKPT_NONE, "isn't requested");
	request("preempt");
	request("interval");
	ck_ok(ckpt_requested(store, &err));
}
END_TEST

START_TEST(a_request_of_an_earlier_run_is_over)
{
	struct ckpt_store *next;

	request("limit");
	next = claim(1);
	ck_refused(ckpt_requested(next, &err), CKPT_NONE, "isn't requested");
	ckpt_close(next);
}
END_TEST

START_TEST(a_notice_is_pending_until_cleared)
{
	ck_ok(ckpt_notice_install(SIGUSR1, &err));
	ck_assert(!ckpt_notice_pending());
	raise(SIGUSR1);
	ck_assert(ckpt_notice_pending());
	ckpt_notice_clear();
	ck_assert(!ckpt_notice_pending());
}
END_TEST

START_TEST(a_signal_that_cannot_be_caught_is_refused)
{
	ck_refused(ckpt_notice_install(SIGKILL, &err), CKPT_EINVAL,
		   "signal 9 can't be caught");
	ck_refused(ckpt_notice_install(1000, &err), CKPT_EINVAL, "1000");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store_journal");
	TCase *tc = tcase_create("journal");

	tcase_add_checked_fixture(tc, begin_store, end_store);
	tcase_add_test(tc, records_are_read_in_order);
	tcase_add_test(tc, values_come_back_with_their_types);
	tcase_add_test(tc, rec_and_time_come_first_in_a_line);
	tcase_add_test(tc, a_torn_line_is_skipped_and_the_next_one_is_whole);
	tcase_add_test(tc, every_truncation_of_a_journal_can_be_read);
	tcase_add_test(tc, a_changed_line_is_skipped);
	tcase_add_test(tc, a_line_without_an_end_is_skipped);
	tcase_add_test(tc, an_endless_journal_is_given_up);
	tcase_add_test(tc, a_record_too_long_is_refused);
	tcase_add_test(tc, a_journal_that_is_not_there_is_none);
	tcase_add_test(tc, a_journal_that_is_a_link_is_refused);
	tcase_add_test(tc, a_journal_that_is_a_fifo_is_refused);
	tcase_add_test(tc, a_walk_ends_when_each_returns_false);
	tcase_add_test(tc, the_newest_journal_is_found);
	tcase_add_test(tc, progress_is_kept_for_its_run);
	tcase_add_test(tc, done_is_kept_for_its_run);
	tcase_add_test(tc, done_by_an_older_run_is_refused);
	tcase_add_test(tc, time_left_is_from_the_last_record);
	tcase_add_test(tc, time_left_falls_back_to_the_environment);
	tcase_add_test(tc, a_poll_sees_a_request_and_is_recorded);
	tcase_add_test(tc, an_interval_request_is_no_reason_to_stop);
	tcase_add_test(tc, a_request_of_an_earlier_run_is_over);
	tcase_add_test(tc, a_notice_is_pending_until_cleared);
	tcase_add_test(tc, a_signal_that_cannot_be_caught_is_refused);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
