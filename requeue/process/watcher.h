/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watcher.h: the state of the child that watches, which watch.c and the
 * watch_*.c share.  It has no .c of its own.
 */
#ifndef WATCHER_H
#define WATCHER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/policy/evidence.h"
#include "requeue/process/watch.h"

/* A user may watch 8,192 directories on an older kernel, in all jobs. */
#define WATCHER_DIRS_MAX  256
#define WATCHER_DEPTH_MAX 8
#define WATCHER_FILES_MAX 1024 /* open files that are known */
#define WATCHER_NAMES_MAX 256  /* written files that are told apart */

/* What a store contains, of this or another job: it is none of the places in
 * which programs save by themselves. */
#define WATCHER_STORE_MARK "store.json"

/* A file that a program of the job had open when the watch began. */
struct open_file {
	dev_t dev;
	ino_t ino;
	struct evidence_file was;
};

/* A file that was written since, by its directory and name. */
struct written_file {
	int dirfd; /* of a watched directory */
	char name[NAME_MAX + 1];
};

struct watched_dir {
	int fd; /* O_PATH */
	int wd;
	unsigned depth;
	dev_t dev;
	ino_t ino;
};

struct watcher {
	struct watch_order order;
	int fd; /* the socket to the caller */
	int inotify;
	struct watched_dir dirs[WATCHER_DIRS_MAX];
	size_t count, scanned; /* the first are scanned for directories */
	unsigned entries;
	struct open_file files[WATCHER_FILES_MAX];
	size_t file_count;
	struct written_file written[WATCHER_NAMES_MAX];
	size_t written_count;
	dev_t store_dev;
	ino_t store_ino;
	bool is_begun;	    /* programs were told of the request */
	bool has_grown;	    /* a file of a program's that isn't evidence */
	int64_t written_ms; /* the last time; 0: nothing was */
	struct watch_report report;
};

#endif
