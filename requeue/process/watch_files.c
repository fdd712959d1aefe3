/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_files.c: the files that a watched job writes, and has open. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "requeue/process/watch_files.h"
#include "requeue/settings/monotonic.h"

static int64_t changed_ns(const struct stat *st)
{
	return st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
}

static struct open_file *find_file(struct watcher *w, const struct stat *st)
{
	for (size_t i = 0; i < w->file_count; i++)
		if (w->files[i].ino == st->st_ino &&
		    w->files[i].dev == st->st_dev)
			return &w->files[i];
	return NULL;
}

/*
 * A watched directory is a store, or in one.  A store that was there when the
 * watch began isn't watched; that of a job which begins later has become one
 * since its directory was made.
 */
static bool is_in_store(const struct watcher *w, int dirfd)
{
	char path[3 * WATCHER_DEPTH_MAX + sizeof(WATCHER_STORE_MARK)] = "";
	unsigned depth = 0;

	for (size_t i = 0; i < w->count; i++)
		if (w->dirs[i].fd == dirfd)
			depth = w->dirs[i].depth;
	for (unsigned up = 0; up <= depth; up++) {
		strcpy(path + 3 * up, WATCHER_STORE_MARK);
		if (!faccessat(dirfd, path, F_OK, 0))
			return true;
		strcpy(path + 3 * up, "../");
	}
	return false;
}

static bool is_state(struct watcher *w, int dirfd, const char *name,
		     bool is_renamed)
{
	const struct open_file *file;
	struct evidence_file now = {0};
	struct stat st;
	bool is_new;

	if (!evidence_is_name(name, is_renamed, w->order.hook) ||
	    fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(st.st_mode) || !st.st_size || st.st_uid != getuid() ||
	    is_in_store(w, dirfd))
		return false;
	now.size_bytes = st.st_size;
	now.changed_ns = changed_ns(&st);
	file = find_file(w, &st);
	is_new = !file || evidence_is_rewritten(&file->was, &now);
	if (!is_new)
		w->has_grown |= evidence_has_grown(&file->was, &now);
	return is_new;
}

void watch_files_judge(struct watcher *w, int dirfd, const char *name,
		       bool is_renamed)
{
	struct written_file *file = &w->written[w->written_count];

	if (!is_state(w, dirfd, name, is_renamed))
		return;
	w->written_ms = monotonic_ms();
	if (w->written_count == WATCHER_NAMES_MAX)
		return;
	for (size_t i = 0; i < w->written_count; i++)
		if (w->written[i].dirfd == dirfd &&
		    !strcmp(w->written[i].name, name))
			return;
	file->dirfd = dirfd;
	snprintf(file->name, sizeof(file->name), "%s", name);
	w->written_count++;
}

/* The digest of a file's name and content; 0: it can't be read. */
static uint64_t digest_file(const struct written_file *file)
{
	int fd = openat(file->dirfd, file->name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint64_t digest =
		evidence_digest(0, file->name, strlen(file->name) + 1);
	char buf[65536];
	ssize_t len = -1;

	while (fd >= 0 && (len = read(fd, buf, sizeof(buf))) > 0)
		digest = evidence_digest(digest, buf, (size_t)len);
	if (fd >= 0)
		close(fd);
	return len ? 0 : digest;
}

void watch_files_report(struct watcher *w)
{
	bool is_known = !w->has_grown && w->written_count < WATCHER_NAMES_MAX;
	int64_t left_bytes = EVIDENCE_READ_MAX;
	uint64_t digest, sum = 0;
	struct stat st;

	for (size_t i = 0; i < w->written_count; i++) {
		const struct written_file *file = &w->written[i];

		if (fstatat(file->dirfd, file->name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		w->report.files++;
		snprintf(w->report.name, sizeof(w->report.name), "%.*s",
			 WATCH_NAME_MAX - 1, file->name);
		left_bytes -= st.st_size;
		is_known &= left_bytes >= 0;
		digest = is_known ? digest_file(file) : 0;
		is_known &= digest != 0;
		sum += digest;
	}
	w->report.digest = is_known ? sum : 0;
	w->report.dirs = (unsigned)w->count;
	w->report.quiet_ms = w->report.files ? monotonic_ms() - w->written_ms
					     : -1;
}

void watch_files_keep(struct watcher *w, const struct stat *st, off_t position,
		      bool is_output, bool is_standard)
{
	struct open_file *file = find_file(w, st);

	if (file) { /* several programs may write to it */
		file->was.is_output |= is_output;
		file->was.is_standard |= is_standard;
		return;
	}
	/* What was opened after the request is written after it, too. */
	if (w->file_count == WATCHER_FILES_MAX || (w->is_begun && !is_output))
		return;
	w->files[w->file_count++] = (struct open_file){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.was = {.size_bytes = st->st_size,
			.changed_ns = changed_ns(st),
			.position_bytes = position,
			.is_output = is_output,
			.is_standard = is_standard},
	};
}
