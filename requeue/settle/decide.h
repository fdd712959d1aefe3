/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide.h: what becomes of the job, and the limit of its next run.
 */
#ifndef SETTLE_DECIDE_H
#define SETTLE_DECIDE_H

#include "requeue/settle/settling.h"

/*
 * Decide, from the history and the job as loaded: sets s->decision, s->plan,
 * s->delay_s, s->has_order and s->is_forbidden.  A plan that an earlier settle
 * of the run has recorded isn't looked at.
 */
void settle_decide(struct settle *s);

/* Take the plan that an earlier settle of the run has recorded, and which this
 * one carries out. */
void settle_take_plan(struct settle *s);

#endif
