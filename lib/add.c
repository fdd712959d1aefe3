/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* add.c: copying the user's files and directories into a stage. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/ckptstate.h"
#include "lib/copy.h"
#include "lib/format.h"
#include "lib/failure.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/names.h"
#include "lib/stage.h"
#include "lib/status.h"

struct addition {
	struct ckpt_stage *stage;
	struct ckpt_error *err;
	int from, to; /* directories */
	int depth;
	const char *path; /* as the caller named it, for messages */
	enum ckpt_status status;
};

static enum ckpt_status changed(const char *path, struct ckpt_error *err)
{
	return ckpt_fail(err, CKPT_EIO, EBUSY,
			 "%s was written to while it was copied", path);
}

/* Copy an open file as `name` into the directory to. */
static enum ckpt_status add_file(int from, const struct stat *before, int to,
				 const char *name, const char *path,
				 struct ckpt_error *err)
{
	enum ckpt_status status = CKPT_OK;
	struct stat after;
	int fd;

	fd = ckpt_fs_open(to, name, O_RDWR | O_CREAT | O_EXCL,
			  (before->st_mode & 0777) | 0600);
	if (fd < 0 && errno == EEXIST)
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "%s: the version holds a '%s' already", path,
				 name);
	if (fd < 0 || ckpt_copy(from, fd) < 0 || fstat(from, &after) < 0)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s could not be copied", path);
	else if (before->st_size != after.st_size ||
		 before->st_mtim.tv_sec != after.st_mtim.tv_sec ||
		 before->st_mtim.tv_nsec != after.st_mtim.tv_nsec)
		status = changed(path, err);
	if (fd >= 0 && close(fd) < 0 && !status)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s could not be copied", path);
	return status;
}

static enum ckpt_status add_tree(struct ckpt_stage *stage, int from, int to,
				 const char *name, const char *path, int depth,
				 struct ckpt_error *err);

/* Copy what `from` refers to, a file or a directory, and close it. */
static enum ckpt_status add_open(struct ckpt_stage *stage, int from, int to,
				 const char *name, const char *path, int depth,
				 struct ckpt_error *err)
{
	enum ckpt_status status;
	struct stat st;

	if (fstat(from, &st) < 0)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s could not be looked at", path);
	else if (S_ISDIR(st.st_mode))
		status = add_tree(stage, from, to, name, path, depth, err);
	else if (S_ISREG(st.st_mode))
		status = add_file(from, &st, to, name, path, err);
	else
		status = ckpt_fail(err, CKPT_EINVAL, 0,
				   "%s is neither a file nor a directory",
				   path);
	ckpt_fs_close(&from);
	return status;
}

static int add_entry(const char *name, void *arg)
{
	struct addition *add = arg;
	char *path = NULL;
	struct stat st;
	int fd;

	if (asprintf(&path, "%s/%s", add->path, name) < 0) {
		add->status = ckpt_no_memory(add->err);
		return 1;
	}
	/* Links to files are followed, as cp -L does; links to directories
	 * aren't, as they could lead in circles. */
	fd = ckpt_fs_open_users(add->from, name);
	if (fd < 0 || fstatat(add->from, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		add->status = ckpt_fail(add->err, CKPT_EIO, errno,
					"%s could not be opened", path);
	} else if (S_ISLNK(st.st_mode) && fstat(fd, &st) == 0 &&
		   S_ISDIR(st.st_mode)) {
		add->status = ckpt_fail(add->err, CKPT_EINVAL, 0,
					"%s is a link to a directory", path);
	} else {
		add->status = add_open(add->stage, fd, add->to, name, path,
				       add->depth, add->err);
		fd = -1;
	}
	ckpt_fs_close(&fd);
	free(path);
	return add->status != CKPT_OK;
}

static enum ckpt_status add_tree(struct ckpt_stage *stage, int from, int to,
				 const char *name, const char *path, int depth,
				 struct ckpt_error *err)
{
	struct addition add = {.stage = stage,
			       .err = err,
			       .from = from,
			       .to = -1,
			       .depth = depth + 1,
			       .path = path};
	struct stat here, store;

	/* The store is left out: a job may save its work directory, which
	 * holds the store. */
	if (fstat(from, &here) == 0 && fstat(stage->store->fd, &store) == 0 &&
	    here.st_dev == store.st_dev && here.st_ino == store.st_ino)
		return CKPT_OK;
	if (depth >= CKPT_DEPTH_MAX)
		return ckpt_fail(err, CKPT_LIMIT, 0,
				 "%s has more than %d levels", path,
				 CKPT_DEPTH_MAX);
	if ((mkdirat(to, name, 0700) < 0 && errno != EEXIST) ||
	    (add.to = ckpt_fs_open_dir(to, name)) < 0)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "a directory for %s could not be created",
				 path);
	if (ckpt_fs_each(from, add_entry, &add) < 0)
		add.status = ckpt_fail(err, CKPT_EIO, errno,
				       "%s could not be listed", path);
	ckpt_fs_close(&add.to);
	return add.status;
}

/* Create the directories of name below the stage and open the last of them;
 * *last: the component that follows.  -1: errno */
static int make_parents(int dirfd, const char *name, const char **last)
{
	int fd = fcntl(dirfd, F_DUPFD_CLOEXEC, 0);
	const char *slash;

	while (fd >= 0 && (slash = strchr(name, '/'))) {
		char part[NAME_MAX + 1];
		int next = -1;

		snprintf(part, sizeof(part), "%.*s", (int)(slash - name), name);
		if (mkdirat(fd, part, 0700) == 0 || errno == EEXIST)
			next = ckpt_fs_open_dir(fd, part);
		ckpt_fs_close(&fd);
		fd = next;
		name = slash + 1;
	}
	*last = name;
	return fd;
}

/* The last component of path, without slashes at its end. */
static char *last_component(const char *path)
{
	size_t end = strlen(path), from;

	while (end && path[end - 1] == '/')
		end--;
	for (from = end; from && path[from - 1] != '/';)
		from--;
	return strndup(path + from, end - from);
}

static enum ckpt_status add(struct ckpt_stage *stage, const char *path,
			    const char *name, struct ckpt_error *err)
{
	char *own = name ? strdup(name) : last_component(path);
	enum ckpt_status status;
	const char *last;
	int from = -1, to = -1;

	if (!own)
		return ckpt_no_memory(err);
	if (!ckpt_fs_is_name(own) || ckpt_is_reserved(own)) {
		status = ckpt_fail(err, CKPT_EINVAL, 0,
				   "'%s' can't be a name in a version", own);
		goto out;
	}
	from = ckpt_fs_open_users(AT_FDCWD, path);
	if (from < 0) {
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s could not be opened", path);
		goto out;
	}
	to = make_parents(stage->fd, own, &last);
	if (to < 0) {
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "the directories of '%s' could not be "
				   "created",
				   own);
		goto out;
	}
	status = add_open(stage, from, to, last, path, 0, err);
	from = -1;
out:
	ckpt_fs_close(&from);
	ckpt_fs_close(&to);
	free(own);
	return status;
}

enum ckpt_status ckpt_add(struct ckpt_stage *stage, const char *path,
			  const char *name, struct ckpt_error *err)
{
	struct ckpt_error why = {0};
	enum ckpt_status status = add(stage, path, name, &why);

	ckpt_note_failure(stage->store, status, &why);
	if (status && err)
		*err = why;
	return status;
}
