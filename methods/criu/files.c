/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.c: the files that a job's processes have open for writing. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "methods/criu/files.h"

/* A file that is rewritten in place is copied up to this size, and so many
 * bytes in all. */
#define COPY_MAX_BYTES	 (INT64_C(256) << 20)
#define COPIES_MAX_BYTES (INT64_C(1) << 30)

struct note {
	struct state *state;
	const char *script;
	const char *dir;
	int64_t copied_bytes;
	unsigned copies;
	char *why;
	size_t why_size;
};

static bool copy_file(int from, int to)
{
	char block[65536];
	ssize_t n;

	while ((n = read(from, block, sizeof(block))) > 0)
		if (write(to, block, (size_t)n) != n)
			return false;
	return n == 0;
}

/* Copy `from` over `to`; its mode stays, unless it is made. */
static bool copy_path(const char *from, const char *to, int flags)
{
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out = -1;
	bool is_good = false;

	if (in < 0)
		return false;
	out = open(to, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	if (out >= 0)
		is_good = copy_file(in, out);
	if (out >= 0 && close(out))
		is_good = false;
	close(in);
	return is_good;
}

static bool is_known(const struct state *state, const char *path)
{
	for (size_t i = 0; i < state->file_count; i++)
		if (!strcmp(state->files[i].path, path))
			return true;
	return false;
}

static bool is_output(const struct state *state, const char *path)
{
	return !strcmp(path, state->output[0]) ||
	       !strcmp(path, state->output[1]);
}

/* Copy a file that may be rewritten in place.  One that is too large is only
 * cut, if it is written from its beginning to its end. */
static bool copy(struct note *note, const struct tree_fd *fd, int64_t size,
		 unsigned *copy)
{
	char to[TREE_PATH_MAX + 32];

	*copy = 0;
	if (size > COPY_MAX_BYTES ||
	    note->copied_bytes + size > COPIES_MAX_BYTES) {
		if (fd->position == size)
			return true;
		snprintf(note->why, note->why_size,
			 "%.200s is written in place, and has %" PRId64
			 " MiB: more than is copied into a version",
			 fd->path, size >> 20);
		return false;
	}
	*copy = ++note->copies;
	note->copied_bytes += size;
	snprintf(to, sizeof(to), "%s/file-%u", note->dir, *copy);
	if (copy_path(fd->path, to, O_CREAT | O_EXCL))
		return true;
	snprintf(note->why, note->why_size, "%.200s can't be copied: %s",
		 fd->path, strerror(errno));
	return false;
}

static bool note_writable(struct note *note, const struct tree_fd *fd)
{
	struct stat st;
	unsigned number = 0;

	/* What was deleted is in the images. */
	if (stat(fd->path, &st) || !S_ISREG(st.st_mode) ||
	    is_known(note->state, fd->path) || is_output(note->state, fd->path))
		return true;
	if (!(fd->flags & O_APPEND) && !copy(note, fd, st.st_size, &number))
		return false;
	if (state_add_file(note->state, fd->path, st.st_size, number))
		return true;
	snprintf(note->why, note->why_size, "out of memory");
	return false;
}

static bool note_fd(const struct tree_fd *fd, void *arg)
{
	struct note *note = arg;
	struct state *state = note->state;

	if (fd->path[0] != '/')
		return true;
	if (strchr(fd->path, '\n')) {
		snprintf(note->why, note->why_size,
			 "a file that is open has a line break in its name");
		return false;
	}
	if (!strcmp(fd->path, note->script)) {
		snprintf(state->script, sizeof(state->script), "%s", fd->path);
		state->script_position = fd->position;
		return true;
	}
	if ((fd->flags & O_ACCMODE) == O_RDONLY)
		return true;
	return note_writable(note, fd);
}

bool files_note(struct state *state, const struct tree *tree,
		const char *script, const char *dir, char *why, size_t size)
{
	struct note note = {.state = state,
			    .script = script,
			    .dir = dir,
			    .why = why,
			    .why_size = size};

	for (size_t i = 0; i < tree->count; i++)
		if (!tree_descriptors(tree->list[i].pid, note_fd, &note))
			return false;
	return true;
}

/* The path had no link at its end: one that is there now was put there, perhaps
 * by another user, to have another file cut. */
static bool cut(const struct state_file *file)
{
	int fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW |
					  O_NONBLOCK | O_NOCTTY);
	bool is_good = false;
	int errnum = ENODATA; /* it has lost what the state counts on */
	struct stat st;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size >= file->size) {
		is_good = st.st_size == file->size ||
			  ftruncate(fd, file->size) == 0;
		errnum = errno;
	}
	close(fd);
	errno = errnum;
	return is_good;
}

bool files_bring_back(const struct state *state, const char *dir, char *why,
		      size_t size)
{
	char from[TREE_PATH_MAX + 32];

	for (size_t i = 0; i < state->file_count; i++) {
		const struct state_file *file = &state->files[i];
		bool is_good;

		snprintf(from, sizeof(from), "%s/file-%u", dir, file->copy);
		is_good = file->copy ? copy_path(from, file->path,
						 O_CREAT | O_TRUNC)
				     : cut(file);
		if (is_good)
			continue;
		snprintf(why, size, "the file %.160s can't be brought back: %s",
			 file->path,
			 errno == ENODATA ? "it is shorter than it was"
					  : strerror(errno));
		return false;
	}
	return true;
}
