/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * submit.h: what sbatch does for a job with --checkpoint: it checks the
 * settings against the site's bounds and against the user's other options, and
 * sets the options of its own that the job needs.
 */
#ifndef SPANK_SUBMIT_H
#define SPANK_SUBMIT_H

#include <stdbool.h>

#include "requeue/settings/settings.h"
#include "requeue/settings/site.h"

/*
 * Check the job and set sbatch's own options: --requeue, --open-mode, --signal,
 * and --time and --time-min where the settings tell them.  What the user has
 * given stays, or is refused where it contradicts.  What comes from the
 * environment and can't work is left off with a warning.
 *
 * set    what the user left to the site is filled in, and the names in the
 *	  store's pattern; submitted_min is set
 * typed  the settings without those of the environment
 * version  of this Slurm, "22.05.8"; "" unknown
 *
 * Returns false where the job is submitted without checkpointing.  Doesn't
 * return where it is refused: say_refusal() ends sbatch.
 */
bool submit(const struct site *site, struct settings *set,
	    const struct settings *typed, const char *version);

/* Refuse the job or, where no option was typed, warn that SBATCH_CHECKPOINT is
 * left off. */
void submit_refuse(const struct settings *typed, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
