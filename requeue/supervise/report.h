/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h: what the supervisor says: one line each to the job's stderr, and
 * records to the run's journal.
 */
#ifndef REPORT_H
#define REPORT_H

#include "lib/store.h"

/* "scheckpoint: …" on stderr, one write, one line, cleaned of controls. */
void report_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Append and free a record, which the memo keeps too; a failure is said once
 * and is not fatal. */
void report_record(struct ckpt_store *store, unsigned run,
		   struct ckpt_record *rec);

#endif
