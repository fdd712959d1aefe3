/* SPDX-License-Identifier: GPL-2.0-or-later */
/* witness.c: what shows that the job saved a state after a request. */
#include <stdio.h>
#include <unistd.h>

#include "requeue/supervise/witness.h"

void witness_begin(struct witness *witness, struct context *ctx)
{
	const struct watch_order order = {
		.root = getpid(),
		.work_dir = ctx->begin.brief->work_dir,
		.store_dir = ctx->begin.dir,
		.hook = ctx->begin.set.hook,
	};

	if (ctx->begin.set.files[0])
		return;
	if (witness->watch.pid) {
		watch_look_again(&witness->watch);
		return;
	}
	witness->is_late = ctx->run.skips_delivery;
	if (!watch_start(&witness->watch, &order))
		ctx->children.pid[CHILD_WATCH] = witness->watch.pid;
}

static void end(struct witness *witness, struct context *ctx,
		struct watch_report *report)
{
	watch_end(&witness->watch, report);
	ctx->children.pid[CHILD_WATCH] = 0;
}

void witness_drop(struct witness *witness, struct context *ctx)
{
	struct watch_report report;

	end(witness, ctx, &report);
}

struct testimony witness_end(struct witness *witness, struct context *ctx,
			     const struct steps *steps)
{
	struct testimony seen = {.evidence = EVIDENCE_NONE};
	struct watch_report report;
	bool is_late = witness->is_late;

	if (ctx->begin.set.files[0])
		return seen;
	end(witness, ctx, &report);
	seen.files = report.files + steps->agents.files;
	snprintf(seen.name, sizeof(seen.name), "%s",
		 report.files ? report.name : steps->agents.file);
	if (seen.files)
		seen.evidence = EVIDENCE_FILES;
	else if (!report.is_watched || is_late || !steps_are_watched(steps))
		seen.evidence = EVIDENCE_UNKNOWN;
	return seen;
}
