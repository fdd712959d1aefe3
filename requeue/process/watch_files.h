/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch_files.h: the files that a watched job writes, and those that its
 * programs have open.  Not thread-safe.
 */
#ifndef WATCH_FILES_H
#define WATCH_FILES_H

#include <sys/stat.h>

#include "requeue/process/watcher.h"

/* A file was written, renamed or linked in the directory dirfd: remember it,
 * once, if it is evidence. */
void watch_files_judge(struct watcher *w, int dirfd, const char *name,
		       bool is_renamed);

/* At the end: fill in the report, and count in it those that are still there.
 * One that was renamed or removed since is no state. */
void watch_files_report(struct watcher *w);

/*
 * A program has this file open for writing, at this position.
 *
 * is_output    it is standard output or error, or is opened to append
 * is_standard  it is standard output or error
 */
void watch_files_keep(struct watcher *w, const struct stat *st, off_t position,
		      bool is_output, bool is_standard);

#endif
