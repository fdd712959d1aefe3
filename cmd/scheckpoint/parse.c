/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse.c: numbers, and options that several commands take. */
#include "cmd/scheckpoint/parse.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/say.h"

bool parse_number(const char *text, uint32_t most, uint32_t *value)
{
	unsigned long long number;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end || number > most)
		return false;
	*value = (uint32_t)number;
	return true;
}

bool parse_fraction(const char *text, double *value)
{
	char *end;
	double number;

	/* strtod() takes "inf", "0x1p-2" and leading spaces too. */
	if (!text[0] || strspn(text, "0123456789.eE+-") != strlen(text))
		return false;
	number = strtod(text, &end);
	if (*end || !(number >= 0 && number <= 1))
		return false;
	*value = number;
	return true;
}

int parse_schema(const struct call *call, struct ckpt_store *store)
{
	const char *text = call_option(call, "schema");
	const char *slash = text ? strrchr(text, '/') : NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status;
	char name[NAME_MAX + 1];
	uint32_t number;

	if (!text)
		return SAYS_YES;
	if (!slash || slash == text || slash - text > NAME_MAX ||
	    !parse_number(slash + 1, UINT32_MAX, &number))
		return say_error(call,
				 "'%s' is no schema; give a name and a "
				 "number, such as plate/2",
				 text);
	snprintf(name, sizeof(name), "%.*s", (int)(slash - text), text);
	status = ckpt_schema(store, name, number, &err);
	return status ? say_status(call, status, &err) : SAYS_YES;
}

int parse_version(const struct call *call, const char *text, uint32_t *number)
{
	if (parse_number(text, UINT32_MAX, number) && *number)
		return SAYS_YES;
	return say_error(call,
			 "'%s' is no version; give its number, "
			 "as scheckpoint list shows it",
			 text);
}
