/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amend.h: what the owner changes of the settings after submission, with
 * "scheckpoint set".
 */
#ifndef AMEND_H
#define AMEND_H

#include <stdbool.h>

#include "lib/store.h"
#include "requeue/settings/settings.h"
#include "requeue/settings/site.h"

/* The words of "scheckpoint set", with commas and an "or", for people. */
#define AMEND_WORDS "total, grace, max-runs or max-stalls"

/*
 * Is word=value something that can be set?  If not, false, and err has a
 * line that says why.  The site's bounds are checked where the job runs.
 *
 * limit_min  of the job, which a grace must not fill; 0: not known
 */
bool amend_check(const char *word, const char *value, int64_t limit_min,
		 char *err, size_t err_len);

/*
 * Put the settings of the store over those of the job.  A value that the table
 * of options or the site refuses is left out, because the owner can write any
 * text to the store.
 *
 * err  "", or a line about the last value that was refused
 *
 * Returns how many values now differ.
 */
int amend_settings(struct settings *set, const struct site *site,
		   struct ckpt_store *store, char *err, size_t err_len);

#endif
