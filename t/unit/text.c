/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for people: nothing in it may steer their terminal. */
#include <check.h>
#include <stdlib.h>

#include "requeue/settings/text.h"

static const struct {
	const char *from, *clean;
} cleaned[] = {
	{"plain", "plain"},
	{"", ""},
	{"tab\there", "tab?here"},
	{"\x1b[31mred\x1b[0m", "?[31mred?[0m"},
	{"line\nbreak\r", "line?break?"},
	{"\x7f", "?"},
	{"grün €", "grün €"},
	{"\xc2\x9b"
	 "31m",
	 "??31m"},			      /* a C1 control */
	{"cut \xe2\x82", "cut ??"},	      /* a broken sequence */
	{"half \xed\xa0\x80", "half ???"},    /* half of a UTF-16 pair */
	{"far \xf4\x90\x80\x80", "far ????"}, /* above U+10FFFF */
	{"\xff\xfe", "??"},
	{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
	{"\xe0\x80\x9b[31m", "???[31m"},  /* longer than it need be */
	{"a\u202eb\u202ac", "a???b???c"}, /* turned around */
	{"\u2066x\u2069", "???x???"},
	{"\u200e\u200f\u061c", "????????"},
	{"\u2028\u2029", "??????"}, /* line ends */
	{"\u200d\u2030\u206a", "\u200d\u2030\u206a"},
};

START_TEST(controls_are_replaced)
{
	char buf[64];

	text_clean(buf, sizeof(buf), cleaned[_i].from);
	ck_assert_str_eq(buf, cleaned[_i].clean);
}
END_TEST

START_TEST(a_cut_never_splits_a_character)
{
	char buf[6];

	text_clean(buf, sizeof(buf), "aaaa€");
	ck_assert_str_eq(buf, "aaaa");
}
END_TEST

START_TEST(a_quoted_name_has_one_end)
{
	char buf[64], small[8];

	ck_assert_str_eq(text_quote(buf, sizeof(buf), "x): is saving"),
			 "\"x): is saving\"");
	ck_assert_str_eq(text_quote(buf, sizeof(buf), "x\"): \\\n"),
			 "\"x\\\"): \\\\?\"");
	ck_assert_str_eq(text_quote(buf, sizeof(buf), ""), "\"\"");
	ck_assert_str_eq(text_quote(small, sizeof(small), "aaa€"), "\"aaa\"");
	ck_assert_str_eq(text_quote(small, sizeof(small), "aaaa\"b"),
			 "\"aaaa\"");
	ck_assert_str_eq(text_quote(small, sizeof(small), "aaaaabb"),
			 "\"aaaaa\"");
}
END_TEST

static const struct {
	int64_t seconds;
	const char *text;
} spans[] = {
	{0, "0 s"},	     {119, "119 s"},  {120, "2 min"},
	{150, "2 min 30 s"}, {600, "10 min"}, {3600, "1 h"},
	{7500, "2 h 5 min"}, {86400, "1 d"},  {100000, "1 d 3 h"},
};

START_TEST(spans_read_as_people_say_them)
{
	char buf[TEXT_SPAN_MAX];

	ck_assert_str_eq(text_span(buf, spans[_i].seconds), spans[_i].text);
}
END_TEST

START_TEST(a_date_is_shown_only_where_it_is_not_today)
{
	char buf[TEXT_CLOCK_MAX];

	setenv("TZ", "UTC", 1);
	ck_assert_str_eq(text_clock(buf, 1800000000, 1800000000), "08:00:00");
	ck_assert_str_eq(text_clock(buf, 1800000000, 1800086400),
			 "2027-01-15 08:00:00");
}
END_TEST

START_TEST(a_line_of_ours_has_the_time_and_is_known_again)
{
	char line[80], longer[200];

	setenv("TZ", "UTC", 1);
	ck_assert_uint_eq(text_line(line, sizeof(line), 1800000000, "on\x1b\n"),
			  strlen(line));
	ck_assert_str_eq(line, "2027-01-15T08:00:00 scheckpoint: on\?\?\n");
	ck_assert_str_eq(text_line_said(line), "on\?\?\n");
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_uint_eq(text_line(line, sizeof(line), 1800000000, longer),
			  sizeof(line) - 1);
	ck_assert_str_eq(line + sizeof(line) - 3, "x\n");
	ck_assert_str_eq(text_line_said("scheckpoint: on"), "on");
	ck_assert_ptr_null(text_line_said(" scheckpoint: on"));
	ck_assert_ptr_null(text_line_said("2027-01-15T08:00:00 on"));
	ck_assert_ptr_null(text_line_said("2027-01-15T08:0"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("text");
	TCase *tc = tcase_create("text");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, controls_are_replaced, 0,
			    sizeof(cleaned) / sizeof(cleaned[0]));
	tcase_add_test(tc, a_cut_never_splits_a_character);
	tcase_add_test(tc, a_quoted_name_has_one_end);
	tcase_add_loop_test(tc, spans_read_as_people_say_them, 0,
			    sizeof(spans) / sizeof(spans[0]));
	tcase_add_test(tc, a_date_is_shown_only_where_it_is_not_today);
	tcase_add_test(tc, a_line_of_ours_has_the_time_and_is_known_again);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
