/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_files.c: the files that a watched job writes, and has open. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "requeue/process/watch_files.h"

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

static bool is_state(struct watcher *w, int dirfd, const char *name,
		     bool is_renamed)
{
	const struct open_file *file;
	struct evidence_file now = {0};
	struct stat st;

	if (!evidence_is_name(name, is_renamed, w->order.hook) ||
	    fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(st.st_mode) || !st.st_size || st.st_uid != getuid())
		return false;
	now.size_bytes = st.st_size;
	now.changed_ns = changed_ns(&st);
	file = find_file(w, &st);
	return !file || evidence_is_rewritten(&file->was, &now);
}

void watch_files_judge(struct watcher *w, int dirfd, const char *name,
		       bool is_renamed)
{
	struct written_file *file = &w->written[w->written_count];

	if (w->written_count == WATCHER_NAMES_MAX ||
	    !is_state(w, dirfd, name, is_renamed))
		return;
	for (size_t i = 0; i < w->written_count; i++)
		if (w->written[i].dirfd == dirfd &&
		    !strcmp(w->written[i].name, name))
			return;
	file->dirfd = dirfd;
	snprintf(file->name, sizeof(file->name), "%s", name);
	w->written_count++;
}

void watch_files_report(struct watcher *w)
{
	struct stat st;

	for (size_t i = 0; i < w->written_count; i++) {
		const struct written_file *file = &w->written[i];

		if (fstatat(file->dirfd, file->name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		w->report.files++;
		snprintf(w->report.name, sizeof(w->report.name), "%.*s",
			 WATCH_NAME_MAX - 1, file->name);
	}
}

void watch_files_keep(struct watcher *w, const struct stat *st, off_t position,
		      bool is_output)
{
	struct open_file *file = find_file(w, st);

	if (file) { /* several programs may write to it */
		file->was.is_output |= is_output;
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
			.is_output = is_output},
	};
}
