/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procfs.c: read small files of /proc. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "requeue/process/procfs.h"

/* Up to size - 1 bytes and a NUL; what there was, -1 if nothing. */
ssize_t procfs_read(int dir, const char *path, char *buf, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t got = -1;

	if (fd < 0)
		return -1;
	while (len < size - 1) {
		got = read(fd, buf + len, size - 1 - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	close(fd);
	buf[len] = '\0';
	return got < 0 && !len ? -1 : (ssize_t)len;
}

/* Where a link of /proc leads; a file that was removed has its old name. */
bool procfs_link(int dir, const char *path, char *buf, size_t size)
{
	static const char deleted[] = " (deleted)";
	ssize_t len = readlinkat(dir, path, buf, size - 1);

	buf[len < 0 ? 0 : len] = '\0';
	len -= (ssize_t)strlen(deleted);
	if (len > 0 && !strcmp(buf + len, deleted))
		buf[len] = '\0';
	return *buf;
}

bool procfs_fdinfo(int dir, const char *path, int64_t *position_bytes,
		   unsigned *flags)
{
	char text[512];

	return procfs_read(dir, path, text, sizeof(text)) > 0 &&
	       sscanf(text, "pos: %" SCNd64 " flags: %o", position_bytes,
		      flags) == 2;
}

DIR *procfs_dir(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !list)
		close(fd);
	return list;
}

/* The name in parentheses may hold anything, parentheses too. */
bool procfs_stem(pid_t pid, struct stem *stem)
{
	char path[PROCFS_PATH_MAX], text[1024], *open, *close;
	unsigned long long start;
	size_t len;
	int ppid, group;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (procfs_read(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return false;
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close || close < open ||
	    sscanf(close + 1,
		   " %c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d"
		   " %*d %*d %*d %*d %*d %llu",
		   &stem->state, &ppid, &group, &start) != 4)
		return false;
	stem->pid = pid;
	stem->ppid = ppid;
	stem->group = group;
	stem->start_ticks = start;
	len = (size_t)(close - open - 1);
	if (len > sizeof(stem->comm) - 1)
		len = sizeof(stem->comm) - 1;
	memcpy(stem->comm, open + 1, len);
	stem->comm[len] = '\0';
	return true;
}

uint64_t procfs_mask(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? strtoull(at + strlen(name), NULL, 16) : 0;
}

long procfs_number(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? strtol(at + strlen(name), NULL, 10) : -1;
}
