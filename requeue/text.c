/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.c: text that people read, and that users or other programs wrote. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "requeue/text.h"

/* Length of the well-formed UTF-8 sequence at s, 0 where there is none;
 * the C1 controls (U+0080 to U+009F) don't count as well-formed. */
static size_t sequence_len(const unsigned char *s)
{
	size_t len = s[0] < 0x80   ? 1
		     : s[0] < 0xc2 ? 0
		     : s[0] < 0xe0 ? 2
		     : s[0] < 0xf0 ? 3
		     : s[0] < 0xf5 ? 4
				   : 0;

	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if (len == 1 && (s[0] < 0x20 || s[0] == 0x7f))
		return 0;
	if (len == 2 && s[0] == 0xc2 && s[1] < 0xa0)
		return 0;
	return len;
}

void text_clean(char *to, size_t size, const char *from)
{
	const unsigned char *s = (const unsigned char *)from;
	size_t used = 0;

	while (*s) {
		size_t len = sequence_len(s);
		bool is_good = len > 0;

		if (!is_good)
			len = 1;
		if (used + len >= size)
			break;
		if (is_good)
			memcpy(to + used, s, len);
		else
			to[used] = '?';
		used += len;
		s += len;
	}
	to[used] = '\0';
}

const char *text_span(char *buf, int64_t seconds)
{
	int64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
	int64_t big, small;
	const char *big_unit, *small_unit;

	if (seconds < 120) {
		snprintf(buf, TEXT_SPAN_MAX, "%" PRId64 " s", seconds);
		return buf;
	}
	if (hours < 1)
		big = minutes, small = seconds % 60, big_unit = "min",
		small_unit = "s";
	else if (days < 1)
		big = hours, small = minutes % 60, big_unit = "h",
		small_unit = "min";
	else
		big = days, small = hours % 24, big_unit = "d",
		small_unit = "h";
	if (small)
		snprintf(buf, TEXT_SPAN_MAX, "%" PRId64 " %s %" PRId64 " %s",
			 big, big_unit, small, small_unit);
	else
		snprintf(buf, TEXT_SPAN_MAX, "%" PRId64 " %s", big, big_unit);
	return buf;
}

const char *text_clock(char *buf, int64_t when_s, int64_t now_s)
{
	time_t when = (time_t)when_s, now = (time_t)now_s;
	struct tm tm, today;
	bool is_today;

	if (!localtime_r(&when, &tm) || !localtime_r(&now, &today)) {
		snprintf(buf, TEXT_CLOCK_MAX, "%" PRId64, when_s);
		return buf;
	}
	is_today = tm.tm_year == today.tm_year && tm.tm_yday == today.tm_yday;
	strftime(buf, TEXT_CLOCK_MAX, is_today ? "%H:%M:%S" : "%F %H:%M:%S",
		 &tm);
	return buf;
}
