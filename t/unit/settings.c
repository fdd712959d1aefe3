/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.c: the option table, the text that travels, the site's bounds. */
#include "requeue/settings/settings.h"
#include "requeue/settings/site.h"

#include <check.h>
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN	     "0123456789abcdef0123456789abcdef"
#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

/* -------- the table -------- */

START_TEST(each_row_has_its_name_environment_form_and_help)
{
	const struct option_row *row = &settings_options[_i];
	char env[128] = "SBATCH_";
	size_t len = strlen(env);

	for (const char *p = row->name; *p; p++)
		env[len++] = *p == '-' ? '_' : (char)toupper(*p);
	env[len] = '\0';
	ck_assert_str_eq(row->env, env);
	ck_assert(!strncmp(row->name, "checkpoint", 10));
	ck_assert_ptr_eq(settings_row(row->name), row);
	ck_assert(row->argument[0] && row->help[0]);
	ck_assert_ptr_null(strchr(row->help, '\n'));
	ck_assert_int_le(strlen(row->help), 60);
	for (size_t i = 0; i < (size_t)_i; i++)
		ck_assert_str_ne(row->key, settings_options[i].key);
}
END_TEST

START_TEST(a_default_is_what_one_gets_without_the_option)
{
	const struct option_row *row = &settings_options[_i];
	struct settings set, same;
	char text[OPTION_PATH_LEN], err[SETTINGS_ERROR_LEN];

	settings_init(&set);
	ck_assert(!settings_is_given(&set, row));
	if (!row->standard) {
		ck_assert_int_eq(option_format(row, &set, text, sizeof(text)),
				 0);
		return;
	}
	same = set;
	ck_assert_int_eq(
		settings_set(&same, row, row->standard, err, sizeof(err)), 0);
	ck_assert(settings_is_given(&same, row));
	same.given = 0;
	ck_assert_mem_eq(&same, &set, sizeof(set));
	option_format(row, &set, text, sizeof(text));
	ck_assert_str_eq(text, row->standard);
}
END_TEST

START_TEST(the_defaults_are_those_of_the_documentation)
{
	struct settings set;

	settings_init(&set);
	ck_assert_int_eq(set.grace_s, 0);
	ck_assert_int_eq(set.total_s, 0);
	ck_assert_int_eq(set.min_s, 0);
	ck_assert_int_eq(set.keep, 2);
	ck_assert_int_eq(set.clean, CLEAN_NEVER);
	ck_assert_int_eq(set.exit_code, 85);
	ck_assert_int_eq(set.signal, SIGTERM);
	ck_assert_int_eq(set.max_runs, 1000);
	ck_assert_int_eq(set.max_stalls, 3);
	ck_assert_str_eq(set.dir, "");
	ck_assert_str_eq(set.from, "");
}
END_TEST

START_TEST(an_option_that_is_not_built_is_not_in_the_table)
{
	static const char *const names[] = {
		"checkpoint-tot",
		"Checkpoint",
		"checkpoint-token",
		"",
	};

	for (int i = 0; i < COUNT(names); i++)
		ck_assert_ptr_null(settings_row(names[i]));
}
END_TEST

START_TEST(a_form_is_put_back_to_what_was_typed)
{
	const struct option_row *row = settings_row("checkpoint-signal");
	const struct option_row *dir = settings_row("checkpoint-dir");
	struct settings set, typed;
	char err[SETTINGS_ERROR_LEN];

	settings_init(&typed);
	settings_set(&typed, row, "INT,USR2", err, sizeof(err));
	set = typed;
	ck_assert(!settings_is_by_env(&set, row));
	settings_set_env(&set, row, "USR1", err, sizeof(err));
	settings_set_env(&set, dir, "/d", err, sizeof(err));
	ck_assert(settings_is_by_env(&set, row));
	ck_assert(settings_is_given(&set, dir));
	settings_copy(&set, row, &typed);
	settings_copy(&set, dir, &typed);
	ck_assert_mem_eq(&set, &typed, sizeof(set));
	settings_set_env(&set, row, "USR1", err, sizeof(err));
	settings_set(&set, row, "INT,USR2", err, sizeof(err));
	ck_assert(!settings_is_by_env(&set, row));
}
END_TEST

/* -------- values -------- */

static const struct {
	const char *name, *value, *written;
} accepted[] = {
	{"checkpoint", "600", "10m"},
	{"checkpoint", "1", "1s"},
	{"checkpoint", "01:00:00", "1h"},
	{"checkpoint", "30d", "30d"},
	{"checkpoint", "default", "default"},
	{"checkpoint", "off", ""},
	{"checkpoint-total", "10000d", "10000d"},
	{"checkpoint-total", "7-00", "7d"},
	{"checkpoint-min", "90s", "90s"},
	{"checkpoint-signal", "TERM", "TERM"},
	{"checkpoint-signal", "SIGUSR1", "USR1"},
	{"checkpoint-signal", "12", "USR2"},
	{"checkpoint-signal", "none", "none"},
	{"checkpoint-signal", "none,USR1", "none"},
	{"checkpoint-dir", "/scratch/%u/%A/%4a", "/scratch/%u/%A/%4a"},
	{"checkpoint-dir", "with space,comma=and%%", "with space,comma=and%%"},
	{"checkpoint-from", "../other/checkpoint-7", "../other/checkpoint-7"},
	{"checkpoint-keep", "2", "2"},
	{"checkpoint-keep", "1000", "1000"},
	{"checkpoint-clean", "success", "success"},
	{"checkpoint-clean", "never", "never"},
	{"checkpoint-exit", "1", "1"},
	{"checkpoint-exit", "255", "255"},
	{"checkpoint-max-runs", "1", "1"},
	{"checkpoint-max-runs", "100000", "100000"},
	{"checkpoint-max-stalls", "0", "0"},
	{"checkpoint-method", "criu", "criu"},
};

START_TEST(good_values_are_taken)
{
	const struct option_row *row = settings_row(accepted[_i].name);
	char text[OPTION_PATH_LEN], err[SETTINGS_ERROR_LEN] = "";
	struct settings set;

	settings_init(&set);
	ck_assert_msg(settings_set(&set, row, accepted[_i].value, err,
				   sizeof(err)) == 0,
		      "%s", err);
	ck_assert(settings_is_given(&set, row));
	option_format(row, &set, text, sizeof(text));
	ck_assert_str_eq(text, accepted[_i].written);
}
END_TEST

#define TIMES                                                                  \
	"a time is written as seconds, 10m, 1h, 2d, MM:SS, HH:MM:SS or "       \
	"D-HH:MM:SS"
#define SIGNALS                                                                \
	"must be one of TERM, USR1, USR2, INT, HUP, QUIT, ALRM, XCPU, ABRT, "  \
	"PWR"
#define X10 "xxxxxxxxxx"

static const struct {
	const char *name, *value, *line;
} refused[] = {
	{"checkpoint", "90000",
	 "--checkpoint=90000: a bare number is seconds and at most 86400; name "
	 "a unit, such as 25h"},
	{"checkpoint", "", "--checkpoint=: " TIMES},
	{"checkpoint", "(null)", "--checkpoint=(null): " TIMES},
	{"checkpoint", "-5", "--checkpoint=-5: " TIMES},
	{"checkpoint", "0", "--checkpoint=0: must be from 1s to 30d"},
	{"checkpoint", "31d", "--checkpoint=31d: must be from 1s to 30d"},
	{"checkpoint", "OFF", "--checkpoint=OFF: " TIMES},
	{"checkpoint-total", "default", "--checkpoint-total=default: " TIMES},
	{"checkpoint-total", "0",
	 "--checkpoint-total=0: must be from 1s to 10000d"},
	{"checkpoint-total", "10001d",
	 "--checkpoint-total=10001d: longer than 10000 days"},
	{"checkpoint-min", "0",
	 "--checkpoint-min=0: must be from 1s to 10000d"},
	{"checkpoint-keep", "1",
	 "--checkpoint-keep=1: must be a whole number from 2 to 1000"},
	{"checkpoint-keep", "1001",
	 "--checkpoint-keep=1001: must be a whole number from 2 to 1000"},
	{"checkpoint-keep", "2x",
	 "--checkpoint-keep=2x: must be a whole number from 2 to 1000"},
	{"checkpoint-keep", "+2",
	 "--checkpoint-keep=+2: must be a whole number from 2 to 1000"},
	{"checkpoint-keep", " 2",
	 "--checkpoint-keep= 2: must be a whole number from 2 to 1000"},
	{"checkpoint-keep", "99999999999999999999",
	 "--checkpoint-keep=99999999999999999999: must be a whole number from "
	 "2 to 1000"},
	{"checkpoint-exit", "0",
	 "--checkpoint-exit=0: must be an exit code from 1 to 255"},
	{"checkpoint-exit", "256",
	 "--checkpoint-exit=256: must be an exit code from 1 to 255"},
	{"checkpoint-signal", "KILL",
	 "--checkpoint-signal=KILL: " SIGNALS ", or none"},
	{"checkpoint-signal", "STOP",
	 "--checkpoint-signal=STOP: " SIGNALS ", or none"},
	{"checkpoint-signal", "URG",
	 "--checkpoint-signal=URG: " SIGNALS ", or none"},
	{"checkpoint-signal", "9",
	 "--checkpoint-signal=9: " SIGNALS ", or none"},
	{"checkpoint-signal", "0",
	 "--checkpoint-signal=0: " SIGNALS ", or none"},
	{"checkpoint-signal", "15x",
	 "--checkpoint-signal=15x: " SIGNALS ", or none"},
	{"checkpoint-signal", "4294967311",
	 "--checkpoint-signal=4294967311: " SIGNALS ", or none"},
	{"checkpoint-signal", "TERM,KILL",
	 "--checkpoint-signal=TERM,KILL: " SIGNALS},
	{"checkpoint-signal", "TERM,", "--checkpoint-signal=TERM,: " SIGNALS},
	{"checkpoint-signal", ",USR1",
	 "--checkpoint-signal=,USR1: " SIGNALS ", or none"},
	{"checkpoint-signal", "0000000000000000000000000000015junk",
	 "--checkpoint-signal=0000000000000000000000000000015junk: " SIGNALS
	 ", or none"},
	{"checkpoint-signal", "None",
	 "--checkpoint-signal=None: " SIGNALS ", or none"},
	{"checkpoint-signal", "TERM,none",
	 "--checkpoint-signal=TERM,none: " SIGNALS},
	{"checkpoint-signal", "none,none",
	 "--checkpoint-signal=none,none: " SIGNALS},
	{"checkpoint-signal", "term",
	 "--checkpoint-signal=term: " SIGNALS ", or none"},
	{"checkpoint-signal", "TERM,USR1,USR2",
	 "--checkpoint-signal=TERM,USR1,USR2: names more than two signals"},
	{"checkpoint-clean", "yes",
	 "--checkpoint-clean=yes: must be never or success"},
	{"checkpoint-max-runs", "0",
	 "--checkpoint-max-runs=0: must be a whole number from 1 to 100000"},
	{"checkpoint-method", "../criu",
	 "--checkpoint-method=../criu: must be a name of small letters, "
	 "digits, _ and -"},
	{"checkpoint-max-stalls", "-1",
	 "--checkpoint-max-stalls=-1: must be a whole number from 0 to "
	 "100000"},
	{"checkpoint-dir", "", "--checkpoint-dir=: is empty"},
	{"checkpoint-dir", "%N",
	 "--checkpoint-dir=%N: after % stands one of j, A, a, x, u (or a "
	 "second %)"},
	{"checkpoint-dir", "a\nb",
	 "--checkpoint-dir=a?b: has a control character"},
	{"checkpoint-from", "", "--checkpoint-from=: is empty"},
	{"checkpoint-from", "a\033[2Jb\177",
	 "--checkpoint-from=a?[2Jb?: has a control character"},
	{"checkpoint-exit", X10 X10 X10 X10 X10 X10 "y",
	 "--checkpoint-exit=" X10 X10 X10 X10 X10 X10
	 "...: must be an exit code from 1 to 255"},
};

START_TEST(bad_values_are_refused_with_this_line)
{
	const struct option_row *row = settings_row(refused[_i].name);
	char err[SETTINGS_ERROR_LEN] = "";
	struct settings set, before;

	settings_init(&set);
	before = set;
	ck_assert_int_eq(
		settings_set(&set, row, refused[_i].value, err, sizeof(err)),
		-1);
	ck_assert_str_eq(err, refused[_i].line);
	ck_assert_mem_eq(&set, &before, sizeof(set));
}
END_TEST

START_TEST(an_environment_form_is_refused_by_its_own_name)
{
	char err[SETTINGS_ERROR_LEN] = "";
	struct settings set;

	settings_init(&set);
	ck_assert_int_eq(settings_set_env(&set, settings_row("checkpoint-keep"),
					  "1", err, sizeof(err)),
			 -1);
	ck_assert_str_eq(err, "SBATCH_CHECKPOINT_KEEP=1: must be a whole "
			      "number from 2 to 1000");
	ck_assert_int_eq(settings_set_env(&set, settings_row("checkpoint-keep"),
					  "7", err, sizeof(err)),
			 0);
	ck_assert_int_eq(set.keep, 7);
}
END_TEST

START_TEST(a_second_signal_is_for_intervals)
{
	const struct option_row *row = settings_row("checkpoint-signal");
	char err[SETTINGS_ERROR_LEN] = "";
	struct settings set;

	settings_init(&set);
	ck_assert_int_eq(set.interval_signal, 0);
	ck_assert_int_eq(
		settings_set(&set, row, "INT,SIGUSR1", err, sizeof(err)), 0);
	ck_assert_int_eq(set.signal, SIGINT);
	ck_assert_int_eq(set.interval_signal, SIGUSR1);
	ck_assert_int_eq(settings_set(&set, row, "USR2", err, sizeof(err)), 0);
	ck_assert_int_eq(set.signal, SIGUSR2);
	ck_assert_int_eq(set.interval_signal, 0);
	ck_assert_int_eq(settings_set(&set, row, "none,10", err, sizeof(err)),
			 0);
	ck_assert_int_eq(set.signal, 0);
	ck_assert_int_eq(set.interval_signal, SIGUSR1);
}
END_TEST

START_TEST(a_path_that_is_too_long_is_refused_not_cut)
{
	const struct option_row *row = settings_row("checkpoint-from");
	char err[SETTINGS_ERROR_LEN] = "", *path = malloc(102401);
	struct settings set;

	settings_init(&set);
	memset(path, 'x', 102400);
	path[102400] = '\0';
	ck_assert_int_eq(settings_set(&set, row, path, err, sizeof(err)), -1);
	ck_assert_ptr_nonnull(strstr(err, "is longer than 1023 bytes"));
	ck_assert_int_lt(strlen(err), 160);
	ck_assert_str_eq(set.from, "");
	path[SETTINGS_PATH_LEN - 1] = '\0';
	ck_assert_int_eq(settings_set(&set, row, path, err, sizeof(err)), 0);
	ck_assert_str_eq(set.from, path);
	free(path);
}
END_TEST

/* -------- the text that travels -------- */

static void fill(struct settings *set)
{
	settings_init(set);
	set->grace_s = 600;
	strcpy(set->dir, "checkpoint-%j");
	strcpy(set->token, TOKEN);
}

START_TEST(the_text_is_this_one)
{
	char text[SETTINGS_TEXT_LEN], err[SETTINGS_ERROR_LEN];
	struct settings set;

	fill(&set);
	ck_assert_int_eq(settings_encode(&set, text, err, sizeof(err)), 0);
	ck_assert_str_eq(
		text,
		"v1,grace=10m,signal=TERM,target=auto,dir=checkpoint-%25j,keep=2,"
		"clean=never,exit=85,max-runs=1000,max-stalls=3,"
		"token=" TOKEN);
	set.total_s = 5400;
	set.min_s = 3600;
	set.submitted_min = 120;
	set.max_stalls = 0;
	strcpy(set.dir, "/a b,c=d\xc3\xa9/%j");
	strcpy(set.from, "../x;'\"$(y)");
	ck_assert_int_eq(settings_encode(&set, text, err, sizeof(err)), 0);
	ck_assert_str_eq(
		text,
		"v1,grace=10m,total=90m,min=1h,signal=TERM,target=auto,"
		"dir=/a%20b%2Cc%3Dd%C3%A9/%25j,"
		"from=../x%3B%27%22%24%28y%29,keep=2,clean=never,"
		"exit=85,max-runs=1000,max-stalls=0,token=" TOKEN ",limit=120");
}
END_TEST

struct auto_case {
	const char *value;
	int64_t grace_s; /* 0: refused */
	bool is_auto;
};

static const struct auto_case autos[] = {
	{"auto", SETTINGS_GRACE_DEFAULT, true},
	{"auto:15", 15, true},
	{"auto:10m", 600, true},
	{"10m", 600, false},
	{"default", SETTINGS_GRACE_DEFAULT, false},
	{"auto:", 0, false},
	{"auto:off", 0, false},
	{"auto:default", 0, false},
	{"auto:auto", 0, false},
	{"autos", 0, false},
};

START_TEST(a_grace_that_learns_has_a_bound)
{
	const struct auto_case *c = &autos[_i];
	char text[SETTINGS_TEXT_LEN], err[SETTINGS_ERROR_LEN];
	struct settings set, back;

	fill(&set);
	set.is_auto = !c->is_auto;
	if (settings_set(&set, &settings_options[0], c->value, err,
			 sizeof(err)) < 0) {
		ck_assert_msg(!c->grace_s, "%s", c->value);
		ck_assert_int_eq(set.grace_s, 600);
		return;
	}
	ck_assert_int_eq(set.grace_s, c->grace_s);
	ck_assert_int_eq(set.is_auto, c->is_auto);
	if (set.grace_s < 0)
		return;
	set.given = 0;
	ck_assert_int_eq(settings_encode(&set, text, err, sizeof(err)), 0);
	ck_assert_int_eq(settings_decode(&back, text, err, sizeof(err)), 0);
	ck_assert_mem_eq(&back, &set, sizeof(set));
}
END_TEST

START_TEST(no_signal_travels_to_the_node)
{
	char text[SETTINGS_TEXT_LEN], err[SETTINGS_ERROR_LEN] = "";
	struct settings set, back;

	fill(&set);
	set.signal = 0;
	ck_assert_int_eq(settings_encode(&set, text, err, sizeof(err)), 0);
	ck_assert_ptr_nonnull(strstr(text, ",signal=none,"));
	ck_assert_int_eq(settings_decode(&back, text, err, sizeof(err)), 0);
	ck_assert_mem_eq(&back, &set, sizeof(set));
}
END_TEST

START_TEST(what_is_encoded_is_decoded)
{
	char text[SETTINGS_TEXT_LEN], err[SETTINGS_ERROR_LEN] = "";
	struct settings set, back;

	fill(&set);
	set.total_s = 86401;
	set.signal = SIGUSR2;
	set.clean = CLEAN_SUCCESS;
	set.submitted_min = UINT32_MAX;
	for (int c = 1; c < 256; c++)
		if (c != '%' && !iscntrl(c))
			set.dir[strlen(set.dir)] = (char)c;
	strcpy(set.from, set.dir);
	ck_assert_int_eq(settings_encode(&set, text, err, sizeof(err)), 0);
	for (const char *p = text; *p; p++)
		ck_assert(*p > ' ' && *p < 0x7f);
	ck_assert_msg(settings_decode(&back, text, err, sizeof(err)) == 0, "%s",
		      err);
	ck_assert_mem_eq(&back, &set, sizeof(set));
}
END_TEST

START_TEST(options_that_need_too_long_a_text_are_refused)
{
	char text[SETTINGS_TEXT_LEN], err[SETTINGS_ERROR_LEN] = "";
	struct settings set, back;

	fill(&set);
	memset(set.dir, ' ', SETTINGS_PATH_LEN - 1);
	ck_assert_int_eq(settings_encode(&set, text, err, sizeof(err)), 0);
	ck_assert_int_eq(settings_decode(&back, text, err, sizeof(err)), 0);
	memset(set.from, ' ', SETTINGS_PATH_LEN - 1);
	ck_assert_int_eq(settings_encode(&set, text, err, sizeof(err)), -1);
	ck_assert_ptr_nonnull(strstr(err, "longer than 4095 bytes; shorten "
					  "--checkpoint-dir, -from"));
}
END_TEST

#define LEAST "v1,grace=10m,dir=d,token=" TOKEN

static const struct {
	const char *text, *reason;
} hostile[] = {
	{"", "isn't in format v1"},
	{"v", "isn't in format v1"},
	{"v2,grace=10m", "isn't in format v1"},
	{"grace=10m", "isn't in format v1"},
	{"v1", "lacks grace, dir or token"},
	{"v1,", "unknown key"},
	{"v1,,", "unknown key"},
	{"v12" LEAST, "malformed"},
	{"v1 ,grace=10m", "malformed"},
	{"v1,grace=10m,dir=d", "lacks grace, dir or token"},
	{"v1,grace=10m,token=" TOKEN, "lacks grace, dir or token"},
	{"v1,dir=d,token=" TOKEN, "lacks grace, dir or token"},
	{"v1,grace=default,dir=d,token=" TOKEN, "lacks grace, dir or token"},
	{"v1,grace=off,dir=d,token=" TOKEN, "lacks grace, dir or token"},
	{LEAST ",", "unknown key"},
	{LEAST ",unknown=1", "unknown key"},
	{LEAST ",keep", "unknown key"},
	{LEAST ",KEEP=2", "unknown key"},
	{LEAST ",keep=2,keep=3", "keep stands there twice"},
	{LEAST ",grace=20m", "grace stands there twice"},
	{LEAST ",keep=1", "keep=1: must be a whole number"},
	{LEAST ",keep=", "keep=: must be a whole number"},
	{LEAST ",keep=2=3", "the value of keep is malformed"},
	{LEAST ",exit=0", "exit=0: must be an exit code"},
	{LEAST ",signal=KILL", "must be one of"},
	{LEAST ",limit=0", "must be a whole number"},
	{LEAST ",limit=4294967296", "must be a whole number"},
	{LEAST ",from=", "is empty"},
	{LEAST ",from=%", "the value of from is malformed"},
	{LEAST ",from=%4", "the value of from is malformed"},
	{LEAST ",from=%4g", "the value of from is malformed"},
	{LEAST ",from=%2f", "the value of from is malformed"},
	{LEAST ",from=a%00b", "the value of from is malformed"},
	{LEAST ",from=a%0Ab", "has a control character"},
	{LEAST ",from=a b", "the value of from is malformed"},
	{LEAST ",from=a\nb", "the value of from is malformed"},
	{LEAST ",from=\xff", "the value of from is malformed"},
	{LEAST "\n", "the value of token is malformed"},
	{LEAST "0", "must be 32 hexadecimal digits"},
	{"v1,grace=10m,dir=d,token=0123", "must be 32 hexadecimal digits"},
	{"v1,grace=10m,dir=%25N,token=" TOKEN, "after % stands one of"},
	{"v1,grace=31d,dir=d,token=" TOKEN, "must be from 1s to 30d"},
};

START_TEST(hostile_text_is_refused_with_the_reason)
{
	char err[SETTINGS_ERROR_LEN] = "";
	struct settings set, fresh;

	settings_init(&fresh);
	ck_assert_int_eq(
		settings_decode(&set, hostile[_i].text, err, sizeof(err)), -1);
	ck_assert_msg(strstr(err, hostile[_i].reason), "%s", err);
	for (const char *p = err; *p; p++)
		ck_assert(!iscntrl((unsigned char)*p));
	ck_assert_mem_eq(&set, &fresh, sizeof(set));
}
END_TEST

START_TEST(text_of_4095_bytes_is_read_and_a_longer_one_refused)
{
	char text[SETTINGS_TEXT_LEN + 100], err[SETTINGS_ERROR_LEN] = "";
	struct settings set;
	size_t len;

	strcpy(text, LEAST ",from=");
	for (len = strlen(text); len + 3 < SETTINGS_TEXT_LEN; len += 3)
		strcpy(text + len, "%20");
	/* Too many characters for a path, though the text may be as long. */
	ck_assert_int_eq(settings_decode(&set, text, err, sizeof(err)), -1);
	ck_assert_ptr_nonnull(strstr(err, "the value of from is malformed"));
	for (; len < SETTINGS_TEXT_LEN; len++)
		strcpy(text + len, "x");
	ck_assert_int_eq(settings_decode(&set, text, err, sizeof(err)), -1);
	ck_assert_ptr_nonnull(strstr(err, "longer than 4095 bytes"));
}
END_TEST

/* A small generator of its own, so that a failure can be repeated. */
static unsigned next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(*state >> 33);
}

START_TEST(damaged_text_never_does_more_than_be_refused)
{
	static const char alphabet[] = ",=%0123456789abcdefAF v1gracedirtoken"
				       "/-.mhds\n\xff";
	char text[SETTINGS_TEXT_LEN], again[SETTINGS_TEXT_LEN];
	char err[SETTINGS_ERROR_LEN];
	struct settings set, back;
	uint64_t state = 1;

	for (int round = 0; round < 100000; round++) {
		strcpy(text, LEAST ",total=90m,from=a%20b,limit=7,keep=3");
		for (unsigned i = next_random(&state) % 4 + 1; i > 0; i--) {
			unsigned at = next_random(&state) % strlen(text);
			unsigned with =
				next_random(&state) % (sizeof(alphabet) - 1);

			text[at] = alphabet[with];
		}
		if (next_random(&state) % 4 == 0)
			text[next_random(&state) % strlen(text)] = '\0';
		if (settings_decode(&set, text, err, sizeof(err)) < 0)
			continue;
		ck_assert_int_eq(settings_encode(&set, again, err, sizeof(err)),
				 0);
		ck_assert_int_eq(
			settings_decode(&back, again, err, sizeof(err)), 0);
		ck_assert_mem_eq(&back, &set, sizeof(set));
	}
}
END_TEST

/* -------- the site -------- */

START_TEST(the_site_has_these_defaults)
{
	struct site site;

	site_init(&site);
	ck_assert_int_eq(site.is_enabled, 1);
	ck_assert_int_eq(site.grace_s, 300);
	ck_assert_int_eq(site.min_grace_s, 5);
	ck_assert_int_eq(site.max_grace_s, 30 * 86400);
	ck_assert_int_eq(site.min_s, 0);
	ck_assert_int_eq(site.max_runs, 100000);
	ck_assert_int_eq(site.restart_delay_s, 0);
	ck_assert_int_eq(site.restore_window_s, 300);
	ck_assert_str_eq(site.dir, "");
	ck_assert_int_eq(site.helpers[0], '/');
	ck_assert_str_eq(site.launchers, "");
}
END_TEST

static const struct {
	const char *args[3];
	const char *line;
} bad_sites[] = {
	{{"graec=5m"}, "graec=5m: no such argument; see spank_checkpoint(8)"},
	{{"grace"}, "grace=: no such argument; see spank_checkpoint(8)"},
	{{""}, "=: no such argument; see spank_checkpoint(8)"},
	{{"=5"}, "=5: no such argument; see spank_checkpoint(8)"},
	{{"checkpoint-keep=5"},
	 "checkpoint-keep=5: no such argument; see spank_checkpoint(8)"},
	{{"grace=abc"}, "grace=abc: " TIMES},
	{{"grace="}, "grace=: " TIMES},
	{{"max_grace=31d"}, "max_grace=31d: must be from 1s to 30d"},
	{{"enabled=maybe"}, "enabled=maybe: must be yes or no"},
	{{"max_runs=0"}, "max_runs=0: must be a whole number from 1 to 100000"},
	{{"restart_delay=2h"}, "restart_delay=2h: must be from 1s to 1h"},
	{{"dir=%N"},
	 "dir=%N: after % stands one of j, A, a, x, u (or a second %)"},
	{{"helpers=libexec"}, "helpers=libexec: must begin with /"},
	{{"launchers=/usr/bin/srun"},
	 "launchers=/usr/bin/srun: must be names of programs without "
	 "directories, separated by commas"},
	{{"launchers=a,,b"},
	 "launchers=a,,b: must be names of programs without directories, "
	 "separated by commas"},
	{{"launchers=a,"},
	 "launchers=a,: must be names of programs without directories, "
	 "separated by commas"},
	{{"min_grace=10m", "max_grace=5m"}, "min_grace is above max_grace"},
	{{"grace=5m", "max_grace=2m"},
	 "grace is not between min_grace and max_grace"},
	{{"grace=10m", "min_grace=11m"},
	 "grace is not between min_grace and max_grace"},
	{{"max_runs=5", "grace=1x", "bad=1"}, "grace=1x: " TIMES},
};

static int site_of(struct site *site, const char *const *args, char *err)
{
	char *av[3];
	int ac = 0, rc;

	for (; ac < 3 && args[ac]; ac++)
		av[ac] = strdup(args[ac]);
	rc = site_read(site, ac, av, err, SETTINGS_ERROR_LEN);
	while (ac > 0)
		free(av[--ac]);
	return rc;
}

START_TEST(a_bad_line_of_plugstack_is_refused_with_this_line)
{
	char err[SETTINGS_ERROR_LEN] = "";
	struct site site;

	ck_assert_int_eq(site_of(&site, bad_sites[_i].args, err), -1);
	ck_assert_str_eq(err, bad_sites[_i].line);
}
END_TEST

START_TEST(the_site_travels_as_text)
{
	static const char *const args[] = {"dir=/scratch/%u/%A %a",
					   "launchers=my-run,other_run",
					   "helpers=/opt/a b"};
	char text[SETTINGS_TEXT_LEN], err[SETTINGS_ERROR_LEN] = "";
	struct site site, back;

	ck_assert_int_eq(site_of(&site, args, err), 0);
	site.is_enabled = 0;
	site.max_runs = 7;
	ck_assert_int_eq(site_encode(&site, text, err, sizeof(err)), 0);
	ck_assert_int_eq(site_decode(&back, text, err, sizeof(err)), 0);
	ck_assert_mem_eq(&back, &site, sizeof(site));
	ck_assert_int_eq(site_decode(&back, "v1,min_grace=2h,max_grace=1h", err,
				     sizeof(err)),
			 -1);
	ck_assert_str_eq(err, "min_grace is above max_grace");
}
END_TEST

START_TEST(what_the_user_left_open_comes_from_the_site)
{
	static const char *const short_graces[] = {"max_grace=2m", NULL};
	static const char *const long_graces[] = {"min_grace=10m", NULL};
	struct settings set;
	struct site site;
	char err[SETTINGS_ERROR_LEN];

	site_init(&site);
	settings_init(&set);
	set.grace_s = SETTINGS_GRACE_DEFAULT;
	site_apply(&site, &set, false);
	ck_assert_int_eq(set.grace_s, 300);
	ck_assert_int_eq(set.min_s, 0);
	ck_assert_int_eq(set.max_runs, 1000);
	ck_assert_str_eq(set.dir, "checkpoint-%j");

	settings_init(&set);
	set.grace_s = 600;
	site.min_s = 3600;
	site.max_runs = 50;
	site_apply(&site, &set, true);
	ck_assert_int_eq(set.grace_s, 600);
	ck_assert_int_eq(set.min_s, 3600);
	ck_assert_int_eq(set.max_runs, 50);
	ck_assert_str_eq(set.dir, "checkpoint-%A/%a");

	/* The built-in grace yields to bounds that came without one. */
	ck_assert_int_eq(site_of(&site, short_graces, err), 0);
	ck_assert_int_eq(site.grace_s, 120);
	ck_assert_int_eq(site_of(&site, long_graces, err), 0);
	ck_assert_int_eq(site.grace_s, 600);

	/* A site's default is no bound: it gives way to a long grace. */
	settings_init(&set);
	set.grace_s = 7200;
	site.min_s = 3600;
	site.max_runs = 50;
	settings_set(&set, settings_row("checkpoint-dir"), "mine", err,
		     sizeof(err));
	settings_set(&set, settings_row("checkpoint-max-runs"), "1000", err,
		     sizeof(err));
	strcpy(site.dir, "/scratch/%u/%j");
	site_apply(&site, &set, false);
	ck_assert_int_eq(set.min_s, 0);
	ck_assert_int_eq(set.max_runs, 1000);
	ck_assert_str_eq(set.dir, "mine");
}
END_TEST

static const struct {
	const char *args[3];
	int64_t grace_s, min_s, max_runs;
	const char *line; /* NULL: allowed */
} bounds[] = {
	{{NULL}, 5, 0, 1000, NULL},
	{{NULL}, 4, 0, 1000, "--checkpoint=4s: this site wants at least 5s"},
	{{NULL}, 600, 601, 1000, NULL},
	{{NULL},
	 600,
	 600,
	 1000,
	 "--checkpoint-min=10m: must be longer than the grace of 10m, "
	 "or a run would only save"},
	{{"max_grace=1h"}, 3600, 0, 1000, NULL},
	{{"max_grace=1h"},
	 3601,
	 0,
	 1000,
	 "--checkpoint=3601s: this site wants at most 1h"},
	{{"min_grace=1m"},
	 59,
	 0,
	 1000,
	 "--checkpoint=59s: this site wants at least 1m"},
	{{"max_runs=20"}, 600, 0, 20, NULL},
	{{"max_runs=20"},
	 600,
	 0,
	 21,
	 "--checkpoint-max-runs=21: this site wants at most 20"},
	{{"enabled=no"},
	 600,
	 0,
	 1000,
	 "--checkpoint: this site has turned checkpointing off; submit without "
	 "it"},
	/* What only a forged environment could hold. */
	{{NULL}, -1, 0, 1000, "--checkpoint=-1s: this site wants at least 5s"},
	{{NULL}, 0, 0, 1000, "--checkpoint=0s: this site wants at least 5s"},
};

START_TEST(the_site_bounds_what_may_be_asked_for)
{
	char err[SETTINGS_ERROR_LEN] = "";
	struct settings set;
	struct site site;

	ck_assert_int_eq(site_of(&site, bounds[_i].args, err), 0);
	fill(&set);
	set.grace_s = bounds[_i].grace_s;
	set.min_s = bounds[_i].min_s;
	set.max_runs = bounds[_i].max_runs;
	ck_assert_int_eq(site_check(&site, &set, err, sizeof(err)),
			 bounds[_i].line ? -1 : 0);
	ck_assert_str_eq(err, bounds[_i].line ? bounds[_i].line : "");
}
END_TEST

static Suite *settings_suite(void)
{
	Suite *suite = suite_create("settings");
	TCase *table = tcase_create("table");
	TCase *text = tcase_create("text");
	TCase *site = tcase_create("site");
	int rows = (int)settings_options_count;

	tcase_add_loop_test(table,
			    each_row_has_its_name_environment_form_and_help, 0,
			    rows);
	tcase_add_loop_test(
		table, a_default_is_what_one_gets_without_the_option, 0, rows);
	tcase_add_test(table, the_defaults_are_those_of_the_documentation);
	tcase_add_test(table, an_option_that_is_not_built_is_not_in_the_table);
	tcase_add_loop_test(table, good_values_are_taken, 0, COUNT(accepted));
	tcase_add_loop_test(table, bad_values_are_refused_with_this_line, 0,
			    COUNT(refused));
	tcase_add_test(table, an_environment_form_is_refused_by_its_own_name);
	tcase_add_test(table, a_second_signal_is_for_intervals);
	tcase_add_loop_test(table, a_grace_that_learns_has_a_bound, 0,
			    COUNT(autos));
	tcase_add_test(table, no_signal_travels_to_the_node);
	tcase_add_test(table, a_path_that_is_too_long_is_refused_not_cut);
	suite_add_tcase(suite, table);

	tcase_add_test(text, the_text_is_this_one);
	tcase_add_test(text, what_is_encoded_is_decoded);
	tcase_add_test(text, options_that_need_too_long_a_text_are_refused);
	tcase_add_loop_test(text, hostile_text_is_refused_with_the_reason, 0,
			    COUNT(hostile));
	tcase_add_test(text,
		       text_of_4095_bytes_is_read_and_a_longer_one_refused);
	tcase_add_test(text, damaged_text_never_does_more_than_be_refused);
	tcase_set_timeout(text, 60);
	suite_add_tcase(suite, text);

	tcase_add_test(table, a_form_is_put_back_to_what_was_typed);
	tcase_add_test(site, the_site_has_these_defaults);
	tcase_add_loop_test(site,
			    a_bad_line_of_plugstack_is_refused_with_this_line,
			    0, COUNT(bad_sites));
	tcase_add_test(site, the_site_travels_as_text);
	tcase_add_test(site, what_the_user_left_open_comes_from_the_site);
	tcase_add_loop_test(site, the_site_bounds_what_may_be_asked_for, 0,
			    COUNT(bounds));
	suite_add_tcase(suite, site);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(settings_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
