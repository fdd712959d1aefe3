/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * context.h: what every part of the supervisor needs to know.  Each part has
 * a struct of its own for the rest.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "requeue/policy/run.h"
#include "requeue/supervise/begin.h"
#include "requeue/supervise/children.h"
#include "requeue/supervise/events.h"

struct context {
	struct begin begin;	/* settings, store: what the run began with */
	char **job_env;		/* the job's environment; borrowed */
	struct run run;		/* read by all; only supervise.c changes it */
	enum job_notice notice; /* what tells of a preemption */
	struct children children;
	struct events events; /* any part may post */
};

/* Do programs get the signal that only their runtime catches?  The user wants
 * it, or the run ends in any case. */
static inline bool context_takes_runtimes(const struct context *ctx)
{
	return ctx->begin.set.target == CHOOSE_ALL ||
	       ctx->begin.set.target == CHOOSE_RUNTIMES || ctx->run.is_last ||
	       ctx->run.has_term;
}

/* The programs that are not to be signalled, because they left nothing in an
 * earlier run; where they must end in any case, none. */
static inline const char *context_deaf(const struct context *ctx)
{
	return ctx->begin.set.target == CHOOSE_ALL || ctx->run.is_last ||
			       ctx->run.has_term
		       ? ""
		       : ctx->begin.learned.deaf;
}

#endif
