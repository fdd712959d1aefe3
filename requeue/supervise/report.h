/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h: what the supervisor says: lines to the job's stderr, and records
 * to the run's journal.
 */
#ifndef REPORT_H
#define REPORT_H

#include "requeue/journal/records.h"

/* Write one line "scheckpoint: ..." to stderr at once, without control
 * characters.  A failure is ignored: a full disk must not end the job. */
void report_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Append a record to the journal, and to the memo.  A failure is said once in
 * a run, and the job goes on. */
void report_record(struct ckpt_store *store, unsigned run,
		   const struct record *record);

#endif
