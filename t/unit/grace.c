/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grace of --checkpoint=auto follows what the saves have taken. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/grace.h"

/* A case overrides what it is about. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define RUNS_MOST 3
/* Requested to save, and all was over ms later. */
#define SAVED(ms, ...)                                                         \
	{                                                                      \
		.ending = END_EXIT, .cause = CAUSE_LIMIT, .request_s = 1000,   \
		.grace_s = 100, .has_complied = true,                          \
		.evidence = EVIDENCE_FILES, .save_ms = (ms), __VA_ARGS__       \
	}
#define CUT(grace, ...)                                                        \
	SAVED(((grace)-5) * 1000, .grace_s = (grace), .is_cut = true,          \
	      .has_complied = false, .evidence = EVIDENCE_NONE, __VA_ARGS__)

struct test_case {
	const char *name;
	struct run_record runs[RUNS_MOST];
	size_t count;
	int64_t least_s; /* 0: 5 */
	bool has_files;
	int64_t grace_ms;
	const char *why;
};

#define NOT_YET "no save was measured yet"

/* The longest grace is 300 s in all of them. */
static const struct test_case cases[] = {
	{"the first run has the longest", .grace_ms = 300000, .why = NOT_YET},
	{"then three times the save and 10 s",
	 {SAVED(500)},
	 1,
	 .grace_ms = 11500,
	 .why = "its longest save took 0.5 s"},
	{"the longest save counts",
	 {SAVED(20000), SAVED(500)},
	 2,
	 .grace_ms = 70000,
	 .why = "its longest save took 20.0 s"},
	{"files are taken after the save",
	 {SAVED(500)},
	 1,
	 .has_files = true,
	 .grace_ms = 41500,
	 .why = "its longest save took 0.5 s"},
	{"never above the longest",
	 {SAVED(200000)},
	 1,
	 .grace_ms = 300000,
	 .why = "its longest save took 200.0 s"},
	{"never below the site's least",
	 {SAVED(500)},
	 1,
	 .least_s = 30,
	 .grace_ms = 30000,
	 .why = "its longest save took 0.5 s"},
	{"a save that was cut short doubles it",
	 {SAVED(500), CUT(12)},
	 2,
	 .grace_ms = 24000,
	 .why = "doubled, as the save of run 0 was cut short"},
	{"and again",
	 {SAVED(500), CUT(12), CUT(24)},
	 3,
	 .grace_ms = 48000,
	 .why = "doubled, as the save of run 0 was cut short"},
	{"until one is measured",
	 {SAVED(500), CUT(12), SAVED(15000)},
	 3,
	 .grace_ms = 55000,
	 .why = "its longest save took 15.0 s"},
	{"a supervisor that Slurm killed had no time either",
	 {SAVED(500), SAVED(0, .ending = END_SUPERVISOR, .grace_s = 12,
			    .has_complied = false, .plan.is_there = true)},
	 2,
	 .grace_ms = 24000,
	 .why = "doubled, as the save of run 0 was cut short"},
	{"a node that failed says nothing of the save",
	 {SAVED(500), SAVED(0, .ending = END_SUPERVISOR, .grace_s = 12,
			    .has_complied = false, .is_node_fail = true)},
	 2,
	 .grace_ms = 11500,
	 .why = "its longest save took 0.5 s"},
	{"a program that left nothing is no measure",
	 {SAVED(100, .evidence = EVIDENCE_NONE)},
	 1,
	 .grace_ms = 300000,
	 .why = NOT_YET},
	{"nor is one of which it isn't known",
	 {SAVED(100, .evidence = EVIDENCE_UNKNOWN)},
	 1,
	 .grace_ms = 300000,
	 .why = NOT_YET},
	{"nor a save that failed",
	 {SAVED(100, .failed_s = 1001)},
	 1,
	 .grace_ms = 300000,
	 .why = NOT_YET},
	{"nor a run that computed to its end, as nothing caught the request",
	 {CUT(300, .save_ms = 0)},
	 1,
	 .grace_ms = 300000,
	 .why = NOT_YET},
	{"a version is a save, whatever else was written",
	 {SAVED(2000, .evidence = EVIDENCE_NONE, .versions = 1,
		.saved_s = 1001)},
	 1,
	 .grace_ms = 16000,
	 .why = "its longest save took 2.0 s"},
	{"a version of before the request is none",
	 {SAVED(2000, .evidence = EVIDENCE_NONE, .versions = 1,
		.saved_s = 900)},
	 1,
	 .grace_ms = 300000,
	 .why = NOT_YET},
	{"a server that ran on after the version doesn't count",
	 {CUT(300, .versions = 1, .saved_s = 1004)},
	 1,
	 .grace_ms = 25000,
	 .why = "its longest save took 5.0 s"},
	{"no number of a journal overflows",
	 {SAVED(INT64_MAX), CUT(INT64_MAX / 1000)},
	 2,
	 .grace_ms = 300000,
	 .why = "doubled, as the save of run 0 was cut short"},
};

static struct settings settings_of(const struct test_case *c)
{
	struct settings set;

	settings_init(&set);
	set.is_auto = true;
	set.grace_s = 300;
	strcpy(set.files, c->has_files ? "*.state" : "");
	return set;
}

START_TEST(the_grace_follows_the_saves)
{
	const struct test_case *c = &cases[_i];
	struct settings set = settings_of(c);
	struct grace_lesson lesson = grace_learn(c->runs, c->count);
	char why[GRACE_WHY_MAX];
	int64_t ms = grace_next_ms(&lesson, &set, c->least_s ? c->least_s : 5);

	ck_assert_msg(ms == c->grace_ms, "%s: %lld ms", c->name, (long long)ms);
	ck_assert_msg(!strcmp(grace_why(why, &lesson, &set), c->why), "%s: %s",
		      c->name, why);
}
END_TEST

START_TEST(a_fixed_time_stays_as_it_is)
{
	const struct run_record runs[] = {SAVED(500), CUT(12)};
	struct grace_lesson lesson = grace_learn(runs, 2);
	struct settings set;
	char why[GRACE_WHY_MAX];

	settings_init(&set);
	set.grace_s = 3;
	ck_assert_int_eq(grace_next_ms(&lesson, &set, 5), 3000);
	ck_assert_str_eq(grace_why(why, &lesson, &set), "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("grace");
	TCase *tc = tcase_create("grace");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, the_grace_follows_the_saves, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tc, a_fixed_time_stays_as_it_is);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
