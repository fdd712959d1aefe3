/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.h: text that people read, and that users or other programs wrote. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Copy with control characters, those that turn the direction of a text, and
 * broken UTF-8 replaced by '?'; always terminated, cut at size. */
void text_clean(char *to, size_t size, const char *from);

/* The same between quotation marks, with those in it after a backslash, so that
 * a name can't be taken for words of ours.  size: 4 or more.  Returns to. */
const char *text_quote(char *to, size_t size, const char *from);

#define TEXT_SPAN_MAX 32
/* Seconds as people say them: "45 s", "10 min", "2 h 5 min", "1 d 3 h".
 * Returns buf (TEXT_SPAN_MAX bytes). */
const char *text_span(char *buf, int64_t seconds);

#define TEXT_CLOCK_MAX 32
/* Local time, "14:03:20", with the date where it isn't today's of now_s. */
const char *text_clock(char *buf, int64_t when_s, int64_t now_s);

#endif
