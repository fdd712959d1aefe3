/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commit.c: from a staging directory to a version: everything digested and
 * synced, then one rename that publishes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/internal.h"

#define PUBLISH_TRIES 100

bool ckpt_is_reserved(const char *name)
{
	return !strcmp(name, CKPT_MANIFEST) || !strcmp(name, CKPT_SHARD_FILE);
}

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

static enum ckpt_status seal_file(struct ckpt_sealing *s, int fd,
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
	if (ckpt_digest_file(s->digest, fd, true, hex, &file.bytes) < 0)
		return ckpt_fail(s->err, CKPT_EIO, errno,
				 "%s/%s could not be read", s->stage->path,
				 name);
	if (ckpt_fs_sync(fd) < 0)
		return ckpt_fail(s->err, CKPT_EIO, errno,
				 "%s/%s could not be synced", s->stage->path,
				 name);
	file.digest = hex;
	ckpt_manifest_add(&s->list, &file);
	return s->list.failed ? ckpt_no_memory(s->err) : CKPT_OK;
}

static enum ckpt_status seal_dir(struct ckpt_sealing *s, int dirfd,
				 const char *prefix, int depth);

static enum ckpt_status seal_entry(struct ckpt_sealing *s, int dirfd,
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

static enum ckpt_status seal_dir(struct ckpt_sealing *s, int dirfd,
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
		else if (!ckpt_fs_is_name(path) || ckpt_is_reserved(path))
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

static void fill_head(struct ckpt_stage *stage, uint32_t number)
{
	struct ckpt_store *store = stage->store;
	struct ckpt_record *head = stage->head;
	double progress = stage->progress;

	if (progress < 0)
		progress = store->progress;
	if (progress < 0)
		progress = ckpt_told_progress(store, (unsigned)store->run);
	ckpt_record_set_int(head, "version", number);
	if (store->has_schema) {
		ckpt_record_set_int(head, "schema", store->schema);
		ckpt_record_set_str(head, "schema_name", store->schema_name);
	}
	ckpt_record_set_int(head, "time", time(NULL));
	ckpt_record_set_num(head, "took_s", seconds_since(&stage->begun));
	if (progress >= 0)
		ckpt_record_set_num(head, "progress", progress);
}

/* Write the manifest as `name`, and sync it and its directory. */
enum ckpt_status ckpt_seal_manifest(struct ckpt_sealing *s, const char *name,
				    uint32_t number)
{
	struct ckpt_stage *stage = s->stage;
	struct ckpt_text text = {0};
	enum ckpt_status status = CKPT_OK;

	fill_head(stage, number);
	ckpt_manifest_seal(stage->head, &s->list, &text);
	if (text.failed)
		status = ckpt_no_memory(s->err);
	else if (text.len_bytes > CKPT_MANIFEST_MAX)
		status = ckpt_fail(s->err, CKPT_LIMIT, 0,
				   "the manifest of %u files is too long",
				   s->files);
	else if (ckpt_fs_replace(stage->fd, name, text.data, text.len_bytes,
				 true) < 0)
		status = ckpt_fail(s->err, CKPT_EIO, errno,
				   "%s/%s could not be written", stage->path,
				   name);
	ckpt_text_free(&text);
	return status;
}

/* A network file system may report a failure of a rename that it did carry
 * out, when the answer was lost and the call repeated. */
bool ckpt_is_moved(int fd, int dirfd, const char *name)
{
	struct stat here, there;
	int saved = errno;
	bool is_moved;

	is_moved = fstat(fd, &here) == 0 &&
		   fstatat(dirfd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
		   here.st_dev == there.st_dev && here.st_ino == there.st_ino;
	errno = saved;
	return is_moved;
}

enum ckpt_status ckpt_publish(struct ckpt_sealing *s, uint32_t *number)
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
		status = ckpt_seal_manifest(s, CKPT_MANIFEST, *number);
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
		if (ckpt_is_moved(stage->fd, store->fd, name))
			return CKPT_OK;
		if (errnum != EEXIST)
			return ckpt_fail(s->err, CKPT_EIO, errnum,
					 "%s/%s could not be published",
					 store->dir, name);
	}
	return ckpt_fail(s->err, CKPT_EIO, EEXIST,
			 "%s/%s could not be published", store->dir, name);
}

/* Digest and sync all that was staged. */
static enum ckpt_status seal_stage(struct ckpt_sealing *s)
{
	enum ckpt_status status;

	s->digest = ckpt_digest_new();
	if (!s->digest)
		return ckpt_no_memory(s->err);
	status = seal_dir(s, s->stage->fd, "", 0);
	if (!status && !s->files)
		status = ckpt_fail(s->err, CKPT_EINVAL, 0,
				   "no file was put into %s", s->stage->path);
	return status;
}

enum ckpt_status ckpt_commit(struct ckpt_stage *stage, uint32_t *version,
			     struct ckpt_error *err)
{
	struct ckpt_sealing s = {.stage = stage, .err = err};
	struct ckpt_store *store = stage->store;
	enum ckpt_status status;
	uint32_t number = 0;

	status = seal_stage(&s);
	if (!status && stage->shards)
		status = ckpt_shard_join(&s);
	if (!status && !stage->is_parted)
		status = ckpt_publish(&s, &number);
	/* A number that was tried, but not published. */
	if (status)
		number = 0;
	if ((status && status != CKPT_UNSURE) || stage->is_parted)
		status = ckpt_or_stale(store, status, err);
	if (status)
		goto out;
	if (version)
		*version = number;
	if (number && ckpt_fs_sync_dir(store->fd) < 0)
		status = ckpt_fail(err, CKPT_UNSURE, errno,
				   "version %u is published, but the store %s "
				   "could not be synced",
				   number, store->dir);
	else if (number)
		ckpt_prune(store);
out:
	if (number || stage->is_parted)
		ckpt_stage_free(stage);
	else
		ckpt_abort(stage);
	ckpt_text_free(&s.list);
	ckpt_digest_free(s.digest);
	return status;
}
