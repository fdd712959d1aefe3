/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checks.c: a list of what was looked at. */
#include "requeue/policy/checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check *checks_add(struct checks *checks, enum grade grade,
			 const char *name, const char *format, ...)
{
	static struct check unread;
	struct check *check = &unread, *list;
	va_list args;

	list = reallocarray(checks->list, checks->count + 1, sizeof(*list));
	if (list) {
		checks->list = list;
		check = &list[checks->count++];
	} else {
		checks->is_short = true;
	}
	check->grade = grade;
	check->remedy[0] = '\0';
	snprintf(check->name, sizeof(check->name), "%s", name);
	va_start(args, format);
	vsnprintf(check->text, sizeof(check->text), format, args);
	va_end(args);
	return check;
}

void check_remedy(struct check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(check->remedy, sizeof(check->remedy), format, args);
	va_end(args);
}

void checks_append(struct checks *checks, struct checks *from)
{
	for (size_t i = 0; i < from->count; i++)
		*checks_add(checks, GRADE_OK, "", "%s", "") = from->list[i];
	checks->is_short |= from->is_short;
	checks_free(from);
}

const char *grade_name(enum grade grade)
{
	static const char *const names[] = {
		[GRADE_OK] = "ok",
		[GRADE_WARNING] = "warning",
		[GRADE_ERROR] = "error",
		[GRADE_UNKNOWN] = "unknown",
	};

	return names[grade];
}

enum grade checks_worst(const struct checks *checks)
{
	static const enum grade order[] = {GRADE_ERROR, GRADE_UNKNOWN,
					   GRADE_WARNING};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (order[i] == GRADE_UNKNOWN && checks->is_short)
			return GRADE_UNKNOWN;
		for (size_t j = 0; j < checks->count; j++)
			if (checks->list[j].grade == order[i])
				return order[i];
	}
	return GRADE_OK;
}

void checks_free(struct checks *checks)
{
	free(checks->list);
	memset(checks, 0, sizeof(*checks));
}
