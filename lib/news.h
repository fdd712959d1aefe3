/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* news.h: committing only what the store doesn't hold yet. */
#ifndef CKPT_NEWS_H
#define CKPT_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ckptstate.h"

struct ckpt_sealing;

/*
 * Have ckpt_commit() publish the stage only if its files differ, in name, size
 * or content, from those of the newest version that isn't set aside.  Else it
 * removes the stage and returns CKPT_NONE; the number that it sets is that
 * version's.  The files are read once.  Not for shards.
 */
void ckpt_only_news(struct ckpt_stage *stage);

/* Is what was sealed the same as the newest version?  *number: that version. */
bool ckpt_is_no_news(const struct ckpt_sealing *s, uint32_t *number);

#endif
