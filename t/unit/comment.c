/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A job's comment: the user's stays to the byte, ours can always be read. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/comment.h"

static const struct {
	const char *old, *text, *whole;
} composed[] = {
	{"", "run 0: on", "[scheckpoint: run 0: on]"},
	{"mine", "run 0: on", "mine [scheckpoint: run 0: on]"},
	{"mine  ", "on", "mine   [scheckpoint: on]"},
	{"mine [scheckpoint: run 0: on]", "run 1", "mine [scheckpoint: run 1]"},
	{"a [scheckpoint: x] b", "on", "a b [scheckpoint: on]"},
	{"two\nlines\x1b", "on", "two\nlines\x1b [scheckpoint: on]"},
	{"", "dir [x]\n\x1b", "[scheckpoint: dir [x)\?\?]"},
};

START_TEST(our_part_is_replaced_and_nothing_else)
{
	char *whole = comment_compose(composed[_i].old, composed[_i].text);

	ck_assert_str_eq(whole, composed[_i].whole);
	free(whole);
}
END_TEST

static const struct {
	size_t old_len, text_len; /* of the user's, of ours */
	size_t kept_len, part_len;
} fitted[] = {
	{400, 600, 400, 600},	/* both fit */
	{400, 1000, 400, 608},	/* ours is cut to what is left, */
	{900, 300, 808, 200},	/* but not below the least: then theirs */
	{1000, 100, 908, 100},	/* a short one of ours is whole */
	{1024, 1000, 808, 200}, /* the longest that Slurm takes */
	{5000, 100, 908, 100},
};

START_TEST(both_fit_into_what_slurm_takes)
{
	char old[6000] = "", text[6000] = "", *whole, *part;

	memset(old, 'u', fitted[_i].old_len);
	memset(text, 't', fitted[_i].text_len);
	whole = comment_compose(old, text);
	part = strstr(whole, " " COMMENT_MARK);
	ck_assert_uint_le(strlen(whole), COMMENT_MAX);
	ck_assert_ptr_nonnull(part);
	ck_assert_uint_eq((size_t)(part - whole), fitted[_i].kept_len);
	ck_assert_uint_eq(strlen(part) - strlen(" " COMMENT_MARK "]"),
			  fitted[_i].part_len);
	ck_assert_str_eq(strchr(part, ']'), "]");
	if (fitted[_i].part_len < fitted[_i].text_len)
		ck_assert_ptr_nonnull(strstr(part, "...]"));
	if (fitted[_i].kept_len < fitted[_i].old_len)
		ck_assert_ptr_nonnull(strstr(whole, "u... " COMMENT_MARK));
	free(whole);
}
END_TEST

START_TEST(the_path_of_the_store_is_never_cut)
{
	char old[1001] = "", text[1024] = COMMENT_STORE,
	     store[COMMENT_STORE_MAX], *whole;

	memset(old, 'u', sizeof(old) - 1);
	memset(text + strlen(text), 's', 380);
	strcat(text, " ");
	memset(text + strlen(text), 't', 400);
	whole = comment_compose(old, text);
	ck_assert_uint_le(strlen(whole), COMMENT_MAX);
	comment_store(store, whole);
	ck_assert_uint_eq(strspn(store + strlen(COMMENT_STORE), "s"), 380);
	free(whole);
}
END_TEST

static const char *const dirs[] = {
	"/plain/store-1",
	"/with a space/x;y]z",
	"/100 %/%41/a,b=c",
	"/gr\xc3\xbcn/\x1b\n",
};

START_TEST(a_path_is_found_again_whatever_is_in_it)
{
	char word[COMMENT_STORE_MAX], text[1024], dir[4096], *whole;

	comment_put_store(word, COMMENT_STORE, dirs[_i]);
	snprintf(text, sizeof(text), "%srun 0: to go on", word);
	whole = comment_compose("mine", text);
	ck_assert(comment_store_dir(dir, sizeof(dir), COMMENT_STORE, whole));
	ck_assert_str_eq(dir, dirs[_i]);
	ck_assert_ptr_nonnull(strstr(whole, " run 0: to go on]"));
	free(whole);
}
END_TEST

START_TEST(a_path_that_is_too_long_is_left_out)
{
	char word[COMMENT_STORE_MAX], dir[1001] = "/";

	memset(dir + 1, ' ', sizeof(dir) - 2);
	comment_put_store(word, COMMENT_STORE, dir);
	ck_assert_str_eq(word, "");
	ck_assert(!comment_store_dir(dir, sizeof(dir), COMMENT_STORE,
				     "[scheckpoint: on]"));
}
END_TEST

START_TEST(a_pattern_is_no_path)
{
	static const char whole[] = "mine [scheckpoint: dir=/scratch/ck-%25j]";
	char word[COMMENT_STORE_MAX], text[256];

	comment_put_store(word, COMMENT_PATTERN, "/scratch/ck-%j");
	ck_assert_str_eq(word, "dir=/scratch/ck-%25j ");
	ck_assert(
		comment_store_dir(text, sizeof(text), COMMENT_PATTERN, whole));
	ck_assert_str_eq(text, "/scratch/ck-%j");
	ck_assert(!comment_store_dir(text, sizeof(text), COMMENT_STORE, whole));
	comment_store(word, whole);
	ck_assert_str_eq(word, "dir=/scratch/ck-%25j ");
	comment_said(text, sizeof(text), whole);
	ck_assert_str_eq(text, "");
	comment_said(text, sizeof(text), "[scheckpoint: dir=/a asked to go]");
	ck_assert_str_eq(text, "asked to go");
}
END_TEST

START_TEST(what_was_said_of_a_run_is_found_in_our_part)
{
	static const char said[] = "the store is full";
	char *whole, text[64];

	whole = comment_compose("mine", "run 3: the store is full: mend it");
	ck_assert(comment_says(whole, 3, said));
	ck_assert(!comment_says(whole, 4, said));
	ck_assert(!comment_says(whole, 3, "is full"));
	free(whole);
	whole = comment_compose("",
				COMMENT_STORE "/a run 3: the store is full");
	ck_assert(comment_says(whole, 3, said));
	comment_said(text, sizeof(text), whole);
	ck_assert_str_eq(text, "run 3: the store is full");
	free(whole);
	comment_said(text, sizeof(text), "[scheckpoint: store=/a]");
	ck_assert_str_eq(text, "");
	/* It is ours only where we said it. */
	ck_assert(!comment_says("run 3: the store is full", 3, said));
	ck_assert(!comment_says("", 3, said));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("comment");
	TCase *all = tcase_create("comment");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(all, our_part_is_replaced_and_nothing_else, 0,
			    sizeof(composed) / sizeof(composed[0]));
	tcase_add_loop_test(all, both_fit_into_what_slurm_takes, 0,
			    sizeof(fitted) / sizeof(fitted[0]));
	tcase_add_test(all, the_path_of_the_store_is_never_cut);
	tcase_add_loop_test(all, a_path_is_found_again_whatever_is_in_it, 0,
			    sizeof(dirs) / sizeof(dirs[0]));
	tcase_add_test(all, a_path_that_is_too_long_is_left_out);
	tcase_add_test(all, a_path_that_is_too_long_is_left_out);
	tcase_add_test(all, a_pattern_is_no_path);
	tcase_add_test(all, what_was_said_of_a_run_is_found_in_our_part);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
