/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crash.h: stopping, failing and unplugging the store at every system call.
 */
#ifndef CRASH_H
#define CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/store.h"

/* -------- trace.c: a child whose system calls are counted -------- */

enum stop_kind {
	STOP_NEVER,
	STOP_KILL_BEFORE,  /* SIGKILL in place of the call */
	STOP_KILL_AFTER,   /* SIGKILL once it has returned */
	STOP_FAIL,	   /* the call isn't made and fails */
	STOP_LOSE,	   /* the call is made, but reported as failed */
	STOP_SHORT,	   /* a read or write of half the size */
	STOP_PAUSE_BEFORE, /* the child waits while `look` is called */
	STOP_PAUSE_AFTER,
	STOP_LOOK, /* as PAUSE_AFTER, at every call that changes something */
};

struct stop {
	enum stop_kind kind;
	long at; /* number of the call, from 1 */
	int errnum;
	void (*look)(void *arg); /* PAUSE and LOOK: in the tracer */
	/* Every successful fsync or fdatasync; path leads to what was synced.
	 */
	void (*synced)(const char *path, void *arg);
	void *arg;
};

struct course {
	long calls;	  /* that were made up to the stop or the end */
	bool is_reached;  /* the stop's call came */
	bool is_applied;  /* and was one that the stop can be applied to */
	bool is_ended;	  /* the child returned from body by itself */
	const char *call; /* name of the call at the stop */
};

/* Can a call of this name change what is on disk, now or later? */
bool trace_changes(const char *call);
/* Run body in a child; -1: it could not be traced, or crashed by itself. */
int trace_run(void (*body)(void *arg), void *arg, const struct stop *stop,
	      struct course *course);

/* -------- image.c: what a power loss leaves of a directory -------- */

enum image_kind {
	IMAGE_SYNCED,	/* nothing that wasn't synced */
	IMAGE_NO_DATA,	/* all names, but no contents that weren't synced */
	IMAGE_HALF_DATA /* all names, and half of such contents */
};

struct image;
/* The tree below dir, as if all of it were synced. */
struct image *image_new(const char *dir);
void image_free(struct image *image);
void image_note_sync(struct image *image, const char *path);
/* Build what is left after a power loss now, as the directory `to`. */
void image_build(const struct image *image, enum image_kind kind,
		 const char *to);

/* -------- scenarios.c -------- */

/* What the child saw; in shared memory, as a killed child can't report it. */
struct outcome {
	bool is_done; /* the operation returned */
	enum ckpt_status status;
	char text[512];
	bool is_disturbed; /* a call was made to fail */
};

struct scenario {
	const char *name;
	/* In the tracer, before each stop: the store as it was. */
	void (*set_up)(void);
	/* In the child. */
	void (*body)(struct outcome *outcome);
	/* In the tracer, after each stop.  is_cut: the machine lost power, so
	 * either state is right after "unsure". */
	void (*check)(const struct outcome *outcome, bool is_cut);
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;
extern const struct scenario fenced[]; /* bodies to be paused */
extern const size_t fenced_count;

/* What a later run does while a writer is paused. */
struct rival {
	const char *name;
	void (*act)(void *arg);
	/* After both.  True: the writer published although the later run had
	 * begun, which may happen only if it was paused between its last look
	 * for later runs and the rename. */
	bool (*check)(const struct outcome *outcome);
	/* NULL: it is a rival of all writers that have none of their own. */
	void (*writer)(struct outcome *outcome);
};

extern const struct rival rivals[];
extern const size_t rival_count;

/* -------- crash.c -------- */
extern char store_dir[64]; /* the store that bodies and checks use */
/* Count a failed check and say why; the first few are printed. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
