/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h: what the supervisor says: lines to the job's stderr, and records
 * to the run's journal.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <sys/types.h>

#include "requeue/journal/records.h"

/* The journal is written by a child; keep its pid there, 0 for none. */
void report_use(pid_t *writer_pid);

/* Write one line as of text_line() to stderr; at once, unless storage hangs.  A
 * failure is ignored: a full disk must not end the job. */
void report_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Append a record to the memo and to the journal.  It is in the journal when
 * this returns, unless storage hangs: it then follows later, in its order.  A
 * failure is said once in a run, and the job goes on. */
void report_record(struct ckpt_store *store, unsigned run,
		   const struct record *record);

/* Does storage hang, so that records and lines are queued? */
bool report_is_stuck(void);

/* The loop calls it now and then: writes what was queued if that is possible.
 */
void report_flush(void);

/* The run is over: wait some seconds for storage; what isn't written by then is
 * lost but for the memo. */
void report_end(void);

#endif
