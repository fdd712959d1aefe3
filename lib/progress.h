/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* progress.h: what the job reports of itself: how much is done, and that all
 * is.  Public: ckpt_progress(), ckpt_done(). */
#ifndef CKPT_PROGRESS_H
#define CKPT_PROGRESS_H

#include <stdbool.h>

#include "lib/ckptstate.h"

/* The progress that this run reported last, 0 to 1; negative: none. */
double ckpt_run_progress(struct ckpt_store *store, unsigned run);
/* Did this run report that the job is finished? */
bool ckpt_is_done(struct ckpt_store *store, unsigned run);

#endif
