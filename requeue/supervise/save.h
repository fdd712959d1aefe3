/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * save.h: a save while the run goes on, for --checkpoint-interval or for
 * scheckpoint now: the hook, then a signal that doesn't end the program, then
 * its files.  Nothing is frozen, and no program is awaited.
 */
#ifndef SAVE_H
#define SAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/supervise/collect.h"
#include "requeue/supervise/context.h"

enum save_step {
	SAVE_NONE,
	SAVE_HOOK,  /* its hook runs */
	SAVE_FILES, /* its files are awaited, and taken */
};

/* All zeros: no save is under way. */
struct save {
	enum save_step step;
	struct collect_mark mark; /* its files when it began */
	bool has_collected; /* in this run: patterns that match nothing were
			       said */
};

/*
 * Begin a save.  RUN_EV_SAVED is posted when it is over, at once where it
 * can't be made (which is said), or where the program has saved by itself
 * within the interval.
 *
 * is_now  the owner wants it, whatever the program has saved by itself
 */
void save_start(struct save *save, struct context *ctx, bool is_now);

/* A request takes over the hook that runs for the save, and so the save: posts
 * RUN_EV_SAVED.  A save that has come to its files goes on. */
void save_give_hook(struct save *save, struct context *ctx);

/* The hook of a save has ended: the signal and the files follow. */
void save_hook_ended(struct save *save, struct context *ctx, bool is_good);

/* The files of a save are in the store, or won't be: posts RUN_EV_SAVED. */
void save_files_ended(struct save *save, struct context *ctx);

#endif
