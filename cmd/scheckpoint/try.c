/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try.c: rehearse a user's job: does it save when it is requested, and does it
 * go on from there?
 */
#include "cmd/scheckpoint/try.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/checks_show.h"
#include "cmd/scheckpoint/rehearse.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/sbatch_words.h"
#include "requeue/settings/duration.h"

#define AFTER_S	  20
#define WAIT_S	  900
#define WORDS_MAX 64
/* Grace of a job that gives none, and of one whose site says how long. */
#define GRACE_S	  60
#define DEFAULT_S 300

/* What is submitted: the user's options, and then ours. */
struct words {
	const char *script;
	char *options[WORDS_MAX + 1];
	char *rest[WORDS_MAX + 1]; /* the script and its arguments */
	char time[64], array[64];
};

/* Is the option given on the command line or in the script? */
static bool has(const struct words *words, const char *name, char letter,
		char *value, size_t size)
{
	bool is_there = script_has(words->script, name, letter, value, size);

	return words_have(words->options, name, letter, value, size) ||
	       is_there;
}

static void add(char **list, char *word)
{
	size_t n = 0;

	while (list[n])
		n++;
	if (n < WORDS_MAX)
		list[n] = word;
}

/* sbatch has none of these names, but a --wait without a value. */
static bool is_ours(const char *word)
{
	return !strcmp(word, "--json") || !strcmp(word, "--after") ||
	       !strncmp(word, "--after=", 8) || !strncmp(word, "--wait=", 7);
}

/* The options end at "--", after which the script's arguments follow. */
static int sort_operands(const struct call *call, struct words *words)
{
	char **list = words->options;

	if (call->count > WORDS_MAX - 8)
		return say_error(call, "too many arguments");
	words->script = call->operands[0];
	if (access(words->script, R_OK))
		return say_error(call, "%s: %s", words->script,
				 strerror(errno));
	add(words->rest, call->operands[0]);
	for (int i = 1; i < call->count; i++) {
		if (list == words->options && !strcmp(call->operands[i], "--"))
			list = words->rest;
		else if (list == words->options && is_ours(call->operands[i]))
			return say_error(call,
					 "%s is no option of sbatch: give it "
					 "before %s",
					 call->operands[i], words->script);
		else
			add(list, call->operands[i]);
	}
	return SAYS_YES;
}

/* The time to save that the job asks for. */
static int64_t find_grace(struct words *words)
{
	char text[64] = "", clause[128];
	int64_t grace_s = DEFAULT_S;
	static char given[] = "--checkpoint=60";

	if (!has(words, "checkpoint", 0, text, sizeof(text))) {
		add(words->options, given);
		return GRACE_S;
	}
	duration_parse(text, &grace_s, clause, sizeof(clause));
	return grace_s;
}

/* A short limit lets the job start soon, and bounds what a rehearsal costs. */
static void add_limits(struct words *words, int64_t after_s)
{
	static char now[] = "--begin=now";
	int64_t grace_s = find_grace(words);
	char text[256];

	if (!words_have(words->options, "time", 't', text, sizeof(text))) {
		snprintf(words->time, sizeof(words->time), "--time=%" PRId64,
			 (after_s + grace_s) / 60 + 5);
		add(words->options, words->time);
	}
	if (has(words, "begin", 'b', text, sizeof(text)))
		add(words->options, now);
	/* One task of an array is enough. */
	if (has(words, "array", 'a', text, sizeof(text))) {
		snprintf(words->array, sizeof(words->array), "--array=%.*s",
			 (int)strspn(text, "0123456789"), text);
		add(words->options, words->array);
	}
}

static int read_time(const struct call *call, const char *name,
		     int64_t *seconds)
{
	const char *text = call_option(call, name);
	char clause[128];

	if (!text || !duration_parse(text, seconds, clause, sizeof(clause)))
		return SAYS_YES;
	return say_error(call, "--%s=%s: %s", name, text, clause);
}

int command_try(struct call *call)
{
	struct rehearse_order order = {.after_s = AFTER_S, .wait_s = WAIT_S};
	struct checks checks = {0};
	struct words words = {0};
	char dir[PATH_MAX], text[256];
	int code;

	if (read_time(call, "after", &order.after_s) ||
	    read_time(call, "wait", &order.wait_s) ||
	    sort_operands(call, &words))
		return SAYS_ERROR;
	if (!getcwd(dir, sizeof(dir)))
		return say_error(call, "the present directory: %s",
				 strerror(errno));
	add_limits(&words, order.after_s);
	order.options = words.options;
	order.script = words.rest;
	order.dir = dir;
	order.is_silent = call_option(call, "json") != NULL;
	order.takes_files =
		has(&words, "checkpoint-files", 0, text, sizeof(text));
	code = rehearse(call, &order, &checks);
	if (!code)
		code = checks_show(&checks, order.is_silent);
	checks_free(&checks);
	return code;
}

int try_small_job(const struct call *call, const char *dir, bool is_silent,
		  struct checks *checks)
{
	static const char job[] =
		"--wrap=d=$(mktemp -d) && cd \"$d\" || exit 1\n"
		"trap 'rm -rf \"$d\"' EXIT\n"
		"s='%s'\n"
		"\"$s\" restore >/dev/null\n"
		"while sleep 1; do\n"
		"	date >>state\n"
		"	\"$s\" progress \"0.$(wc -l <state)\"\n"
		"	\"$s\" requested || continue\n"
		"	\"$s\" save state && exit 85\n"
		"done";
	char own[PATH_MAX], wrap[PATH_MAX + sizeof(job)], chdir[PATH_MAX + 16];
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char name[] = "--job-name=scheckpoint-doctor", limit[] = "--time=2";
	char grace[] = "--checkpoint=30";
	char *options[] = {name, limit, grace, chdir, wrap, NULL};
	char *none[] = {NULL};
	struct rehearse_order order = {
		.options = options,
		.script = none,
		.dir = dir,
		.after_s = 12,
		.wait_s = 300,
		.is_silent = is_silent,
	};

	own[len > 0 ? len : 0] = '\0';
	snprintf(wrap, sizeof(wrap), job, own);
	snprintf(chdir, sizeof(chdir), "--chdir=%s", dir);
	return rehearse(call, &order, checks);
}
