/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stage.c: writing a version, from its staging directory to the rename that
 * publishes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/internal.h"

#define PUBLISH_TRIES 100

struct ckpt_stage {
	struct ckpt_store *store;
	char name[CKPT_ENTRY_NAME];
	char *path;
	int fd;
	double progress; /* negative: what the run told */
	struct timespec begun;
	struct ckpt_record *head; /* the manifest's members, from its notes */
};

static void free_stage(struct ckpt_stage *stage)
{
	if (!stage)
		return;
	ckpt_fs_close(&stage->fd);
	ckpt_record_free(stage->head);
	free(stage->path);
	free(stage);
}

enum ckpt_status ckpt_begin(struct ckpt_store *store, struct ckpt_stage **stage,
			    struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_need_writer(store, err);
	struct ckpt_stage *new = NULL;
	char prefix[CKPT_ENTRY_NAME];

	*stage = NULL;
	if (!status)
		status = ckpt_fence(store, err);
	if (status)
		return status;
	new = calloc(1, sizeof(*new));
	if (!new)
		return ckpt_no_memory(err);
	new->fd = -1;
	new->store = store;
	new->progress = -1;
	clock_gettime(CLOCK_MONOTONIC, &new->begun);
	snprintf(prefix, sizeof(prefix), ".stage-%04d", store->run);
	ckpt_fs_unique(new->name, sizeof(new->name), prefix);
	if (asprintf(&new->path, "%s/%s", store->dir, new->name) < 0) {
		new->path = NULL;
		status = ckpt_no_memory(err);
		goto out;
	}
	if (mkdirat(store->fd, new->name, 0700) < 0 ||
	    (new->fd = ckpt_fs_open_dir(store->fd, new->name)) < 0)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s could not be created", new->path);
out:
	if (status)
		free_stage(new);
	else
		*stage = new;
	return status;
}

const char *ckpt_stage_dir(const struct ckpt_stage *stage)
{
	return stage->path;
}

enum ckpt_status ckpt_stage_progress(struct ckpt_stage *stage, double progress,
				     struct ckpt_error *err)
{
	if (!(progress >= 0 && progress <= 1))
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "progress is a number from 0 to 1, not %g",
				 progress);
	stage->progress = progress;
	return CKPT_OK;
}

void ckpt_abort(struct ckpt_stage *stage)
{
	if (!stage)
		return;
	ckpt_fs_remove(stage->store->fd, stage->name);
	free_stage(stage);
}

/* ------------------------------------------------------------------ add */

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
	if (fd < 0 || ckpt_fs_copy(from, fd) < 0 || fstat(from, &after) < 0)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s could not be copied", path);
	else if (before->st_size != after.st_size ||
		 before->st_mtim.tv_sec != after.st_mtim.tv_sec ||
		 before->st_mtim.tv_nsec != after.st_mtim.tv_nsec)
		status = changed(path, err);
	/* The commit waits for the disk; it can begin its work now. */
	if (!status)
		sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	if (fd >= 0 && close(fd) < 0 && !status)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s could not be copied", path);
	return status;
}

static enum ckpt_status add_tree(struct ckpt_stage *stage, int from, int to,
				 const char *name, const char *path, int depth,
				 struct ckpt_error *err);

/* `from` is open and of an unknown kind; it is closed. */
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
	/* A link to a file is taken for the file, as cp -L does; one to a
	 * directory could lead in circles. */
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

	/* A job that saves its work directory has the store in there. */
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

/* Create the directories of name below the stage; *last: what follows. */
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

enum ckpt_status ckpt_add(struct ckpt_stage *stage, const char *path,
			  const char *name, struct ckpt_error *err)
{
	char *own = name ? strdup(name) : last_component(path);
	enum ckpt_status status;
	const char *last;
	int from = -1, to = -1;

	if (!own)
		return ckpt_no_memory(err);
	if (!ckpt_fs_is_name(own) || !strcmp(own, CKPT_MANIFEST)) {
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

/* --------------------------------------------------------------- commit */

struct names {
	char **list;
	size_t count, room;
};

static int collect_name(const char *name, void *arg)
{
	struct names *names = arg;

	if (names->count == names->room) {
		size_t room = names->room ? 2 * names->room : 32;
		char **list = reallocarray(names->list, room, sizeof(*list));

		if (!list)
			return -1;
		names->list = list;
		names->room = room;
	}
	names->list[names->count] = strdup(name);
	return names->list[names->count++] ? 0 : -1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(struct names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

/* What becomes of a stage's files while they are digested and synced. */
struct sealing {
	struct ckpt_stage *stage;
	struct ckpt_digest *digest;
	struct ckpt_text list; /* the manifest's entries */
	uint64_t bytes;
	uint32_t files;
	struct ckpt_error *err;
};

static enum ckpt_status seal_file(struct sealing *s, int fd,
				  const struct stat *st, const char *name)
{
	struct ckpt_file file = {.name = name};
	char hex[CKPT_DIGEST_LENGTH + 1];

	if (st->st_uid != s->stage->store->owner || st->st_nlink > 1)
		return ckpt_fail(s->err, CKPT_EINVAL, 0,
				 "%s/%s has another owner, or another name "
				 "elsewhere by which it could be changed later",
				 s->stage->path, name);
	if (++s->files > CKPT_FILES_MAX)
		return ckpt_fail(s->err, CKPT_LIMIT, 0,
				 "a version holds at most %d files",
				 CKPT_FILES_MAX);
	/* The disk writes while we read what is in memory anyway. */
	sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	if (ckpt_digest_file(s->digest, fd, hex, &file.bytes) < 0)
		return ckpt_fail(s->err, CKPT_EIO, errno,
				 "%s/%s could not be read", s->stage->path,
				 name);
	if (ckpt_fs_sync(fd) < 0)
		return ckpt_fail(s->err, CKPT_EIO, errno,
				 "%s/%s could not be synced", s->stage->path,
				 name);
	file.digest = hex;
	s->bytes += file.bytes;
	ckpt_manifest_add(&s->list, &file);
	return s->list.failed ? ckpt_no_memory(s->err) : CKPT_OK;
}

static enum ckpt_status seal_dir(struct sealing *s, int dirfd,
				 const char *prefix, int depth);

static enum ckpt_status seal_entry(struct sealing *s, int dirfd,
				   const char *name, const char *path,
				   int depth)
{
	enum ckpt_status status;
	struct stat st;
	int fd;

	fd = ckpt_fs_open(dirfd, name, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0 && errno != ELOOP && errno != ENXIO)
		return ckpt_fail(s->err, CKPT_EIO, errno,
				 "%s/%s could not be opened", s->stage->path,
				 path);
	if (fd >= 0 && fstat(fd, &st) < 0)
		status = ckpt_fail(s->err, CKPT_EIO, errno,
				   "%s/%s could not be looked at",
				   s->stage->path, path);
	else if (fd >= 0 && S_ISDIR(st.st_mode))
		status = seal_dir(s, fd, path, depth + 1);
	else if (fd >= 0 && S_ISREG(st.st_mode))
		status = seal_file(s, fd, &st, path);
	else
		status = ckpt_fail(s->err, CKPT_EINVAL, 0,
				   "%s/%s is neither a file nor a directory",
				   s->stage->path, path);
	ckpt_fs_close(&fd);
	return status;
}

static enum ckpt_status seal_dir(struct sealing *s, int dirfd,
				 const char *prefix, int depth)
{
	enum ckpt_status status = CKPT_OK;
	struct names names = {0};
	size_t i;

	if (depth >= CKPT_DEPTH_MAX)
		return ckpt_fail(s->err, CKPT_LIMIT, 0,
				 "%s/%s has more than %d levels",
				 s->stage->path, prefix, CKPT_DEPTH_MAX);
	if (ckpt_fs_each(dirfd, collect_name, &names) < 0)
		status = ckpt_fail(s->err, CKPT_EIO, errno,
				   "%s/%s could not be listed", s->stage->path,
				   prefix);
	if (names.count)
		qsort(names.list, names.count, sizeof(*names.list), by_name);
	for (i = 0; i < names.count && !status; i++) {
		char *path = NULL;

		if (asprintf(&path, "%s%s%s", prefix, *prefix ? "/" : "",
			     names.list[i]) < 0)
			status = ckpt_no_memory(s->err);
		else if (!ckpt_fs_is_name(path) || !strcmp(path, CKPT_MANIFEST))
			status = ckpt_fail(s->err, CKPT_EINVAL, 0,
					   "'%s' can't be a name in a version",
					   path);
		else
			status = seal_entry(s, dirfd, names.list[i], path,
					    depth);
		free(path);
	}
	/* The outermost one is synced once the manifest is in it. */
	if (!status && depth && ckpt_fs_sync_dir(dirfd) < 0)
		status = ckpt_fail(s->err, CKPT_EIO, errno,
				   "%s/%s could not be synced", s->stage->path,
				   prefix);
	free_names(&names);
	return status;
}

static double seconds_since(const struct timespec *begun)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - begun->tv_sec) +
	       (double)(now.tv_nsec - begun->tv_nsec) / 1e9;
}

static struct ckpt_record *manifest_head(const struct ckpt_stage *stage,
					 uint32_t number)
{
	struct ckpt_store *store = stage->store;
	struct ckpt_record *head = ckpt_record_plain();
	double progress = stage->progress;

	if (progress < 0)
		progress = store->progress;
	if (progress < 0)
		progress = ckpt_told_progress(store, (unsigned)store->run);
	ckpt_record_set_int(head, "format", CKPT_FORMAT);
	ckpt_record_set_int(head, "version", number);
	ckpt_record_set_int(head, "run", store->run);
	if (store->has_schema) {
		ckpt_record_set_int(head, "schema", store->schema);
		ckpt_record_set_str(head, "schema_name", store->schema_name);
	}
	ckpt_record_set_int(head, "job", store->id.job);
	ckpt_record_set_int(head, "time", time(NULL));
	ckpt_record_set_num(head, "took_s", seconds_since(&stage->begun));
	if (progress >= 0)
		ckpt_record_set_num(head, "progress", progress);
	return head;
}

static enum ckpt_status write_manifest(struct sealing *s, uint32_t number)
{
	struct ckpt_stage *stage = s->stage;
	struct ckpt_record *head = manifest_head(stage, number);
	struct ckpt_text text = {0};
	enum ckpt_status status = CKPT_OK;

	ckpt_manifest_seal(head, &s->list, &text);
	if (text.failed)
		status = ckpt_no_memory(s->err);
	else if (text.len_bytes > CKPT_MANIFEST_MAX)
		status = ckpt_fail(s->err, CKPT_LIMIT, 0,
				   "the manifest of %u files is too long",
				   s->files);
	/* Syncs the file and the stage's directory. */
	else if (ckpt_fs_replace(stage->fd, CKPT_MANIFEST, text.data,
				 text.len_bytes, true) < 0)
		status = ckpt_fail(s->err, CKPT_EIO, errno,
				   "%s/" CKPT_MANIFEST " could not be written",
				   stage->path);
	ckpt_text_free(&text);
	ckpt_record_free(head);
	return status;
}

/* A network file system may report a failure of a rename that it did carry
 * out, when the answer was lost and the call repeated. */
static bool is_published(const struct ckpt_stage *stage, const char *name)
{
	struct stat here, there;

	return fstat(stage->fd, &here) == 0 &&
	       fstatat(stage->store->fd, name, &there, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

static enum ckpt_status publish(struct sealing *s, uint32_t *number)
{
	struct ckpt_stage *stage = s->stage;
	struct ckpt_store *store = stage->store;
	enum ckpt_status status;
	char name[CKPT_ENTRY_NAME];
	int tries, errnum;

	for (tries = 0; tries < PUBLISH_TRIES; tries++) {
		uint32_t newest;

		if (ckpt_newest_version(store, &newest) < 0)
			return ckpt_fail(s->err, CKPT_EIO, errno,
					 "the store %s could not be listed",
					 store->dir);
		if (newest >= CKPT_VERSION_MAX)
			return ckpt_fail(s->err, CKPT_LIMIT, 0,
					 "the store %s has no free number",
					 store->dir);
		*number = newest + 1;
		status = write_manifest(s, *number);
		/* As late as can be: what follows is the one step. */
		if (!status)
			status = ckpt_fence(store, s->err);
		if (status)
			return status;
		ckpt_version_name(name, *number);
		if (ckpt_fs_publish(store->fd, stage->name, store->fd, name) ==
		    0)
			return CKPT_OK;
		errnum = errno;
		if (is_published(stage, name))
			return CKPT_OK;
		if (errnum != EEXIST)
			return ckpt_fail(s->err, CKPT_EIO, errnum,
					 "%s/%s could not be published",
					 store->dir, name);
	}
	return ckpt_fail(s->err, CKPT_EIO, EEXIST,
			 "%s/%s could not be published", store->dir, name);
}

enum ckpt_status ckpt_commit(struct ckpt_stage *stage, uint32_t *version,
			     struct ckpt_error *err)
{
	struct sealing s = {.stage = stage, .err = err};
	struct ckpt_store *store = stage->store;
	enum ckpt_status status;
	struct ckpt_error later;
	bool is_visible = false;
	uint32_t number = 0;

	s.digest = ckpt_digest_new();
	if (!s.digest) {
		status = ckpt_no_memory(err);
		goto out;
	}
	status = seal_dir(&s, stage->fd, "", 0);
	if (!status && !s.files)
		status = ckpt_fail(err, CKPT_EINVAL, 0,
				   "no file was put into %s", stage->path);
	if (!status)
		status = publish(&s, &number);
	if (status)
		goto out;
	is_visible = true;
	if (version)
		*version = number;
	if (ckpt_fs_sync_dir(store->fd) < 0)
		status = ckpt_fail(err, CKPT_UNSURE, errno,
				   "version %u is published, but the store %s "
				   "could not be synced",
				   number, store->dir);
out:
	/* A later run that swept our stage away is the reason to tell. */
	if (status && !is_visible && ckpt_fence(store, &later) == CKPT_STALE) {
		status = CKPT_STALE;
		if (err)
			*err = later;
	}
	if (is_visible)
		free_stage(stage);
	else
		ckpt_abort(stage);
	ckpt_text_free(&s.list);
	ckpt_digest_free(s.digest);
	return status;
}
