/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* turn.h: numbers for the saves of a shard, for writers that only count
 * them. */
#ifndef CKPT_TURN_H
#define CKPT_TURN_H

#include <stdint.h>

#include "lib/ckptstate.h"

/*
 * Begin the next save of a shard, and end it once the shard is committed.
 *
 * group  what the writers have in common, such as "step 3"
 * turn   set on CKPT_OK: 1 for the first save of this shard, then 2, ...; the
 *        same for all writers that save equally often
 *
 * CKPT_EINVAL  the save before was begun and never ended: the other writers
 *              can't know whether its writer repeats it or goes on
 * CKPT_STALE, CKPT_DAMAGED, CKPT_EIO, CKPT_ENOMEM
 */
enum ckpt_status ckpt_turn_begin(struct ckpt_store *store, const char *group,
				 uint32_t index, uint32_t count, uint32_t *turn,
				 struct ckpt_error *err);
enum ckpt_status ckpt_turn_end(struct ckpt_store *store, const char *group,
			       uint32_t index, uint32_t count, uint32_t turn,
			       struct ckpt_error *err);

#endif
