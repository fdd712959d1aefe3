/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_dirs.h: the directories in which a job's files are watched.  Not
 * thread-safe. */
#ifndef WATCH_DIRS_H
#define WATCH_DIRS_H

#include <dirent.h>

#include "requeue/process/watcher.h"

/* An O_PATH descriptor of a directory; -1 with errno. */
int watch_dirs_open(const char *path);

/* The same of a directory in one; no link is followed. */
int watch_dirs_open_below(int parent, const char *name);

/* Read the names in a directory, by its O_PATH descriptor; NULL with errno.
 * The caller closes it by closedir(). */
DIR *watch_dirs_list(int fd);

/*
 * Watch a directory once.  Takes fd, an O_PATH descriptor of it; below 0: there
 * is none.  One like /tmp, in which every user writes, is watched only where
 * the job works in it (depth 0): a state there would be lost with the node.
 */
void watch_dirs_add(struct watcher *w, int fd, unsigned depth);

/* Watch the directories in the next one that wasn't looked into yet. */
void watch_dirs_scan_next(struct watcher *w);

#endif
