/* SPDX-License-Identifier: GPL-2.0-or-later */
/* open.h: the store of the job that we run in. */
#ifndef OPEN_H
#define OPEN_H

#include <stdbool.h>

#include "lib/store.h"

struct call;

/* Are we outside of a checkpointed job?  A script that is submitted without
 * --checkpoint runs on then, where that makes no difference to its result. */
bool is_outside(void);

/* Say that there is no store to write to, and that the script may go on.
 * Returns SAYS_YES. */
int say_outside(const struct call *call);

/*
 * Open the store that SLURM_CHECKPOINT_DIR names.  For writing it must be this
 * job's own, as a nested job may have inherited another's environment.
 *
 * Returns SAYS_YES, or SAYS_ERROR after saying why: then *store is NULL.
 */
int open_own(const struct call *call, enum ckpt_mode mode,
	     struct ckpt_store **store);

#endif
