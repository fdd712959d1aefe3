/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collect.h: take files that the software writes by itself into the store.
 */
#ifndef COLLECT_H
#define COLLECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/store.h"

/* How the files are at some moment, by the times that the file server gave
 * them: no clock of a node is compared with those.  All zeros: not known. */
struct collect_mark {
	bool is_set;
	int64_t newest_ns;
	uint64_t size_bytes;
	uint64_t entries;
};

struct collect {
	const char *store_dir;
	unsigned run;
	const char *globs;	   /* separated by commas */
	const char *work_dir;	   /* what they are relative to */
	struct collect_mark since; /* wait until one has changed since then */
	int64_t wait_s;	  /* how long to wait for a state; 0: the run ends: only
			     while files are still being written */
	unsigned pause_s; /* before the first look */
	bool is_said;	  /* say which pattern matches nothing: in run 0,
			     and where none matches */
};

enum collect_exit {
	COLLECT_SAVED = 0,
	COLLECT_NOTHING = 1, /* no file matches, or the newest version holds
				the same */
	COLLECT_FAILED = 2,  /* the reason is on stderr */
};

/* Set *mark to how the files are now; not set where they can't be read.  Blocks
 * on storage. */
void collect_mark(const struct collect *collect, struct collect_mark *mark);

/*
 * Collect in a child, which says on stderr what it leaves out: empty files,
 * and files that still grow.  A version is committed only if the files differ,
 * in name, size or content, from those of the newest one.  Each file is taken
 * once, under the name of filenames_settle().
 *
 * Returns its pid, or -1 with errno; its exit code is enum collect_exit.
 */
pid_t collect_start(const struct collect *collect);

/* Add the files, as far as they can be a state, to a version that is being
 * made for another reason; what is left out is said.  Blocks on storage. */
enum ckpt_status collect_add(const struct collect *collect,
			     struct ckpt_stage *stage, struct ckpt_error *err);

#endif
