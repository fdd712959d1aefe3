/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* passed.h: which versions a restore passes over, and why. */
#ifndef CKPT_PASSED_H
#define CKPT_PASSED_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ckptstate.h"

/* Did an earlier run publish the version after this one had begun?  It is
 * passed over, so that all processes of this run get the same version.  base:
 * of ckpt_journal_base() */
bool ckpt_is_late(const struct ckpt_store *store, uint32_t base,
		  const struct ckpt_version *version);

/* Remember why a restore passes a version over.  Of several, the first counts:
 * the newest. */
void ckpt_pass_over(struct ckpt_store *store, uint32_t number, const char *why);

/*
 * Find what the last ckpt_restore() of this handle passed over.
 *
 * chosen  what it found; NULL: it found none
 * passed  the newest version that it passed over, with the reason in words
 *
 * Returns how many there are; 0: none, or that could not be found out.
 */
unsigned ckpt_passed_over(struct ckpt_store *store,
			  const struct ckpt_version *chosen,
			  struct ckpt_version *passed);

#endif
