/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_request.h: what the journal and the job's output get of a request:
 * why it is made, which programs were signalled, which were passed over.
 */
#ifndef REPORT_REQUEST_H
#define REPORT_REQUEST_H

#include <stdbool.h>

#include "requeue/process/deliver.h"
#include "requeue/supervise/context.h"

#define REPORT_CAUSE_MAX 160

/* The cause of the run's request as a clause; returns buf. */
const char *report_cause(const struct context *ctx, char buf[REPORT_CAUSE_MAX]);

/*
 * Record a request.
 *
 * is_made  a program is known to have got it
 */
void report_request(struct context *ctx, enum cause cause, bool is_made);

/* Record and name the programs that were signalled since the last call. */
void report_signalled(struct context *ctx, struct delivery *delivery,
		      int signum);

/*
 * Record the programs that were passed over since the last call, and why.
 *
 * is_said  for the user too, because no program catches the signal
 */
void report_passed(struct context *ctx, struct delivery *delivery,
		   bool is_said);

/* Name the shells whose trap can't run yet, and what each waits for; each
 * once. */
void report_waiting(struct delivery *delivery);

/* Name the programs that were frozen, and killed as they were: they would have
 * started the next piece of work. */
void report_not_continued(struct context *ctx, struct delivery *delivery);

#endif
