/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duration.c: times as users write them. */
#include "requeue/settings/duration.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#define MINUTE_S 60
#define HOUR_S	 3600
#define DAY_S	 86400

#define FORMS                                                                  \
	"a time is written as seconds, 10m, 1h, 2d, MM:SS, HH:MM:SS or "       \
	"D-HH:MM:SS"

/* All units, longest first. */
static const struct {
	char letter;
	int64_t seconds;
} units[] = {
	{'d', DAY_S},
	{'h', HOUR_S},
	{'m', MINUTE_S},
	{'s', 1},
};
#define UNITS (sizeof(units) / sizeof(units[0]))

/* Read digits at *text, at most DURATION_MAX_S; false: none, or too many. */
static bool take_number(const char **text, int64_t *number, bool *is_huge)
{
	const char *at = *text;

	*number = 0;
	for (; isdigit((unsigned char)*at); at++) {
		*number = *number * 10 + (*at - '0');
		if (*number > DURATION_MAX_S) {
			*is_huge = true;
			return false;
		}
	}
	if (at == *text)
		return false;
	*text = at;
	return true;
}

/*
 * Read what follows the first number in the forms with colons: up to `most`
 * fields, each of one or two digits and below its bound.
 */
static bool take_fields(const char **text, const int64_t *bounds, int most,
			int64_t *fields, int *count, char separator)
{
	bool is_huge = false;

	for (*count = 0; *count < most && **text == separator; (*count)++) {
		const char *start = ++(*text);

		if (!take_number(text, &fields[*count], &is_huge) ||
		    *text - start > 2 || fields[*count] >= bounds[*count])
			return false;
		separator = ':';
	}
	return true;
}

/* Read D-HH, D-HH:MM or D-HH:MM:SS; *text is at the '-'. */
static bool take_days(const char **text, int64_t days, int64_t *seconds)
{
	static const int64_t bounds[] = {24, 60, 60};
	int64_t fields[3] = {0, 0, 0};
	int count;

	if (!take_fields(text, bounds, 3, fields, &count, '-'))
		return false;
	*seconds = days * DAY_S + fields[0] * HOUR_S + fields[1] * MINUTE_S +
		   fields[2];
	return true;
}

/* Read MM:SS or HH:MM:SS; *text is at the first ':'. */
static bool take_clock(const char **text, int64_t first, int64_t *seconds)
{
	static const int64_t bounds[] = {60, 60};
	int64_t fields[2] = {0, 0};
	int count;

	if (!take_fields(text, bounds, 2, fields, &count, ':'))
		return false;
	if (count == 1)
		*seconds = first * MINUTE_S + fields[0];
	else
		*seconds = first * HOUR_S + fields[0] * MINUTE_S + fields[1];
	return true;
}

static bool take_unit(const char **text, int64_t number, int64_t *seconds)
{
	for (size_t i = 0; i < UNITS; i++) {
		if (**text != units[i].letter)
			continue;
		(*text)++;
		*seconds = number * units[i].seconds;
		return true;
	}
	return false;
}

static int refuse_bare(int64_t seconds, char *err, size_t err_len)
{
	char text[DURATION_TEXT_LEN];

	/* Rounded up to hours, so that the example is one to copy. */
	duration_format((seconds + HOUR_S - 1) / HOUR_S * HOUR_S, text);
	snprintf(err, err_len,
		 "a bare number is seconds and at most %d; name a unit, such "
		 "as %s",
		 DURATION_BARE_MAX_S, text);
	return -1;
}

int duration_parse(const char *text, int64_t *seconds, char *err,
		   size_t err_len)
{
	int64_t first = 0, total = 0;
	bool is_huge = false, is_read = false;

	if (take_number(&text, &first, &is_huge)) {
		if (*text == '\0' && first > DURATION_BARE_MAX_S)
			return refuse_bare(first, err, err_len);
		total = first;
		if (*text == '-')
			is_read = take_days(&text, first, &total);
		else if (*text == ':')
			is_read = take_clock(&text, first, &total);
		else
			is_read = *text == '\0' ||
				  take_unit(&text, first, &total);
	}

	if (is_huge || (is_read && total > DURATION_MAX_S)) {
		snprintf(err, err_len, "longer than %lld days",
			 DURATION_MAX_S / DAY_S);
		return -1;
	}
	if (!is_read || *text != '\0') {
		snprintf(err, err_len, "%s", FORMS);
		return -1;
	}
	*seconds = total;
	return 0;
}

const char *duration_format(int64_t seconds, char text[DURATION_TEXT_LEN])
{
	size_t i = 0;

	while (i + 1 < UNITS && (!seconds || seconds % units[i].seconds))
		i++;
	snprintf(text, DURATION_TEXT_LEN, "%" PRId64 "%c",
		 seconds / units[i].seconds, units[i].letter);
	return text;
}
