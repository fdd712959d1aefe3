/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * witness.h: what shows that the job saved a state by itself after a request:
 * files that its programs wrote, on this node and on those of its steps.
 */
#ifndef WITNESS_H
#define WITNESS_H

#include <stdbool.h>

#include "requeue/process/watch.h"
#include "requeue/supervise/context.h"
#include "requeue/supervise/steps.h"

/* All zeros: nothing is watched. */
struct witness {
	struct watch watch;
	bool is_late; /* programs may have saved before the watch began */
};

struct testimony {
	enum evidence evidence;
	unsigned files;		   /* that were written */
	char name[WATCH_NAME_MAX]; /* of the newest; "": none */
};

/*
 * Programs are about to be told: watch from now on, unless this was begun
 * before, or files are collected (--checkpoint-files), whose versions tell
 * more.  Called again, it looks for programs that have come.
 */
void witness_begin(struct witness *witness, struct context *ctx);

/* The job goes on: what was written so far is no evidence. */
void witness_drop(struct witness *witness, struct context *ctx);

/*
 * The run has ended: what was seen since witness_begin().  Waits about a
 * second at most.
 *
 * steps  with what the agents have told
 */
struct testimony witness_end(struct witness *witness, struct context *ctx,
			     const struct steps *steps);

#endif
