/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files.h: the files of this run (--checkpoint-files), which a child takes
 * into the store: during a save, or when the run has ended.
 */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/supervise/collect.h"
#include "requeue/supervise/context.h"

/* All zeros: not started yet. */
struct files {
	bool has_failed; /* the last time: files were there, not in the store */
};

/*
 * Start to take the files.
 *
 * since    wait until one has changed since then; NULL: take what is there
 * wait_s   how long to wait for a state; 0: look once
 * is_said  say which of the user's patterns match nothing
 * pause_s  before the first look
 *
 * False: there are none to take, a child is at it already, or none can be
 * started, which has been said.
 */
bool files_start(struct context *ctx, const struct collect_mark *since,
		 int64_t wait_s, bool is_said, unsigned pause_s);

/* What is to be taken, as the settings have it. */
struct collect files_order(const struct context *ctx);

/* Set *mark to how the files are now; not set where storage doesn't reply in
 * time. */
void files_mark(struct context *ctx, struct collect_mark *mark);

/* The child has ended. */
void files_ended(struct files *files, struct context *ctx, int wait_status);

#endif
