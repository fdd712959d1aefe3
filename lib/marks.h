/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * marks.h: what is known of a version after its commit: strikes against it, and
 * that it is set aside.
 */
#ifndef CKPT_MARKS_H
#define CKPT_MARKS_H

#include <stdint.h>

#include "lib/ckptstate.h"

/*
 * Count a strike: one run that began from the version failed before it saved
 * anything.  At two strikes the version is set aside.  A repeated call counts
 * once for the run that the handle works for.
 *
 * reason  for people
 */
enum ckpt_status ckpt_strike(struct ckpt_store *store, uint32_t version,
			     const char *reason, struct ckpt_error *err);
/* Remove all marks: the version can be restored again.  CKPT_NONE: there is no
 * such version. */
enum ckpt_status ckpt_clear_marks(struct ckpt_store *store, uint32_t version,
				  struct ckpt_error *err);

/* Set a version aside: restore passes it over. */
enum ckpt_status ckpt_set_aside(struct ckpt_store *store, uint32_t number,
				const char *reason, struct ckpt_error *err);
/* Fill strikes, is_aside and reason of the version with this number. */
void ckpt_read_marks(struct ckpt_store *store, struct ckpt_version *version);
/* Remove the marks of a version that is gone; failures do no harm. */
void ckpt_forget_marks(struct ckpt_store *store, uint32_t number);

#endif
