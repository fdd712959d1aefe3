/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.h: text for people to read, made harmless where others wrote it. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As ckpt_utf8_decode(). */
size_t text_decode(const char *text, uint32_t *code);

/* Is this a character that isn't shown itself but changes how others are: a
 * control, a line end, or one that changes the direction of text? */
bool text_is_steering(uint32_t c);

/* Copy a text, with '?' for control characters, for characters that change the
 * direction of a text, and for broken UTF-8.  It is cut to size bytes, its NUL
 * included. */
void text_clean(char *to, size_t size, const char *from);

/* Copy in the same way, between quotation marks, and with a backslash before
 * those in the text, so that a name can't be taken for words of a message.
 * size: 4 or more.  Returns to. */
const char *text_quote(char *to, size_t size, const char *from);

#define TEXT_SPAN_MAX 32
/* Write seconds as people say them: "45 s", "10 min", "2 h 5 min", "1 d 3 h".
 * Returns buf (TEXT_SPAN_MAX bytes). */
const char *text_span(char *buf, int64_t seconds);

#define TEXT_CLOCK_MAX 32
/* Write local time, "14:03:20", with its date where that isn't the one of
 * now_s. Returns buf (TEXT_CLOCK_MAX bytes). */
const char *text_clock(char *buf, int64_t when_s, int64_t now_s);

#define TEXT_PROGRESS_MAX 16
/* Write "42.0 %", rounded down, or "-" where progress isn't known.  Returns
 * text. */
const char *text_progress(char text[TEXT_PROGRESS_MAX], double progress);

/* Before what we say in a job's output, behind the time. */
#define TEXT_LINE_MARK "scheckpoint: "
/*
 * Write a line of ours for a job's output: local date and time, the mark, what
 * is said, cleaned, and a line end.  It is cut to size bytes, its NUL included
 * (80 or more).  Returns its length.
 */
size_t text_line(char *line, size_t size, int64_t now_s, const char *said);

/* Where a line of a job's output is one of ours, what is said in it, behind the
 * mark; else NULL.  Lines without a time are ours, too: those of an older
 * version, and of the command scheckpoint. */
const char *text_line_said(const char *line);

#endif
