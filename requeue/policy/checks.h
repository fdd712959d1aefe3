/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checks.h: what was looked at, one entry each: how good it is, what it means,
 * and what to do.  scheckpoint doctor and try make such lists.
 *
 * Pure but for memory; not thread-safe for one list.
 */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>
#include <stddef.h>

enum grade {
	GRADE_OK,
	GRADE_WARNING, /* it works; something could be better */
	GRADE_ERROR,   /* something to mend */
	GRADE_UNKNOWN, /* it can't be told */
};

#define CHECK_TEXT_MAX 1024 /* bytes, with the NUL; more is cut */

struct check {
	enum grade grade;
	char name[32];
	char text[CHECK_TEXT_MAX];   /* what is so, and what follows */
	char remedy[CHECK_TEXT_MAX]; /* "": nothing to do */
};

/* All zeros: an empty list.  checks_free() frees what it owns. */
struct checks {
	struct check *list;
	size_t count;
	bool is_short; /* memory ran out for an entry */
};

/* Add an entry without a remedy, and return it, valid until the next one is
 * added; without memory one that nothing reads. */
struct check *checks_add(struct checks *checks, enum grade grade,
			 const char *name, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Set what to do about an entry. */
void check_remedy(struct check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Add the entries of another list, which is then empty. */
void checks_append(struct checks *checks, struct checks *from);

/* "ok", "warning", "error", "unknown" */
const char *grade_name(enum grade grade);

/* The worst of all: an error is worse than what can't be told, and a list that
 * memory was short for can't be told. */
enum grade checks_worst(const struct checks *checks);

void checks_free(struct checks *checks);

#endif
