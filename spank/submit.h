/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * submit.h: what sbatch does for a job with --checkpoint: it checks the
 * settings against the site's bounds and against the user's other options, and
 * sets the options of its own that the job needs.
 */
#ifndef SPANK_SUBMIT_H
#define SPANK_SUBMIT_H

#include "requeue/settings/settings.h"
#include "requeue/settings/site.h"

/*
 * Check the job and set sbatch's own options: --requeue, --open-mode, --signal,
 * and --time and --time-min where the settings tell them.  What the user has
 * given stays, or is refused where it contradicts.
 *
 * set  what the user left to the site is filled in, and the names in the
 *      store's pattern; submitted_min is set
 *
 * Doesn't return where the job is refused: say_refusal() ends sbatch.
 */
void submit(const struct site *site, struct settings *set);

#endif
