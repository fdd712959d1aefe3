/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seal.c: digesting and syncing what was staged, and listing it in a manifest.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/digest.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/manifest.h"
#include "lib/names.h"
#include "lib/progress.h"
#include "lib/record.h"
#include "lib/seal.h"
#include "lib/stage.h"
#include "lib/status.h"

#define NAMES_MAX 1024 /* of a directory at a time */

/* The status of a failed write of the manifest, by errno. */
static enum ckpt_status manifest_failed(struct ckpt_sealing *s)
{
	if (errno == ENOMEM)
		return ckpt_no_memory(s->err);
	if (errno == EFBIG)
		return ckpt_fail(s->err, CKPT_LIMIT, 0,
				 "the manifest of %u files is too long",
				 s->list.files);
	return ckpt_fail(s->err, CKPT_EIO, errno, "%s/%s could not be written",
			 s->stage->path, s->list.name);
}

enum ckpt_status ckpt_seal_begin(struct ckpt_sealing *s, const char *name)
{
	if (ckpt_listing_begin(&s->list, s->stage->fd, name) == 0)
		return CKPT_OK;
	if (errno == EEXIST)
		return ckpt_fail(s->err, CKPT_EINVAL, 0,
				 "'%s' can't be a name in a version", name);
	return manifest_failed(s);
}

enum ckpt_status ckpt_seal_add(struct ckpt_sealing *s,
			       const struct ckpt_file *file)
{
	if (s->list.files == CKPT_FILES_MAX)
		return ckpt_fail(s->err, CKPT_LIMIT, 0,
				 "a version holds at most %d files",
				 CKPT_FILES_MAX);
	if (ckpt_listing_add(&s->list, file) == 0)
		return CKPT_OK;
	return manifest_failed(s);
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
	if (ckpt_digest_file(s->digest, fd, true, hex, &file.bytes) < 0)
		return ckpt_fail(s->err, CKPT_EIO, errno,
				 "%s/%s could not be read", s->stage->path,
				 name);
	if (ckpt_fs_sync(fd) < 0)
		return ckpt_fail(s->err, CKPT_EIO, errno,
				 "%s/%s could not be synced", s->stage->path,
				 name);
	file.digest = hex;
	return ckpt_seal_add(s, &file);
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

/* Names of a directory, a part at a time, as a directory may be large. */
struct names {
	struct ckpt_sealing *s;
	int dirfd;
	const char *prefix; /* the directory's path below the stage */
	int depth;
	enum ckpt_status status;
	size_t count;
	char *list[NAMES_MAX];
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum ckpt_status seal_name(const struct names *names, const char *name)
{
	struct ckpt_sealing *s = names->s;
	enum ckpt_status status;
	char *path = NULL;

	if (asprintf(&path, "%s%s%s", names->prefix, *names->prefix ? "/" : "",
		     name) < 0)
		return ckpt_no_memory(s->err);
	if (!ckpt_fs_is_name(path) || ckpt_is_reserved(path))
		status = ckpt_fail(s->err, CKPT_EINVAL, 0,
				   "'%s' can't be a name in a version", path);
	else
		status = seal_entry(s, names->dirfd, name, path, names->depth);
	free(path);
	return status;
}

/* Seal in the order of the names, which is often the order on disk. */
static void seal_names(struct names *names)
{
	size_t i;

	qsort(names->list, names->count, sizeof(*names->list), by_name);
	for (i = 0; i < names->count; i++) {
		if (!names->status)
			names->status = seal_name(names, names->list[i]);
		free(names->list[i]);
	}
	names->count = 0;
}

static int take_name(const char *name, void *arg)
{
	struct names *names = arg;

	/* The manifest that is being written. */
	if (!names->depth && !strcmp(name, names->s->list.name))
		return 0;
	names->list[names->count] = strdup(name);
	if (!names->list[names->count])
		names->status = ckpt_no_memory(names->s->err);
	else if (++names->count == NAMES_MAX)
		seal_names(names);
	return names->status != CKPT_OK;
}

static enum ckpt_status seal_dir(struct ckpt_sealing *s, int dirfd,
				 const char *prefix, int depth)
{
	enum ckpt_status status = CKPT_OK;
	struct names *names;

	if (depth >= CKPT_DEPTH_MAX)
		return ckpt_fail(s->err, CKPT_LIMIT, 0,
				 "%s/%s has more than %d levels",
				 s->stage->path, prefix, CKPT_DEPTH_MAX);
	names = malloc(sizeof(*names));
	if (!names)
		return ckpt_no_memory(s->err);
	names->s = s;
	names->dirfd = dirfd;
	names->prefix = prefix;
	names->depth = depth;
	names->status = CKPT_OK;
	names->count = 0;
	if (ckpt_fs_each(dirfd, take_name, names) < 0)
		names->status = ckpt_fail(
			s->err, errno == E2BIG ? CKPT_LIMIT : CKPT_EIO, errno,
			"%s/%s could not be listed", s->stage->path, prefix);
	seal_names(names);
	status = names->status;
	free(names);
	/* The outermost directory is synced when the manifest is complete. */
	if (!status && depth && ckpt_fs_sync_dir(dirfd) < 0)
		status = ckpt_fail(s->err, CKPT_EIO, errno,
				   "%s/%s could not be synced", s->stage->path,
				   prefix);
	return status;
}

enum ckpt_status ckpt_seal_stage(struct ckpt_sealing *s)
{
	enum ckpt_status status;

	s->digest = ckpt_digest_new();
	if (!s->digest)
		return ckpt_no_memory(s->err);
	status = ckpt_seal_begin(s, s->stage->shards ? CKPT_SHARD_FILE
						     : CKPT_MANIFEST);
	if (!status)
		status = seal_dir(s, s->stage->fd, "", 0);
	if (!status && !s->list.files)
		status = ckpt_fail(s->err, CKPT_EINVAL, 0,
				   "no file was put into %s", s->stage->path);
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
		progress = ckpt_run_progress(store, (unsigned)store->run);
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

enum ckpt_status ckpt_seal_manifest(struct ckpt_sealing *s, uint32_t number)
{
	struct ckpt_stage *stage = s->stage;

	fill_head(stage, number);
	if (ckpt_record_failed(stage->head))
		return ckpt_no_memory(s->err);
	if (ckpt_listing_seal(&s->list, stage->head) < 0)
		return manifest_failed(s);
	if (ckpt_fs_sync_dir(stage->fd) < 0)
		return ckpt_fail(s->err, CKPT_EIO, errno,
				 "%s could not be synced", stage->path);
	return CKPT_OK;
}
