/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events.h: a queue of what has happened to the run.  Whatever part of the
 * supervisor learns of something posts it here; only the loop of supervise.c
 * takes events out and passes them to run_step().
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>

#include "requeue/policy/run.h"

/* The loop empties the queue before it looks for anything new, so that the
 * queue holds what one signal or child leads to: five events at most. */
#define EVENTS_MAX 16

/* All zeros: empty. */
struct events {
	struct run_event list[EVENTS_MAX];
	unsigned first; /* index of the oldest */
	unsigned count;
};

/*
 * Append a copy of an event.  Its now_ms is not looked at: the loop sets it
 * when it takes the event out.
 *
 * Returns false where the queue is full: the event is dropped.
 * Not thread-safe, not async-signal-safe: signals are read by sigtimedwait().
 */
bool events_post(struct events *events, const struct run_event *event);

/* The same for an event that is no more than its kind. */
bool events_post_kind(struct events *events, enum run_event_kind kind);

/* Take the oldest event out; false: there is none, *event is untouched. */
bool events_take(struct events *events, struct run_event *event);

#endif
