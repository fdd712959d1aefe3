/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_dirs.c: the directories in which a job's files are watched. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "requeue/process/watch_dirs.h"

#define ENTRIES_MAX 20000 /* names that are looked at, in all directories */

#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)

void watch_dirs_add(struct watcher *w, int fd, unsigned depth)
{
	struct watched_dir *dir = &w->dirs[w->count];
	char path[32];
	struct stat st;

	if (fd < 0)
		return;
	if (w->count == WATCHER_DIRS_MAX || depth > WATCHER_DEPTH_MAX ||
	    fstat(fd, &st) ||
	    (st.st_ino == w->store_ino && st.st_dev == w->store_dev) ||
	    (depth && st.st_mode & S_ISVTX) ||
	    !faccessat(fd, WATCHER_STORE_MARK, F_OK, 0))
		goto refuse;
	for (size_t i = 0; i < w->count; i++)
		if (w->dirs[i].ino == st.st_ino && w->dirs[i].dev == st.st_dev)
			goto refuse;
	/* The descriptor stays right when the directory is renamed, and when
	 * the program through whose /proc entry it was found has ended. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*dir = (struct watched_dir){
		.fd = fd,
		.wd = inotify_add_watch(w->inotify, path, EVENTS),
		.depth = depth,
		.dev = st.st_dev,
		.ino = st.st_ino,
	};
	if (dir->wd < 0)
		goto refuse;
	w->count++;
	return;
refuse:
	close(fd);
}

int watch_dirs_open(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* A directory in one; no link is followed. */
int watch_dirs_open_below(int parent, const char *name)
{
	return openat(parent, name,
		      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The names in one that is open for its path only. */
DIR *watch_dirs_list(int fd)
{
	int list_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = list_fd < 0 ? NULL : fdopendir(list_fd);

	if (!dir && list_fd >= 0)
		close(list_fd);
	return dir;
}

struct below {
	char name[NAME_MAX + 1];
	struct timespec changed;
};

static int newest_first(const void *left, const void *right)
{
	const struct below *a = left, *b = right;

	if (a->changed.tv_sec != b->changed.tv_sec)
		return a->changed.tv_sec > b->changed.tv_sec ? -1 : 1;
	return 0;
}

static bool look_below(int fd, const struct dirent *entry, struct below *below)
{
	struct stat st;

	if ((entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN) ||
	    !evidence_is_dir_name(entry->d_name) ||
	    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISDIR(st.st_mode))
		return false;
	snprintf(below->name, sizeof(below->name), "%s", entry->d_name);
	below->changed = st.st_mtim;
	return true;
}

/*
 * Watch the directories in one, those first that changed last: where not all
 * can be watched, a directory of states has been written to before.
 */
static void scan_dir(struct watcher *w, int fd, unsigned depth)
{
	static struct below list[WATCHER_DIRS_MAX];
	struct dirent *entry;
	DIR *dir = watch_dirs_list(fd);
	size_t count = 0;

	while (dir && w->entries < ENTRIES_MAX && count < WATCHER_DIRS_MAX &&
	       (entry = readdir(dir))) {
		w->entries++;
		count += look_below(fd, entry, &list[count]);
	}
	if (dir)
		closedir(dir);
	qsort(list, count, sizeof(list[0]), newest_first);
	for (size_t i = 0; i < count; i++)
		watch_dirs_add(w, watch_dirs_open_below(fd, list[i].name),
			       depth + 1);
}

/* One level after the other, as the list of directories grows. */
void watch_dirs_scan_next(struct watcher *w)
{
	if (w->scanned < w->count) {
		scan_dir(w, w->dirs[w->scanned].fd, w->dirs[w->scanned].depth);
		w->scanned++;
	}
}
