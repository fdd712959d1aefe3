/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pattern.c: names of stores: what is expanded, and what is refused. */
#include "requeue/settings/pattern.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct pattern_values plain = {
	.job = 1234,
	.name = "sim",
	.user = "alice",
};
static const struct pattern_values task = {
	.job = 1240,
	.array_job = 1234,
	.array_task = 6,
	.name = "sim",
	.user = "alice",
};

static const struct {
	const char *pattern;
	const struct pattern_values *values;
	const char *work_dir;
	const char *path;
} expanded[] = {
	{PATTERN_DEFAULT, &plain, "/home/alice", "/home/alice/checkpoint-1234"},
	{PATTERN_DEFAULT_ARRAY, &task, "/w", "/w/checkpoint-1234/6"},
	{PATTERN_DEFAULT, &task, NULL, "checkpoint-1240"},
	{"/scratch/%u/%x-%j", &plain, "/w", "/scratch/alice/sim-1234"},
	{"%A_%a", &plain, NULL, "1234_0"},
	{"%A_%3a", &task, NULL, "1234_006"},
	{"%8j", &plain, NULL, "00001234"},
	{"%08j", &plain, NULL, "00001234"},
	{"%2j", &plain, NULL, "1234"},
	{"%0j", &plain, NULL, "1234"},
	{"%10j", &plain, NULL, "0000001234"},
	{"100%%", &plain, NULL, "100%"},
	{"%%j", &plain, NULL, "%j"},
	{"%%%j", &plain, NULL, "%1234"},
	{"a b", &plain, "/w d", "/w d/a b"},
	{"\xc3\xa9-%j", &plain, NULL, "\xc3\xa9-1234"},
	{"%5x", &plain, NULL, "sim"},
};

START_TEST(every_pattern_is_expanded_as_the_table_says)
{
	char path[256], err[256] = "";

	ck_assert_msg(pattern_expand(expanded[_i].pattern, expanded[_i].values,
				     expanded[_i].work_dir, path, sizeof(path),
				     err, sizeof(err)) == 0,
		      "%s: %s", expanded[_i].pattern, err);
	ck_assert_str_eq(path, expanded[_i].path);
}
END_TEST

static const struct {
	const char *pattern;
	const char *reason;
} refused[] = {
	{"", "is empty"},
	{"%", "after % stands one of"},
	{"a%", "after % stands one of"},
	{"%5", "after % stands one of"},
	{"%N", "after % stands one of"},
	{"%n/%j", "after % stands one of"},
	{"%s%s%s%n", "after % stands one of"},
	{"%-5j", "after % stands one of"},
	{"%11j", "at most 10"},
	{"%99999999999999999999j", "at most 10"},
	{"a\nb", "control character"},
	{"a\x1b[2Jb", "control character"},
	{"a\x7f", "control character"},
};

START_TEST(malformed_patterns_are_refused_with_the_reason)
{
	char path[64] = "before", err[256] = "";

	ck_assert_int_eq(
		pattern_check(refused[_i].pattern, false, err, sizeof(err)),
		-1);
	ck_assert_msg(strstr(err, refused[_i].reason), "%s", err);
	ck_assert_int_eq(pattern_expand(refused[_i].pattern, &plain, "/w", path,
					sizeof(path), err, sizeof(err)),
			 -1);
	ck_assert_str_eq(path, "");
}
END_TEST

static const struct {
	const char *pattern;
	bool is_good;
} arrays[] = {
	{"%a", true},	       {"%j", true},	    {"%A/%a", true},
	{"%4a", true},	       {"%x/%08j", true},   {"%A", false},
	{"checkpoint", false}, {"%x-%u-%A", false}, {"%%a", false},
	{"%%j%A", false},
};

START_TEST(tasks_of_an_array_need_names_of_their_own)
{
	char err[256] = "";

	ck_assert_int_eq(
		pattern_check(arrays[_i].pattern, true, err, sizeof(err)),
		arrays[_i].is_good ? 0 : -1);
	if (!arrays[_i].is_good)
		ck_assert_ptr_nonnull(strstr(err, "put %a or %j into it"));
	ck_assert_int_eq(
		pattern_check(arrays[_i].pattern, false, err, sizeof(err)), 0);
}
END_TEST

static const struct {
	const char *name;
	const char *path;
} names[] = {
	{"..", "d/_./e"},
	{"../../etc", "d/_._.._etc/e"},
	{"/etc/passwd", "d/_etc_passwd/e"},
	{"a\nb", "d/a_b/e"},
	{".hidden", "d/_hidden/e"},
	{"a.b", "d/a.b/e"},
	{"%j", "d/%j/e"},
	{"", "d//e"},
};

START_TEST(a_job_name_stays_one_component)
{
	struct pattern_values values = plain;
	char path[64], err[256];

	values.name = names[_i].name;
	ck_assert_int_eq(pattern_expand("d/%x/e", &values, NULL, path,
					sizeof(path), err, sizeof(err)),
			 0);
	ck_assert_str_eq(path, names[_i].path);
}
END_TEST

START_TEST(a_job_name_is_put_in_for_good)
{
	char text[128], path[128], err[256], longer[257] = "";

	ck_assert_int_eq(pattern_put_names("/s/%u/%x-%5j%%x/%a", "50%x/.a",
					   "me", text, sizeof(text), err,
					   sizeof(err)),
			 0);
	ck_assert_str_eq(text, "/s/me/50%%x_.a-%5j%%x/%a");
	ck_assert_int_eq(pattern_expand(text, &plain, NULL, path, sizeof(path),
					err, sizeof(err)),
			 0);
	ck_assert_str_eq(path, "/s/me/50%x_.a-01234%x/0");
	memset(longer, 'n', 256);
	ck_assert_int_eq(pattern_put_names("%x", longer, "", text, sizeof(text),
					   err, sizeof(err)),
			 -1);
	ck_assert_ptr_nonnull(strstr(err, "at most 255 bytes"));
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(a_result_that_is_too_long_is_refused_not_cut)
{
	char path[16], err[256];

	ck_assert_int_eq(pattern_expand("/123456789-%j", &plain, NULL, path, 16,
					err, sizeof(err)),
			 0);
	ck_assert_str_eq(path, "/123456789-1234");
	for (size_t size = 1; size < 16; size++) {
		ck_assert_int_eq(pattern_expand("/123456789-%j", &plain, NULL,
						path, size, err, sizeof(err)),
				 -1);
		ck_assert_str_eq(path, "");
		ck_assert_ptr_nonnull(strstr(err, "expands to more than"));
	}
	ck_assert_int_eq(pattern_expand("x", &plain, "/1234567890123456", path,
					16, err, sizeof(err)),
			 -1);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

int main(void)
{
	int failed;
	Suite *suite = suite_create("pattern");
	TCase *tcase = tcase_create("pattern");
	SRunner *runner = srunner_create(suite);

	tcase_add_loop_test(tcase, every_pattern_is_expanded_as_the_table_says,
			    0, COUNT(expanded));
	tcase_add_loop_test(tcase,
			    malformed_patterns_are_refused_with_the_reason, 0,
			    COUNT(refused));
	tcase_add_loop_test(tcase, tasks_of_an_array_need_names_of_their_own, 0,
			    COUNT(arrays));
	tcase_add_loop_test(tcase, a_job_name_stays_one_component, 0,
			    COUNT(names));
	tcase_add_test(tcase, a_result_that_is_too_long_is_refused_not_cut);
	tcase_add_test(tcase, a_job_name_is_put_in_for_good);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
