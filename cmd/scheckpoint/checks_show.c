/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checks_show.c: a list of checks for people or as JSON. */
#include "cmd/scheckpoint/checks_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/say.h"
#include "lib/store.h"

/* Programs read it; a change of meaning makes it 2. */
#define CHECKS_FORMAT 1

static bool is_coloured(void)
{
	const char *term = getenv("TERM"), *never = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0 &&
	       !(never && never[0]);
}

static const char *colour(enum grade grade)
{
	static const char *const colours[] = {
		[GRADE_OK] = "\033[32m",
		[GRADE_WARNING] = "\033[33m",
		[GRADE_ERROR] = "\033[31m",
		[GRADE_UNKNOWN] = "\033[35m",
	};

	return colours[grade];
}

static void show_check(const struct check *check, int width, bool in_colour)
{
	char text[CHECK_TEXT_MAX], remedy[CHECK_TEXT_MAX];

	printf("%s%-7s%s  %-*s  %s%s%s\n",
	       in_colour ? colour(check->grade) : "", grade_name(check->grade),
	       in_colour ? "\033[0m" : "", width, check->name,
	       say_clean(text, sizeof(text), check->text),
	       check->remedy[0] ? "; " : "",
	       say_clean(remedy, sizeof(remedy), check->remedy));
}

static void show_lines(const struct checks *checks)
{
	bool in_colour = is_coloured();
	int width = 0, len;

	for (size_t i = 0; i < checks->count; i++) {
		len = (int)strlen(checks->list[i].name);
		width = len > width ? len : width;
	}
	for (size_t i = 0; i < checks->count; i++)
		show_check(&checks->list[i], width, in_colour);
}

static void show_json(const struct checks *checks)
{
	printf("{\"format\":%d,\"grade\":\"%s\",\"checks\":[", CHECKS_FORMAT,
	       grade_name(checks_worst(checks)));
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];
		struct ckpt_record *rec = ckpt_record_new("check");
		const char *text;

		ckpt_record_set_str(rec, "grade", grade_name(check->grade));
		ckpt_record_set_str(rec, "name", check->name);
		ckpt_record_set_str(rec, "text", check->text);
		if (check->remedy[0])
			ckpt_record_set_str(rec, "remedy", check->remedy);
		text = ckpt_record_failed(rec) ? NULL : ckpt_record_json(rec);
		fputs(i ? ",\n " : "\n ", stdout);
		say_json(text ? text : "{}");
		ckpt_record_free(rec);
	}
	printf("]}\n");
}

int checks_show(const struct checks *checks, bool as_json)
{
	if (as_json)
		show_json(checks);
	else
		show_lines(checks);
	switch (checks_worst(checks)) {
	case GRADE_OK:
	case GRADE_WARNING:
		return SAYS_YES;
	case GRADE_ERROR:
		return SAYS_NO;
	case GRADE_UNKNOWN:
		break;
	}
	return SAYS_ERROR;
}
