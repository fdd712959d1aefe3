/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entries.h: lists of processes that a delivery has dealt with. */
#ifndef ENTRIES_H
#define ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/policy/choose.h"

/* What is told of a process. */
struct delivery_item {
	pid_t pid;
	char name[PROCS_NAME_MAX];
	enum choice_kind kind;
	const char *reason; /* static */
	bool is_withheld;   /* see choose.h */
	bool is_sent;	    /* got the signal; false: only awaited */
	/* A shell whose trap waits for this program; 0: it doesn't. */
	pid_t behind_pid;
	uint64_t behind_ticks;
	char behind_name[PROCS_NAME_MAX];
	uint64_t start_ticks;
};

struct entry {
	struct delivery_item item;
	/* The signalled shell above, which waits for what is below it. */
	pid_t guard;
	uint64_t guard_ticks;
	/* The nearest process above that is frozen. */
	pid_t freezer;
	uint64_t freezer_ticks;
	bool is_branch_ended; /* its end was seen to by end_branches() */
	bool is_unwatched;    /* frozen, and so are all above it */
	bool has_exit_trap;
	bool is_gone;
	bool is_killed;
	bool is_wait_told;
};

/* All 0: an empty list. */
struct entries {
	struct entry *list;
	size_t count;
	size_t told; /* so many were returned by entries_next() */
};

/* NULL: it isn't in the list.  Valid until the next entries_add(). */
struct entry *entries_find(const struct entries *entries, pid_t pid,
			   uint64_t start_ticks);

/* Append a process; NULL without memory.  Valid until the next call. */
struct entry *entries_add(struct entries *entries, pid_t pid,
			  uint64_t start_ticks);

/* The next entry that wasn't told yet; NULL: all were. */
const struct delivery_item *entries_next(struct entries *entries);

/* Forget the entries from first on. */
void entries_cut(struct entries *entries, size_t first);

/* Does the process still live?  A zombie doesn't. */
bool entries_is_alive(struct entry *entry);
size_t entries_count_alive(struct entries *entries);

#endif
