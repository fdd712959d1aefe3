/* SPDX-License-Identifier: GPL-2.0-or-later */
/* say.c: what the method says, to the supervisor and to the user. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "methods/criu/say.h"

#define WHY_FD 3

static void put(int fd, const char *before, const char *format, va_list args)
{
	char text[512];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", before);
	int len = vsnprintf(text + used, sizeof(text) - used - 1, format, args);

	if (len < 0)
		return;
	for (char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	used = strlen(text);
	text[used] = '\n';
	if (write(fd, text, used + 1) < 0)
		return; /* nothing reads it */
}

void say_why(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put(WHY_FD, "say ", format, args);
	va_end(args);
}

void say_ready(void)
{
	static const char ready[] = "ready\n";

	if (write(WHY_FD, ready, sizeof(ready) - 1) < 0)
		return; /* the supervisor is gone, and ends this process */
	close(WHY_FD);
}

void say_line(const char *format, ...)
{
	time_t now = time(NULL);
	char before[64] = "";
	struct tm tm;
	va_list args;

	/* As the supervisor's lines begin. */
	if (localtime_r(&now, &tm))
		strftime(before, sizeof(before), "%FT%T scheckpoint: ", &tm);
	va_start(args, format);
	put(STDERR_FILENO, before, format, args);
	va_end(args);
}
