/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_programs.c: where a job's programs work, from /proc. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "requeue/process/picture.h"
#include "requeue/process/procfs.h"
#include "requeue/process/watch_dirs.h"
#include "requeue/process/watch_files.h"
#include "requeue/process/watch_programs.h"

/* Of more programs than this, open files are looked at only once. */
#define POLLED_MAX 64

static bool is_writable(unsigned flags)
{
	return (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
}

/* The directory in which a file stood when it was opened. */
static void add_dir_of(struct watcher *w, const char *link)
{
	char path[PATH_MAX], *slash;
	ssize_t len = readlink(link, path, sizeof(path) - 1);

	if (len <= 0)
		return;
	path[len] = '\0';
	slash = path[0] == '/' ? strrchr(path, '/') : NULL;
	if (!slash || slash == path || !strncmp(path, "/dev/", 5) ||
	    !strncmp(path, "/proc/", 6))
		return;
	*slash = '\0';
	slash = strrchr(path, '/') + 1;
	/* A hidden one in which it has opened a file is no hiding place. */
	if (*slash == '.' || evidence_is_dir_name(slash))
		watch_dirs_add(w, watch_dirs_open(path), WATCHER_DEPTH_MAX);
}

static void look_at_file(struct watcher *w, pid_t pid, const char *number)
{
	bool is_standard = !strcmp(number, "1") || !strcmp(number, "2");
	char link[64], info[64];
	int64_t position;
	unsigned flags;
	struct stat st;

	snprintf(link, sizeof(link), "/proc/%d/fd/%.16s", (int)pid, number);
	snprintf(info, sizeof(info), "/proc/%d/fdinfo/%.16s", (int)pid, number);
	if (!procfs_fdinfo(AT_FDCWD, info, &position, &flags) ||
	    !is_writable(flags) || stat(link, &st) || !S_ISREG(st.st_mode))
		return;
	watch_files_keep(w, &st, position, is_standard || (flags & O_APPEND),
			 is_standard);
	if (!is_standard)
		add_dir_of(w, link);
}

static void look_at_files(struct watcher *w, pid_t pid)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			look_at_file(w, pid, entry->d_name);
	if (dir)
		closedir(dir);
}

/*
 * A path among the arguments of a program ("--out=DIR", "FILE"): that
 * directory, or the one in which the file stands or will stand.
 */
static void add_dir_of_word(struct watcher *w, int cwd, char *word)
{
	char *value = strchr(word, '='), *slash;
	unsigned depth = WATCHER_DEPTH_MAX - 2;
	int fd;

	value = value ? value + 1 : word;
	fd = openat(cwd, value, O_PATH | O_DIRECTORY | O_CLOEXEC);
	slash = strrchr(value, '/');
	if (fd < 0 && slash && slash > value) {
		depth = WATCHER_DEPTH_MAX; /* it is no directory of states */
		*slash = '\0';
		fd = openat(cwd, value, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd >= 0 && faccessat(fd, ".", W_OK, 0)) {
		close(fd); /* where it can't write, it saves nothing */
		return;
	}
	watch_dirs_add(w, fd, depth);
}

/* Is what follows this argument a place of programs, not of their files? */
static bool is_before_programs(const char *word)
{
	return !strcmp(word, "-cp") || !strcmp(word, "-classpath") ||
	       !strcmp(word, "--class-path") || !strcmp(word, "-I");
}

static void add_dirs_of_args(struct watcher *w, pid_t pid, int cwd)
{
	char path[64], text[4096];
	bool is_passed = true; /* the program's own name */
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	len = procfs_read(AT_FDCWD, path, text, sizeof(text));
	for (ssize_t at = 0; at < len;) {
		size_t size = strlen(text + at) + 1;

		bool is_next_passed = is_before_programs(text + at);

		if (!is_passed && size < PATH_MAX)
			add_dir_of_word(w, cwd, text + at);
		is_passed = is_next_passed;
		at += (ssize_t)size;
	}
}

/* The directories of a program, and the files that it has open.  All are
 * looked at once; later only files that it has opened since. */
static void look_at_program(struct watcher *w, pid_t pid, bool is_new)
{
	char path[64];
	int cwd;

	look_at_files(w, pid);
	if (!is_new)
		return;
	snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
	cwd = watch_dirs_open(path);
	if (cwd < 0)
		return;
	add_dirs_of_args(w, pid, cwd);
	watch_dirs_add(w, cwd, 0);
}

void watch_programs_look(struct watcher *w, bool is_new)
{
	struct procs procs;

	picture_take_in_haste(&procs, w->order.root, 0);
	for (size_t i = 0; i < procs.count; i++) {
		const struct proc *proc = &procs.list[i];

		if (proc->pid != getpid() &&
		    (is_new || procs.count <= POLLED_MAX))
			look_at_program(w, proc->pid, is_new);
	}
	procs_free(&procs);
	w->is_begun = true;
}
