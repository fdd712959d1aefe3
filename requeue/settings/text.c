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

const char *text_progress(char text[TEXT_PROGRESS_MAX], double progress)
{
	int thousandths;

	if (progress >= 0 && progress <= 1) {
		/* Round down, so that "100 %" is all; 0.57 * 1000 is
		 * 569.99... */
		thousandths = (int)(progress * 1000 + 1e-9);
		snprintf(text, TEXT_PROGRESS_MAX, "%d.%d %%", thousandths / 10,
			 thousandths % 10);
	} else {
		snprintf(text, TEXT_PROGRESS_MAX, "-");
	}
	return text;
}

size_t text_line(char *line, size_t size, int64_t now_s, const char *said)
{
	time_t now = (time_t)now_s;
	size_t used = 0;
	struct tm tm;

	if (localtime_r(&now, &tm))
		used = strftime(line, size, "%FT%T ", &tm);
	memcpy(line + used, TEXT_LINE_MARK, sizeof(TEXT_LINE_MARK));
	used += sizeof(TEXT_LINE_MARK) - 1;
	text_clean(line + used, size - used - 1, said);
	used += strlen(line + used);
	memcpy(line + used, "\n", 2);
	return used + 1;
}

/* The length of "2026-11-28T14:03:20 " at the begin of the line; 0: there is
 * none. */
static size_t time_len(const char *line)
{
	static const char form[] = "0000-00-00T00:00:00 ";

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		bool is_digit = line[i] >= '0' && line[i] <= '9';

		if (form[i] == '0' ? !is_digit : line[i] != form[i])
			return 0;
	}
	return sizeof(form) - 1;
}

const char *text_line_said(const char *line)
{
	static const char mark[] = TEXT_LINE_MARK;

	line += time_len(line);
	return strncmp(line, mark, sizeof(mark) - 1) ? NULL
						     : line + sizeof(mark) - 1;
}
