/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finish.h: the end of the run: the record from which settle decides what
 * becomes of the job, and the status with which the supervisor ends.
 */
#ifndef FINISH_H
#define FINISH_H

#include "requeue/supervise/context.h"
#include "requeue/supervise/files.h"
#include "requeue/supervise/request.h"
#include "requeue/supervise/jobscript.h"

/* Record how the script ended, whether the job did what was requested, and what
 * shows that it saved; where nothing does, say so. */
void finish_record(struct context *ctx, const struct jobscript *script,
		   struct request *request, const struct files *files);

/*
 * After a request, wait for processes that still read from a pipe (a "| tee
 * log"), 3 s at most, so that the last output gets written.  Others are not
 * waited for: a script that ends may leave a sleep behind.
 */
void finish_await_readers(const struct context *ctx);

/* The wait status with which the supervisor must end. */
int finish_status(const struct context *ctx, const struct jobscript *script);

#endif
