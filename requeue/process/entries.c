/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entries.c: lists of processes that a delivery has dealt with. */
#include <stdlib.h>

#include "requeue/process/entries.h"
#include "requeue/process/pid.h"

struct entry *entries_find(const struct entries *entries, pid_t pid,
			   uint64_t start_ticks)
{
	for (size_t i = 0; i < entries->count; i++)
		if (entries->list[i].item.pid == pid &&
		    entries->list[i].item.start_ticks == start_ticks)
			return &entries->list[i];
	return NULL;
}

struct entry *entries_add(struct entries *entries, pid_t pid,
			  uint64_t start_ticks)
{
	size_t count = entries->count;
	struct entry *entry;

	/* The room doubles whenever the count is a power of two. */
	if (!(count & (count - 1))) {
		size_t room = count ? count * 2 : 1;

		entry = realloc(entries->list, room * sizeof(*entry));
		if (!entry)
			return NULL;
		entries->list = entry;
	}
	entry = &entries->list[entries->count++];
	*entry = (struct entry){
		.item = {.pid = pid, .start_ticks = start_ticks, .reason = ""}};
	return entry;
}

const struct delivery_item *entries_next(struct entries *entries)
{
	if (entries->told == entries->count)
		return NULL;
	return &entries->list[entries->told++].item;
}

bool entries_is_alive(struct entry *entry)
{
	if (!entry->is_gone &&
	    !pid_is_alive(entry->item.pid, entry->item.start_ticks))
		entry->is_gone = true;
	return !entry->is_gone;
}

size_t entries_count_alive(struct entries *entries)
{
	size_t alive = 0;

	for (size_t i = 0; i < entries->count; i++)
		alive += entries_is_alive(&entries->list[i]);
	return alive;
}

void entries_cut(struct entries *entries, size_t first)
{
	entries->count = first;
	if (entries->told > first)
		entries->told = first;
}
