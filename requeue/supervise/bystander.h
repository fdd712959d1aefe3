/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bystander.h: tells a signal that every process of the job got from one that
 * only the supervisor got.
 *
 * "scancel --full" signals the process group of the batch script, and so the
 * script itself; "scancel --batch" signals the process that slurmstepd started,
 * which is the supervisor.  Both look alike to the supervisor.  So a child of
 * it, in the same group, blocks all signals and does nothing: a signal to the
 * group is pending there as well.
 */
#ifndef BYSTANDER_H
#define BYSTANDER_H

#include <stdbool.h>

#include "requeue/supervise/context.h"

struct bystander {
	int fd; /* only while ctx->children has its pid */
};

/*
 * Start it, in the supervisor's process group and with all signals blocked, as
 * they are in the supervisor.  Without memory or processes for it there is
 * none.
 */
void bystander_start(struct bystander *bystander, struct context *ctx);

/*
 * Has every process of the job got this signal, which the supervisor has just
 * taken?  False where that isn't known.  The bystander forgets the signal.
 * Waits for 20 ms for the signal, and for a second for the bystander.
 */
bool bystander_got(struct bystander *bystander, struct context *ctx,
		   int signum);

/* It was killed, and reaped. */
void bystander_ended(struct bystander *bystander, struct context *ctx);

/* End it; does nothing where there is none. */
void bystander_stop(struct bystander *bystander, struct context *ctx);

#endif
