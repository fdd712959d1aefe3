/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * duration.h: times as users write them: 600, 10m, 1h, 2d, MM:SS, HH:MM:SS,
 * D-HH, D-HH:MM, D-HH:MM:SS.
 */
#ifndef DURATION_H
#define DURATION_H

#include <stddef.h>
#include <stdint.h>

/* The longest duration that is read: 10,000 days. */
#define DURATION_MAX_S	    (10000LL * 86400)
/* A bare number above this is refused: its writer probably meant minutes. */
#define DURATION_BARE_MAX_S 86400
/* Enough for any text that duration_format() writes. */
#define DURATION_TEXT_LEN   32

/*
 * Parse a duration strictly: no sign, space or trailing text; fields below
 * the first must be in range (seconds and minutes under 60, hours under 24).
 *
 * seconds  set on success only
 * err      on failure one clause without a full stop: what is wrong and what
 *          would be right ("a bare number is seconds and at most 86400; name
 *          a unit, such as 25h")
 *
 * Returns 0, or -1.  Thread-safe.
 */
int duration_parse(const char *text, int64_t *seconds, char *err,
		   size_t err_len);

/*
 * Write seconds (0 to DURATION_MAX_S) in the largest unit that divides them,
 * as duration_parse() reads it: "90s", "10m", "25h", "2d".  Returns text.
 */
const char *duration_format(int64_t seconds, char text[DURATION_TEXT_LEN]);

#endif
