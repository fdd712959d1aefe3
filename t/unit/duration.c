/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duration.c: times as users write them, and what must be refused. */
#include "requeue/settings/duration.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define REFUSED (-1)
#define HUGE	(-2)
#define BARE	(-3)

static const struct {
	const char *text;
	int64_t seconds; /* or how it is refused */
} cases[] = {
	/* -- bare seconds */
	{"0", 0},
	{"1", 1},
	{"600", 600},
	{"00600", 600},
	{"86400", 86400},
	{"86401", BARE},
	{"90000", BARE},
	/* -- a unit */
	{"90s", 90},
	{"10m", 600},
	{"1h", 3600},
	{"25h", 90000},
	{"2d", 172800},
	{"10000d", DURATION_MAX_S},
	{"10001d", HUGE},
	{"864000000s", DURATION_MAX_S},
	{"864000001s", HUGE},
	/* -- clocks, as in --time */
	{"10:00", 600},
	{"90:30", 5430},
	{"1:05", 65},
	{"1:5", 65},
	{"01:00:00", 3600},
	{"100:00:00", 360000},
	{"1-0", 86400},
	{"1-02", 93600},
	{"1-02:03", 93780},
	{"1-02:03:04", 93784},
	{"9999-23:59:59", DURATION_MAX_S - 1},
	{"10000-00:00:00", DURATION_MAX_S},
	{"10000-00:00:01", HUGE},
	{"240000:00:00", DURATION_MAX_S},
	{"240000:00:01", HUGE},
	/* -- fields out of range */
	{"10:60", REFUSED},
	{"1:60:00", REFUSED},
	{"1:00:60", REFUSED},
	{"1-24:00:00", REFUSED},
	{"1-00:60:00", REFUSED},
	{"1:100", REFUSED},
	{"1:001", REFUSED},
	/* -- numbers that don't fit anywhere */
	{"9223372036854775807", HUGE},
	{"9223372036854775808", HUGE},
	{"18446744073709551617", HUGE},
	{"99999999999999999999999999999999999999", HUGE},
	{"1:99999999999999999999", REFUSED},
	{"1-99999999999999999999", REFUSED},
	/* -- what isn't a time */
	{"", REFUSED},
	{" ", REFUSED},
	{" 10", REFUSED},
	{"10 ", REFUSED},
	{"10 m", REFUSED},
	{"10\n", REFUSED},
	{"+10", REFUSED},
	{"-10", REFUSED},
	{"-1-00", REFUSED},
	{"0x10", REFUSED},
	{"1e3", REFUSED},
	{"1.5h", REFUSED},
	{"10min", REFUSED},
	{"10M", REFUSED},
	{"1h30m", REFUSED},
	{"m", REFUSED},
	{":", REFUSED},
	{":10", REFUSED},
	{"10:", REFUSED},
	{"10::10", REFUSED},
	{"1:2:3:4", REFUSED},
	{"1-", REFUSED},
	{"1--2", REFUSED},
	{"1-2-3", REFUSED},
	{"1-2m", REFUSED},
	{"10:00m", REFUSED},
	{"1:-5", REFUSED},
	{"UNLIMITED", REFUSED},
	{"\xd9\xa1\xd9\xa0", REFUSED}, /* digits of another script */
};

START_TEST(every_text_is_read_or_refused_as_the_table_says)
{
	int64_t seconds = 12345;
	char err[256] = "";
	int rc = duration_parse(cases[_i].text, &seconds, err, sizeof(err));

	if (cases[_i].seconds >= 0) {
		ck_assert_msg(rc == 0, "%s: %s", cases[_i].text, err);
		ck_assert_int_eq(seconds, cases[_i].seconds);
		return;
	}
	ck_assert_msg(rc == -1, "%s was read", cases[_i].text);
	ck_assert_int_eq(seconds, 12345);
	if (cases[_i].seconds == HUGE)
		ck_assert_str_eq(err, "longer than 10000 days");
	else if (cases[_i].seconds == BARE)
		ck_assert_ptr_nonnull(strstr(err, "such as 25h"));
	else
		ck_assert_ptr_nonnull(strstr(err, "a time is written as"));
}
END_TEST

START_TEST(a_short_buffer_for_the_reason_is_respected)
{
	char err[8] = "1234567";
	int64_t seconds;

	ck_assert_int_eq(duration_parse("x", &seconds, err, 4), -1);
	ck_assert_int_eq(strlen(err), 3);
	ck_assert_int_eq(err[4], '5');
}
END_TEST

static const struct {
	int64_t seconds;
	const char *text;
} written[] = {
	{0, "0s"},
	{1, "1s"},
	{59, "59s"},
	{60, "1m"},
	{90, "90s"},
	{3600, "1h"},
	{5400, "90m"},
	{86400, "1d"},
	{90000, "25h"},
	{86401, "86401s"},
	{DURATION_MAX_S, "10000d"},
};

START_TEST(the_largest_unit_that_divides_is_written)
{
	char text[DURATION_TEXT_LEN], err[256];
	int64_t seconds;

	ck_assert_str_eq(duration_format(written[_i].seconds, text),
			 written[_i].text);
	ck_assert_int_eq(duration_parse(text, &seconds, err, sizeof(err)), 0);
	ck_assert_int_eq(seconds, written[_i].seconds);
}
END_TEST

START_TEST(what_is_written_is_read_back)
{
	char text[DURATION_TEXT_LEN], err[256];

	for (int64_t s = 0; s <= DURATION_MAX_S; s += s / 7 + 1) {
		int64_t seconds = -1;

		duration_format(s, text);
		ck_assert_int_eq(
			duration_parse(text, &seconds, err, sizeof(err)), 0);
		ck_assert_int_eq(seconds, s);
	}
}
END_TEST

int main(void)
{
	int failed;
	Suite *suite = suite_create("duration");
	TCase *tcase = tcase_create("duration");
	SRunner *runner = srunner_create(suite);

	tcase_add_loop_test(tcase,
			    every_text_is_read_or_refused_as_the_table_says, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, a_short_buffer_for_the_reason_is_respected);
	tcase_add_loop_test(tcase, the_largest_unit_that_divides_is_written, 0,
			    sizeof(written) / sizeof(written[0]));
	tcase_add_test(tcase, what_is_written_is_read_back);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
