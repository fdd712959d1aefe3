/* SPDX-License-Identifier: GPL-2.0-or-later */
/* open.h: the store of the job that we run in. */
#ifndef OPEN_H
#define OPEN_H

#include "lib/store.h"

struct call;

/*
 * Open the store that SLURM_CHECKPOINT_DIR names.  For writing it must be this
 * job's own, as a nested job may have inherited another's environment.
 *
 * Returns SAYS_YES, or SAYS_ERROR after saying why: then *store is NULL.
 */
int open_own(const struct call *call, enum ckpt_mode mode,
	     struct ckpt_store **store);

#endif
