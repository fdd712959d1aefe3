/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * userhook.h: the hook of this run (--checkpoint-hook), started for a request
 * or for a save while the run goes on.
 */
#ifndef USERHOOK_H
#define USERHOOK_H

#include <stdbool.h>

#include "requeue/supervise/context.h"

/* Start it; false: there is none, it runs already, or it can't be started,
 * which has been said. */
bool userhook_start(struct context *ctx, enum cause cause);

/* Its process has ended: record and say how.  True: it exited with 0. */
bool userhook_ended(struct context *ctx, int wait_status);

#endif
