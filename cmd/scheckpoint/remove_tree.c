/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remove_tree.c: remove a directory with all that is in it. */
#include "cmd/scheckpoint/remove_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LEVELS_MAX 64

static void remove_below(int dir_fd, const char *name, int levels)
{
	int fd = openat(dir_fd, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	while (stream && (entry = readdir(stream))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (unlinkat(fd, entry->d_name, 0) && levels)
			remove_below(fd, entry->d_name, levels - 1);
	}
	if (stream)
		closedir(stream);
	else if (fd >= 0)
		close(fd);
	unlinkat(dir_fd, name, AT_REMOVEDIR);
}

void remove_tree(const char *path)
{
	remove_below(AT_FDCWD, path, LEVELS_MAX);
}
