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
 * Put what is set in the store over the settings.  What the table or the
 * site refuses is passed over, as a store is its owner's to write.
 *
 * err  "" or a line on the last one refused
 *
 * Returns how many values now differ.
 */
int amend_settings(struct settings *set, const struct site *site,
		   struct ckpt_store *store, char *err, size_t err_len);

#endif
