/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h: see whether a job writes files between a request and its end: the
 * evidence that a program has saved a state of its own.
 *
 * inotify(7) tells of files that are closed after writing, renamed into place
 * or linked, in the work directory, in the working directories of the job's
 * programs, in those that their arguments name, in those of the files that
 * they have open for writing, and in the directories below these.  It tells
 * nothing of other nodes: each node of a step has a watch of its own.
 *
 * What doesn't count: the job's own output (whatever a program has as its
 * standard output or error), the store, files that only grow at their end and
 * were open before (output of the program), empty files, core dumps, logs and
 * lock files by their usual names, and files that the hook names.
 *
 * A child of the caller does the work, since the storage of the job's owner
 * may hang; the caller never opens a path.  Not thread-safe.
 */
#ifndef REQUEUE_WATCH_H
#define REQUEUE_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define WATCH_NAME_MAX 128
/* The caller waits so long at most: for the first directories to be watched,
 * and for the report. */
#define WATCH_READY_MS 250
#define WATCH_END_MS   1000

/* Texts are borrowed, and used only until watch_start() returns. */
struct watch_order {
	pid_t root;	       /* the job's programs are below this process */
	const char *work_dir;  /* absolute; "": none */
	const char *store_dir; /* left out with all below it; "": none */
	const char *hook;      /* files whose name it contains don't count */
};

/* All zeros: no watch. */
struct watch {
	pid_t pid; /* the child, for those who count their children */
	int fd;
};

struct watch_report {
	bool is_watched;	   /* false: it isn't known what was written */
	unsigned files;		   /* written, as far as they were told apart */
	char name[WATCH_NAME_MAX]; /* one of them, the newest; "": none */
	/* Of the files' names and contents, whatever their order; 0: not known,
	 * as they are large, or another file has grown as well. */
	uint64_t digest;
	int64_t quiet_ms; /* since the last of them was written; -1 none */
	unsigned dirs;	  /* directories that were watched */
};

/*
 * Start to watch, and wait until the directories are watched or WATCH_READY_MS
 * have passed.  Returns 0, or -1 with errno: then nothing is watched, and
 * watch_end() says so.
 */
int watch_start(struct watch *watch, const struct watch_order *order);

/* Look again for directories: programs have come.  No waiting. */
void watch_look_again(struct watch *watch);

/*
 * End the watch and fill in the report; waits WATCH_END_MS at most for it.
 * The child is reaped.  A second call reports that nothing is watched.
 */
void watch_end(struct watch *watch, struct watch_report *report);

#endif
