/* SPDX-License-Identifier: GPL-2.0-or-later */
/* say.h: what the method says, to the supervisor and to the user. */
#ifndef CRIU_SAY_H
#define CRIU_SAY_H

/* The exit code of a verb that may succeed on another node. */
#define SAY_NOT_HERE 75

/* The reason of a failure, or how the job is saved: "say TEXT" on descriptor 3.
 * Control characters are replaced. */
void say_why(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "ready" on descriptor 3, which is closed. */
void say_ready(void);

/* A line in the job's output. */
void say_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
