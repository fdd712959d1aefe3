/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * open.h: opening a store for the supervisor, settle and commands.  Public:
 * ckpt_open(), ckpt_close(), ckpt_dir(), ckpt_run(), ckpt_schema().
 */
#ifndef CKPT_OPEN_H
#define CKPT_OPEN_H

#include "lib/ckptstate.h"

struct ckpt_identity;

/*
 * Take a store over for a run: create it (mode 0700, parents too) where there
 * is none or its directory is empty, check that it is this job's, take from
 * others the right to write to it, sweep stale stages, and create the run's
 * journal.  From that moment on writers of earlier runs are stale.  A repeated
 * call for the same run does no harm.
 *
 * store  set on CKPT_OK to a handle that ckpt_close() frees; else NULL
 *
 * CKPT_FOREIGN  the store is another job's or another user's
 * CKPT_STALE    a later run has begun
 * CKPT_EINVAL   dir is a symbolic link, or holds other things but no store
 * CKPT_DAMAGED, CKPT_NEWER, CKPT_EIO, CKPT_ENOMEM
 */
enum ckpt_status ckpt_claim(struct ckpt_store **store, const char *dir,
			    const struct ckpt_identity *id, unsigned run,
			    struct ckpt_error *err);

/* Open for writing on behalf of the newest run, which it doesn't take over: for
 * settle, and commands that write journals.  id NULL: any job's. */
enum ckpt_status ckpt_attach(struct ckpt_store **store, const char *dir,
			     const struct ckpt_identity *id,
			     struct ckpt_error *err);

#endif
