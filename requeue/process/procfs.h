/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procfs.h: read small files of /proc.
 *
 * dir is a descriptor of /proc/PID, or AT_FDCWD for paths that begin with
 * "/proc".  None of these waits for the process that is read.
 */
#ifndef PROCFS_H
#define PROCFS_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Room for any path below /proc that is read here. */
#define PROCFS_PATH_MAX	    128
/* Room for /proc/PID/status. */
#define PROCFS_STATUS_BYTES 8192

/* What /proc/PID/stat says: enough to draw the tree. */
struct stem {
	pid_t pid;
	pid_t ppid;
	pid_t group;
	uint64_t start_ticks;
	char state;
	char comm[16];
};

/* Read up to size - 1 bytes and put a NUL behind them.  Returns the number of
 * bytes, -1 with errno where nothing can be read. */
ssize_t procfs_read(int dir, const char *path, char *buf, size_t size);

/* Where a link leads, cut at size - 1; for a file that was removed, the name
 * that it had.  False where it can't be read: buf is "". */
bool procfs_link(int dir, const char *path, char *buf, size_t size);

/* Read a file of /proc/PID/fdinfo: where the descriptor stands in its file, and
 * its flags as of open(); false where it can't be read. */
bool procfs_fdinfo(int dir, const char *path, int64_t *position_bytes,
		   unsigned *flags);

/* Open a folder; NULL with errno.  The caller closes it by closedir(). */
DIR *procfs_dir(int dir, const char *path);

/* Read /proc/PID/stat; false where there is no such process. */
bool procfs_stem(pid_t pid, struct stem *stem);

/* A field of the text of a status file, by its name with the newline before
 * and the colon behind: a set of signals, 0 where it is missing; a number, -1
 * where it is missing. */
uint64_t procfs_mask(const char *status, const char *name);
long procfs_number(const char *status, const char *name);

#endif
