/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h: what settle writes to the journal, and completes of the run where
 * the journal lacks it.  A record that can't be written is noted in
 * s->store_problem, and settle goes on.
 */
#ifndef SETTLE_RECORD_H
#define SETTLE_RECORD_H

#include "requeue/settle/settling.h"

/* Complete the run from the memo and from what slurmstepd saw, and record its
 * end where the journal lacks it. */
void settle_complete_run(struct settle *s);

/* Give the strike that was decided: once a run, and before the plan is
 * recorded, so that an interruption can't lose it. */
void settle_strike(struct settle *s);

/* Before settle acts: what was decided. */
void settle_record_plan(struct settle *s);

/* After it has acted: what was done. */
void settle_record_settled(struct settle *s);

#endif
