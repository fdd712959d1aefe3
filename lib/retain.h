/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* retain.h: removing versions. */
#ifndef CKPT_RETAIN_H
#define CKPT_RETAIN_H

#include "lib/ckptstate.h"

/*
 * Remove all versions but the newest `keep` that aren't set aside.  The newest
 * two that verify are never removed; a handle reads them in full once.  Nothing
 * is read where nothing is to be removed.  CKPT_EINVAL, CKPT_STALE: nothing was
 * removed; CKPT_EIO: some may be.
 */
enum ckpt_status ckpt_retain(struct ckpt_store *store, unsigned keep,
			     struct ckpt_error *err);
/* Set how many versions commits leave, as a rule: each removes what is older
 * than that and a few more.  0: all. */
enum ckpt_status ckpt_set_keep(struct ckpt_store *store, unsigned keep,
			       struct ckpt_error *err);
/* The same where nothing is set yet.  Failures are left to the next call. */
void ckpt_set_keep_once(struct ckpt_store *store, unsigned keep);
/* Remove all versions (the job is complete); journals stay. */
enum ckpt_status ckpt_clean(struct ckpt_store *store, struct ckpt_error *err);

/* After a commit: remove what is older than ckpt_set_keep() allows, and read no
 * file.  Failures are left to ckpt_retain(). */
void ckpt_prune(struct ckpt_store *store);

#endif
