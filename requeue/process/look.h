/* SPDX-License-Identifier: GPL-2.0-or-later */
/* look.h: one look at the processes: the picture, and what was chosen. */
#ifndef LOOK_H
#define LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "requeue/policy/choose.h"
#include "requeue/process/entries.h"

struct look {
	struct procs procs;
	struct choice *choices; /* as many as procs */
};

/* What look_take() marks as signalled before. */
struct look_known {
	const struct entries *signalled;
	const struct entries *sruns;
	const struct entries *passed_on;
};

/*
 * Take the picture of all below root and choose.
 *
 * is_hasty  see picture_take_in_haste()
 *
 * Returns 0, or -1 with errno as picture_take(); the caller frees the look by
 * look_free() in any case.
 */
int look_take(struct look *look, pid_t root, const struct choose_order *order,
	      const struct look_known *known, bool is_hasty);

/* Free what it holds; look_take() may fill it again. */
void look_free(struct look *look);

/* Append process i of the look to a list, with what was chosen for it.  NULL
 * without memory. */
struct entry *look_remember(const struct look *look, size_t i,
			    struct entries *entries);

#endif
