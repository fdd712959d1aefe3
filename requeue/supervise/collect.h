/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collect.h: take files that the software writes by itself into the store.
 */
#ifndef COLLECT_H
#define COLLECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct collect {
	const char *store_dir;
	unsigned run;
	const char *globs;    /* separated by commas */
	const char *work_dir; /* what they are relative to */
	int64_t since_s;      /* only if one has changed since then; 0 any */
	int64_t wait_s;	      /* how long to wait for that; 0: look once */
	bool is_said;	      /* say which pattern matches nothing: in run 0,
				 and where none matches */
};

enum collect_exit {
	COLLECT_SAVED = 0,
	COLLECT_NOTHING = 1, /* no file matches, or the newest version holds
				the same */
	COLLECT_FAILED = 2,  /* the reason is on stderr */
};

/*
 * Collect in a child, which says on stderr what it leaves out: empty files,
 * and files that still grow.  A version is committed only if the files differ,
 * in name, size or content, from those of the newest one.  Each file is taken
 * once, under the name of filenames_settle().
 *
 * Returns its pid, or -1 with errno; its exit code is enum collect_exit.
 */
pid_t collect_start(const struct collect *collect);

#endif
