/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filenames.c: the names that files of --checkpoint-files have in a version. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/filenames.h"

#define FILES_MAX 4

/* The work directory is /w/ada.  A path that begins with '!' is missing, one
 * with '-' can't be taken now.  names: in the order of the full paths, of those
 * that are taken. */
static const struct {
	const char *paths[FILES_MAX];
	const char *names;
} cases[] = {
	{{"state"}, "state"},
	{{"./out//state", "b/../c"}, "c out/state"},
	/* each once, whichever patterns match it */
	{{"state", "state", "./state"}, "state"},
	{{"out/a.json", "out/state.json", "out/state.json"},
	 "out/a.json out/state.json"},
	{{"out", "out/state.json"}, "out"},
	{{"out/state.json", "out/", "out/sub/x"}, "out"},
	{{"/w/ada/state", "state"}, "state"},
	{{"/w/ada/out", "out/state"}, "out"},
	{{"out", "out.json", "out-2/state"}, "out out-2/state out.json"},
	/* a directory that can't be taken now */
	{{"-out", "out/state.json"}, "out/state.json"},
	{{"-/s/out", "/s/out/state"}, "out/state"},
	{{"-out", "out/sub", "out/sub/x"}, "out/sub"},
	/* outside of the work directory */
	{{"/s/state"}, "state"},
	{{"../state", "a"}, "a state"},
	{{"/s/a/state", "/s/b/state"}, "a/state b/state"},
	{{"/s/a/x/state", "/s/b/x/state"}, "a/x/state b/x/state"},
	{{"/s/a/state", "/s/b/state", "/s/c"}, "a/state b/state c"},
	{{"../a/state", "../b/state"}, "a/state b/state"},
	{{"state", "/s/state"}, "s/state state"},
	{{"state", "/s/state", "s/state"}, "outside/s/state s/state state"},
	{{"/s/out", "out/state"}, "s/out out/state"},
	{{"/s/state", "/s/state", "/s/b/state"}, "b/state s/state"},
	/* the name doesn't depend on which of them exist */
	{{"/s/a/state", "!/s/b/state"}, "a/state"},
	{{"!/s/a/state"}, ""},
	{{NULL}, ""},
};

START_TEST(every_file_gets_the_name_of_the_table)
{
	struct filename list[FILES_MAX] = {0};
	char names[256] = "";
	size_t count = 0;

	for (; count < FILES_MAX && cases[_i].paths[count]; count++) {
		char first = cases[_i].paths[count][0];
		bool is_marked = first == '!' || first == '-';

		list[count].path = strdup(cases[_i].paths[count] + is_marked);
		list[count].is_missing = first == '!';
		list[count].is_taken = !is_marked;
	}
	ck_assert_int_eq(filenames_settle(list, count, "/w/ada/"), 0);
	filenames_once(list, count);
	for (size_t i = 0; i < count; i++) {
		if (list[i].is_taken)
			sprintf(names + strlen(names), "%s%s",
				*names ? " " : "", list[i].name);
		free(list[i].path);
	}
	filenames_free(list, count);
	ck_assert_str_eq(names, cases[_i].names);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("filenames");
	TCase *tcase = tcase_create("filenames");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, every_file_gets_the_name_of_the_table, 0,
			    sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
