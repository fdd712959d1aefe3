/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filenames.h: the names that files of --checkpoint-files have in a version.
 *
 * Pure and thread-safe.
 */
#ifndef FILENAMES_H
#define FILENAMES_H

#include <stdbool.h>
#include <stddef.h>

struct filename {
	char *path;	  /* as a pattern gave it; the caller's */
	bool is_missing;  /* there is no such file (yet), but it keeps its
			     name from others */
	bool is_taken;	  /* filenames_once(): it is collected */
	char *text;	  /* owned */
	char *full;	  /* absolute, without "." and "..": the end of text */
	const char *name; /* in the version: the end of text */
	bool is_below;	  /* relative, and below the work directory */
	bool is_clashing; /* for filenames_settle() itself */
};

/*
 * Give each file its name, and sort the list.  A file below the work directory
 * that was given by a relative path has that path as its name; another has the
 * last component of its path or, where several have the same, as many of its
 * directories before it as tell them apart.  A file in a directory of the list
 * has the name that it has as a part of that directory.
 *
 * list      path and is_missing are set; free with filenames_free()
 * work_dir  absolute
 *
 * Returns 0, or -1: no memory.
 */
int filenames_settle(struct filename *list, size_t count, const char *work_dir);

/* Of those with is_taken, take each once: a file that is given twice, or that
 * is in a directory which is taken, is no longer taken. */
void filenames_once(struct filename *list, size_t count);

void filenames_free(struct filename *list, size_t count);

#endif
