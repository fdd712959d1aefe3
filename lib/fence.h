/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fence.h: whether a handle may change its store now.
 *
 * A run takes a store over by creating its journal.  From then on writers of
 * earlier runs are stale: each looks for later journals before it changes
 * anything.
 */
#ifndef CKPT_FENCE_H
#define CKPT_FENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ckptstate.h"

/* What one look at the names in a store shows. */
struct ckpt_newest {
	int run;	  /* that has a journal; -1: none */
	uint32_t version; /* 0: none */
	bool has_hidden;  /* there may be litter */
};

/* CKPT_EIO: the store can't be listed. */
enum ckpt_status ckpt_look(struct ckpt_store *store, struct ckpt_newest *newest,
			   struct ckpt_error *err);
/* CKPT_STALE: a later run than the handle's has begun. */
enum ckpt_status ckpt_check_newest(const struct ckpt_store *store,
				   const struct ckpt_newest *newest,
				   struct ckpt_error *err);
/* Both.  *version: the newest one, seen in the same look, 0: none; may be
 * NULL. */
enum ckpt_status ckpt_fence(struct ckpt_store *store, uint32_t *version,
			    struct ckpt_error *err);
/* CKPT_EINVAL: the handle is open for reading only. */
enum ckpt_status ckpt_need_writer(const struct ckpt_store *store,
				  struct ckpt_error *err);
/* Need a writer that isn't stale. */
enum ckpt_status ckpt_begin_change(struct ckpt_store *store,
				   struct ckpt_error *err);
/* After a failure: CKPT_STALE, with its err, if a later run has begun, as it
 * may have swept the files away; else status, and err as it is. */
enum ckpt_status ckpt_or_stale(struct ckpt_store *store,
			       enum ckpt_status status, struct ckpt_error *err);

#endif
