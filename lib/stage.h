/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stage.h: a staging directory.  Public: ckpt_begin(), ckpt_abort(), and what
 * is between. */
#ifndef CKPT_STAGE_H
#define CKPT_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/ckptstate.h"
#include "lib/names.h"

struct ckpt_record;

struct ckpt_stage {
	struct ckpt_store *store;
	char name[CKPT_ENTRY_NAME];
	char *path;
	int fd;
	double progress; /* negative: what the run reported */
	struct timespec begun;
	struct ckpt_record *head; /* the manifest's members but the files */
	uint32_t newest;	  /* version that existed when it was begun */
	uint32_t shards;	  /* 0: the whole version is staged here */
	uint32_t shard;
	char *mark;	  /* what the shards of one version have in common */
	bool is_for_news; /* see ckpt_only_news() */
	bool is_parted;	  /* moved to the other shards: no longer ours */
};

/* Free the handle, NULL too; the directory stays. */
void ckpt_stage_free(struct ckpt_stage *stage);

#endif
