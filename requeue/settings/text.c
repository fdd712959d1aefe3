/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.c: text for people to read, made harmless where others wrote it. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/utf8.h"
#include "requeue/settings/text.h"

size_t text_decode(const char *text, uint32_t *code)
{
	return ckpt_utf8_decode(text, code);
}

bool text_is_steering(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c ||
	       c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* Measure the UTF-8 sequence at s; 0: it is malformed, or may not be shown. */
static size_t sequence_len(const char *s)
{
	uint32_t c;
	size_t len = ckpt_utf8_decode(s, &c);

	return len && !text_is_steering(c) ? len : 0;
}

void text_clean(char *to, size_t size, const char *from)
{
	const char *s = from;
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

const char *text_quote(char *to, size_t size, const char *from)
{
	char clean[1024];
	size_t used = 0, len;

	text_clean(clean, sizeof(clean), from);
	to[used++] = '"';
	for (const char *c = clean; *c; c += len) {
		bool is_escaped = *c == '"' || *c == '\\';

		len = sequence_len(c);
		if (used + is_escaped + len + 2 > size)
			break;
		if (is_escaped)
			to[used++] = '\\';
		memcpy(to + used, c, len);
		used += len;
	}
	to[used++] = '"';
	to[used] = '\0';
	return to;
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
