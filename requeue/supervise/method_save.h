/* SPDX-License-Identifier: GPL-2.0-or-later */
/* method_save.h: the verbs of a method on a job that runs, each in a child. */
#ifndef METHOD_SAVE_H
#define METHOD_SAVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/supervise/context.h"

struct method_call {
	pid_t tree;	 /* of the verb that runs the job's programs */
	int64_t wait_ms; /* how long it may take */
	bool goes_on;	 /* a save: the job computes on afterwards */
};

/*
 * Have the method save the job's programs into a new version, and commit it
 * with the files of --checkpoint-files.  The programs stand still then.
 *
 * Returns the pid of the child, -1 with errno.  It exits with 0 where the
 * version is committed, else the reason has been said.
 */
pid_t method_save_start(struct context *ctx, const struct method_call *call);

/* Run "discard" or "continue" in a child; returns as method_save_start(). */
pid_t method_verb_start(struct context *ctx, const struct method_call *call,
			const char *name);

#endif
