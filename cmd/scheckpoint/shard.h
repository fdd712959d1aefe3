/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shard.h: one of many tasks that save one version together. */
#ifndef SHARD_H
#define SHARD_H

#include <stdint.h>

#include "lib/store.h"

struct call;

#define SHARD_GROUP_MAX 128
struct shard {
	uint32_t index, count; /* count 0: --shard wasn't given */
	uint32_t turn;	       /* of this shard's saves; 0: --mark was given */
	char group[SHARD_GROUP_MAX]; /* the step, where the turn counts */
};

/* All functions: SAYS_YES, or SAYS_ERROR after saying why. */

/* Parse --shard=I/N, if it was given. */
int shard_parse(const struct call *call, struct shard *shard);
/* Begin to stage the shard's part of the next version. */
int shard_begin(const struct call *call, struct ckpt_store *store,
		struct shard *shard, struct ckpt_stage **stage);
/* Once it is committed: the next save of this shard is another version's. */
int shard_end(const struct call *call, struct ckpt_store *store,
	      const struct shard *shard);

#endif
