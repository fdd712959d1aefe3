/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* shard.h: one version that many processes write.  Public:
 * ckpt_shard_begin(). */
#ifndef CKPT_SHARD_H
#define CKPT_SHARD_H

#include "lib/ckptstate.h"

struct ckpt_sealing;

/*
 * Put a sealed shard to the others of its version.  If it is the last one, the
 * stage becomes the whole version's, to be published; else stage->is_parted is
 * set and there is nothing to publish.  CKPT_UNSURE: the shard is put there,
 * but may be gone after a crash.
 */
enum ckpt_status ckpt_shard_join(struct ckpt_sealing *s);

#endif
