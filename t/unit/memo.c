/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memo: what is kept is read back, and nothing else is. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/store.h"
#include "requeue/settings/brief.h"
#include "requeue/journal/memo.h"

static int memo_fd;
static char seen[256]; /* kind:n of each record, in order */

static void see(const struct ckpt_record *rec, void *arg)
{
	size_t used = strlen(seen);

	(void)arg;
	snprintf(seen + used, sizeof(seen) - used, "%s%s:%d", used ? " " : "",
		 ckpt_record_kind(rec), (int)ckpt_record_int(rec, "n", -1));
}

static const char *what_is_in(int fd)
{
	seen[0] = '\0';
	memo_read(fd, see, NULL);
	return seen;
}

static void keep(const char *kind, int n, bool made)
{
	struct ckpt_record *rec = ckpt_record_new(kind);

	ckpt_record_set_int(rec, "n", n);
	ckpt_record_set_bool(rec, "made", made);
	memo_keep(rec);
	ckpt_record_free(rec);
}

static void setup(void)
{
	memo_fd = brief_memo();
	ck_assert_int_ge(memo_fd, 0);
	memo_use(dup(memo_fd));
}

START_TEST(the_newest_of_each_kind_is_kept)
{
	ck_assert_str_eq(what_is_in(memo_fd), "");
	keep("finish", 1, false);
	keep("request", 2, true);
	keep("run", 3, false);
	keep("request", 4, true);
	keep("signal", 5, false);
	ck_assert_str_eq(what_is_in(memo_fd), "run:3 request:4 finish:1");
}
END_TEST

START_TEST(a_request_counts_from_when_it_is_made)
{
	keep("request", 1, false);
	ck_assert_str_eq(what_is_in(memo_fd), "");
	keep("request", 2, true);
	keep("request", 3, false);
	ck_assert_str_eq(what_is_in(memo_fd), "request:2");
}
END_TEST

START_TEST(a_damaged_record_costs_no_other)
{
	static const char byte = '~';

	keep("run", 1, false);
	keep("view", 2, false);
	keep("finish", 3, false);
	ck_assert_int_eq(pwrite(memo_fd, &byte, 1, 10), 1);
	ck_assert_str_eq(what_is_in(memo_fd), "view:2 finish:3");
}
END_TEST

START_TEST(one_that_is_too_long_is_not_kept)
{
	static char text[BRIEF_MEMO_BYTES];
	struct ckpt_record *rec = ckpt_record_new("run");

	keep("run", 1, false);
	memset(text, 'x', sizeof(text) - 1);
	ckpt_record_set_str(rec, "output", text);
	memo_keep(rec);
	ckpt_record_free(rec);
	ck_assert_str_eq(what_is_in(memo_fd), "run:1");
}
END_TEST

START_TEST(only_sealed_memory_is_touched)
{
	int other = memfd_create("other", MFD_ALLOW_SEALING);

	ck_assert_int_eq(ftruncate(other, BRIEF_MEMO_BYTES), 0);
	memo_use(dup(other));
	keep("run", 1, false);
	ck_assert_str_eq(what_is_in(other), "");
	ck_assert_str_eq(what_is_in(-1), "");
	ck_assert_int_ne(ftruncate(memo_fd, 0), 0);
	ck_assert_int_ne(ftruncate(memo_fd, 1 << 20), 0);
	close(other);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("memo");
	TCase *memo = tcase_create("memo");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(memo, setup, NULL);
	tcase_add_test(memo, the_newest_of_each_kind_is_kept);
	tcase_add_test(memo, a_request_counts_from_when_it_is_made);
	tcase_add_test(memo, a_damaged_record_costs_no_other);
	tcase_add_test(memo, one_that_is_too_long_is_not_kept);
	tcase_add_test(memo, only_sealed_memory_is_touched);
	suite_add_tcase(suite, memo);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
