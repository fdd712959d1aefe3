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
	struct watch_report report; /* once the watch has ended */
};

struct testimony {
	enum evidence evidence;
	unsigned files;		   /* that were written */
	char name[WATCH_NAME_MAX]; /* of the newest; "": none */
	uint64_t digest;	   /* see watch.h */
	int64_t quiet_ms;	   /* see watch.h; of this node */
	unsigned dirs;		   /* that were watched on this node */
};

/*
 * Programs are about to be told: watch from now on, unless this was begun
 * before, or files are collected (--checkpoint-files), whose versions tell
 * more.  Called again, it looks for programs that have come.
 */
void witness_begin(struct witness *witness, struct context *ctx);

/* The job goes on: what was written so far is no evidence. */
void witness_drop(struct witness *witness, struct context *ctx);

/* All processes of the job, the watching one too, are about to be killed: keep
 * what was seen so far.  Waits about a second at most. */
void witness_close(struct witness *witness, struct context *ctx);

/*
 * The run has ended: what was seen since witness_begin().  Waits about a
 * second at most.
 *
 * steps  with what the agents have told
 */
struct testimony witness_end(struct witness *witness, struct context *ctx,
			     const struct steps *steps);

#endif
