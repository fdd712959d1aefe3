/* SPDX-License-Identifier: GPL-2.0-or-later */
/* witness.c: what shows that the job saved a state after a request. */
#include <stdio.h>
#include <string.h>
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

void witness_close(struct witness *witness, struct context *ctx)
{
	if (!witness->watch.pid)
		return;
	watch_end(&witness->watch, &witness->report);
	ctx->children.pid[CHILD_WATCH] = 0;
}

void witness_drop(struct witness *witness, struct context *ctx)
{
	witness_close(witness, ctx);
	memset(&witness->report, 0, sizeof(witness->report));
}

struct testimony witness_end(struct witness *witness, struct context *ctx,
			     const struct steps *steps)
{
	struct testimony seen = {.evidence = EVIDENCE_NONE};
	const struct watch_report *report = &witness->report;

	if (ctx->begin.set.files[0])
		return seen;
	witness_close(witness, ctx);
	seen.files = report->files + steps->agents.files;
	snprintf(seen.name, sizeof(seen.name), "%s",
		 report->files ? report->name : steps->agents.file);
	if ((report->digest || !report->files) &&
	    steps->agents.digests == steps->agents.writers)
		seen.digest = report->digest + steps->agents.digest;
	seen.quiet_ms = report->files ? report->quiet_ms : -1;
	seen.dirs = report->dirs;
	if (seen.files && seen.digest &&
	    seen.digest == ctx->begin.learned.digest)
		seen.evidence = EVIDENCE_SAME;
	else if (seen.files)
		seen.evidence = EVIDENCE_FILES;
	else if (!report->is_watched || witness->is_late ||
		 !steps_are_watched(steps))
		seen.evidence = EVIDENCE_UNKNOWN;
	return seen;
}
