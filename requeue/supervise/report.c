/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c: what the supervisor says. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "requeue/journal/memo.h"
#include "requeue/supervise/report.h"
#include "requeue/settings/text.h"

void report_line(const char *format, ...)
{
	static const char prefix[] = "scheckpoint: ";
	char raw[1024], line[1100];
	size_t len;
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	memcpy(line, prefix, sizeof(prefix));
	text_clean(line + sizeof(prefix) - 1, sizeof(line) - sizeof(prefix),
		   raw);
	len = strlen(line);
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		return; /* see report.h */
}

void report_record(struct ckpt_store *store, unsigned run,
		   const struct record *record)
{
	static bool has_complained;
	struct ckpt_record *rec = record_encode(record);
	struct ckpt_error err;

	memo_keep(rec);
	if (store && ckpt_journal_append(store, run, rec, &err) &&
	    !has_complained) {
		has_complained = true;
		report_line("the journal can't be written (%s): the job goes "
			    "on, and its end is judged without it",
			    err.text);
	}
	ckpt_record_free(rec);
}
