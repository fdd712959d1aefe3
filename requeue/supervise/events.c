/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events.c: a queue of what has happened to the run. */
#include "requeue/supervise/events.h"

bool events_post(struct events *events, const struct run_event *event)
{
	unsigned last = (events->first + events->count) % EVENTS_MAX;

	if (events->count == EVENTS_MAX)
		return false;
	events->list[last] = *event;
	events->count++;
	return true;
}

bool events_post_kind(struct events *events, enum run_event_kind kind)
{
	const struct run_event event = {.kind = kind};

	return events_post(events, &event);
}

bool events_take(struct events *events, struct run_event *event)
{
	if (!events->count)
		return false;
	*event = events->list[events->first];
	events->first = (events->first + 1) % EVENTS_MAX;
	events->count--;
	return true;
}
