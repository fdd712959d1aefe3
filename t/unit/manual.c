/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every option and every argument of plugstack.conf is in the manual page, and
 * every option with the words of its value is in the completion for bash.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/settings.h"
#include "requeue/settings/site.h"

#define PAGE	   "doc/spank_checkpoint.8"
#define COMPLETION "completion/sbatch"

static char *page, *completion;

static char *read_text(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t size = 1 << 20, len;
	char *text = calloc(1, size);

	ck_assert_msg(file != NULL, "%s can't be read: run from the top", path);
	len = fread(text, 1, size - 1, file);
	ck_assert_uint_gt(len, 1000);
	fclose(file);
	return text;
}

static void read_files(void)
{
	page = read_text(PAGE);
	completion = read_text(COMPLETION);
}

static void free_files(void)
{
	free(page);
	free(completion);
}

/* As the page spells it: each hyphen is escaped. */
static void spell(char *text, size_t size, const char *before, const char *name)
{
	size_t used = (size_t)snprintf(text, size, "%s", before);

	for (; *name && used + 3 < size; name++) {
		if (*name == '-')
			text[used++] = '\\';
		text[used++] = *name;
	}
	text[used++] = '=';
	text[used] = '\0';
}

START_TEST(every_option_is_in_the_manual)
{
	char text[128];

	spell(text, sizeof(text), "\\-\\-", settings_options[_i].name);
	ck_assert_msg(strstr(page, text) != NULL, "%s is not in " PAGE, text);
}
END_TEST

START_TEST(every_argument_of_the_site_is_in_the_manual)
{
	char text[128];

	spell(text, sizeof(text), "", site_options[_i].name);
	ck_assert_msg(strstr(page, text) != NULL, "%s is not in " PAGE, text);
}
END_TEST

/* What the page calls an option of ours must be one. */
START_TEST(the_manual_has_no_other_option)
{
	static const char start[] = "\\-\\-checkpoint\\-";
	char name[64];

	for (const char *at = page; (at = strstr(at, start)); at++) {
		size_t used =
			(size_t)snprintf(name, sizeof(name), "checkpoint-");

		for (const char *c = at + sizeof(start) - 1;
		     used + 1 < sizeof(name) &&
		     ((*c >= 'a' && *c <= 'z') || (*c == '\\' && c[1] == '-'));
		     c++)
			if (*c != '\\')
				name[used++] = *c;
			else
				name[used++] = *++c;
		name[used] = '\0';
		ck_assert_msg(settings_row(name) != NULL, "%s is no option",
			      name);
	}
}
END_TEST

/* Its line there, without the line break; "" where there is none. */
static void completion_line(const struct option_row *row, char *line,
			    size_t size)
{
	char start[64];
	const char *at;

	snprintf(start, sizeof(start), "\n--%s=", row->name);
	at = strstr(completion, start);
	snprintf(line, size, "%.*s", at ? (int)strcspn(at + 1, "\n") : 0,
		 at ? at + 1 : "");
}

START_TEST(every_option_is_completed_with_its_words)
{
	const struct option_row *row = &settings_options[_i];
	const struct option_word *word = row->words;
	char line[256], text[64];

	completion_line(row, line, sizeof(line));
	ck_assert_msg(line[0], "--%s is not in " COMPLETION, row->name);
	strncat(line, " ", sizeof(line) - strlen(line) - 1);
	for (; word && word->name; word++) {
		snprintf(text, sizeof(text), " %s ", word->name);
		ck_assert_msg(strstr(line, text) != NULL,
			      "--%s: the word %s is not in " COMPLETION,
			      row->name, word->name);
	}
}
END_TEST

START_TEST(no_other_option_is_completed)
{
	size_t count = 0;

	for (const char *at = completion; (at = strstr(at, "\n--")); at++)
		count++;
	ck_assert_uint_eq(count, settings_options_count);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("manual");
	TCase *tc = tcase_create("manual");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, read_files, free_files);
	tcase_add_loop_test(tc, every_option_is_in_the_manual, 0,
			    (int)settings_options_count);
	tcase_add_loop_test(tc, every_argument_of_the_site_is_in_the_manual, 0,
			    (int)site_options_count);
	tcase_add_test(tc, the_manual_has_no_other_option);
	tcase_add_loop_test(tc, every_option_is_completed_with_its_words, 0,
			    (int)settings_options_count);
	tcase_add_test(tc, no_other_option_is_completed);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
