/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drain.c: read what programs write to one that is frozen. */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "requeue/process/drain.h"
#include "requeue/process/procfs.h"

/* One call empties a pipe of the usual size; a writer that is faster than
 * this must not keep the caller here. */
#define READS_MAX 16

/* Is this descriptor the end of a pipe from which its process reads? */
static bool is_read_end(int dir, const char *number)
{
	char path[PROCFS_PATH_MAX], text[64];
	int64_t position;
	unsigned flags;

	snprintf(path, sizeof(path), "fd/%.16s", number);
	if (!procfs_link(dir, path, text, sizeof(text)) ||
	    strncmp(text, "pipe:", 5) != 0)
		return false;
	snprintf(path, sizeof(path), "fdinfo/%.16s", number);
	return procfs_fdinfo(dir, path, &position, &flags) &&
	       (flags & O_ACCMODE) == O_RDONLY;
}

/*
 * Its standard input is left alone: a program that it has started may read
 * from the same pipe, and must not lose what it is about to read.
 */
void drain_add(struct drain *drain, pid_t pid)
{
	char path[PROCFS_PATH_MAX];
	struct dirent *entry;
	DIR *fds;
	int dir, fd;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds = dir < 0 ? NULL : procfs_dir(dir, "fd");
	while (fds && drain->count < DRAIN_MAX && (entry = readdir(fds))) {
		if (!strcmp(entry->d_name, "0") ||
		    !is_read_end(dir, entry->d_name))
			continue;
		snprintf(path, sizeof(path), "fd/%.16s", entry->d_name);
		fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0)
			drain->fds[drain->count++] = fd;
	}
	if (fds)
		closedir(fds);
	if (dir >= 0)
		close(dir);
}

void drain_read(struct drain *drain)
{
	char dropped[65536];

	for (size_t i = 0; i < drain->count; i++)
		for (int n = 0; n < READS_MAX; n++)
			if (read(drain->fds[i], dropped, sizeof(dropped)) <= 0)
				break;
}

void drain_end(struct drain *drain)
{
	while (drain->count)
		close(drain->fds[--drain->count]);
}
