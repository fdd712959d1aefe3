/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.h: the tree of the processes below one of ours. */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "requeue/policy/procs.h"

/*
 * Fill an empty picture with all processes below root, without root itself,
 * parents first: their names, states, groups and start times.  More than
 * 65,536 are not looked at.
 *
 * is_hasty  see picture_take_in_haste(); procs->is_hasty says whether it was
 *	     done so
 *
 * Returns 0, or -1 with errno: ENOMEM, or what opendir("/proc") says; the
 * picture then holds what was found until then.
 */
int tree_read(struct procs *procs, pid_t root, bool is_hasty);

#endif
