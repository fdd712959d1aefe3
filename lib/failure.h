/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * failure.h: a save that failed leaves a note, as else a run that saved nothing
 * looks like one that did.
 */
#ifndef CKPT_FAILURE_H
#define CKPT_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ckptstate.h"

struct ckpt_failure {
	int64_t time_s; /* when, since the epoch */
	char why[128];	/* "No space left on device" */
};

/*
 * Note that a save of the handle's run failed.  status and err are those of the
 * failure; what is no failure of a save is not noted: CKPT_OK, CKPT_UNSURE,
 * CKPT_NONE and CKPT_STALE.
 *
 * Where no file can be written, as on a full disk, a symbolic link holds the
 * note: its text takes no block of its own.  Failures do no harm.
 */
void ckpt_note_failure(struct ckpt_store *store, enum ckpt_status status,
		       const struct ckpt_error *err);

/* Find the last save of the run that failed.  One that is older than the run's
 * newest version was made good by it.  False: there is none. */
bool ckpt_failure(struct ckpt_store *store, unsigned run,
		  struct ckpt_failure *failure);

#endif
