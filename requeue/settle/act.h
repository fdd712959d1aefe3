/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * act.h: put the job back in the queue, with its begin time, limits and
 * comment.
 */
#ifndef SETTLE_ACT_H
#define SETTLE_ACT_H

#include "requeue/settle/settling.h"

/* Carry out s->decision, and note by settle_tell() what was done. */
void settle_act(struct settle *s);

#endif
