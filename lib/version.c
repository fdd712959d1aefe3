/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * version.c: reading one version: its manifest, its files, and whether it is
 * whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/digest.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/manifest.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/status.h"
#include "lib/version.h"

static enum ckpt_status damaged(struct ckpt_error *err, uint32_t number,
				const char *what)
{
	return ckpt_fail(err, CKPT_DAMAGED, 0, "version %u: %s", number, what);
}

/* The status of a failed open or read of a version's file. */
static enum ckpt_status file_failed(struct ckpt_error *err, uint32_t number,
				    const char *name, int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return ckpt_fail(err, CKPT_DAMAGED, 0,
				 "version %u: %s is missing", number, name);
	case ELOOP:
	case ENXIO:
	case EMEDIUMTYPE:
		return ckpt_fail(err, CKPT_DAMAGED, 0,
				 "version %u: %s is not a regular file", number,
				 name);
	case EPERM:
		return ckpt_fail(err, CKPT_DAMAGED, 0,
				 "version %u: %s belongs to another user",
				 number, name);
	case EFBIG:
		return ckpt_fail(err, CKPT_LIMIT, 0,
				 "version %u: %s is too long", number, name);
	case ENOMEM:
		return ckpt_no_memory(err);
	default:
		return ckpt_fail(err, CKPT_EIO, errnum,
				 "version %u: %s could not be read", number,
				 name);
	}
}

bool ckpt_is_of_run(const struct ckpt_version *version, unsigned run)
{
	return version->files && version->run == run;
}

const struct ckpt_version *ckpt_newest_of_run(const struct ckpt_version *list,
					      size_t count, unsigned run)
{
	for (size_t i = 0; i < count; i++)
		if (ckpt_is_of_run(&list[i], run))
			return &list[i];
	return NULL;
}

enum ckpt_status ckpt_need_version(struct ckpt_store *store, uint32_t number,
				   struct ckpt_error *err)
{
	char name[CKPT_ENTRY_NAME];
	struct stat st;

	ckpt_version_name(name, number);
	if (number && fstatat(store->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return CKPT_OK;
	if (number && errno != ENOENT)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be looked at", store->dir,
				 name);
	return ckpt_fail(err, CKPT_NONE, 0, "there is no version %u", number);
}

/* ----------------------------------------------------------------- load */

static enum ckpt_status read_head(const struct ckpt_manifest *manifest,
				  struct ckpt_version *version,
				  struct ckpt_error *err)
{
	const struct ckpt_record *head = manifest->head;
	const char *name = ckpt_record_str(head, "schema_name");
	int64_t run = ckpt_record_int(head, "run", -1);
	int64_t schema = ckpt_record_int(head, "schema", 0);
	int64_t format = ckpt_record_int(head, "format", 0);
	int64_t shards;

	if (run >= 0 && run <= CKPT_RUN_MAX)
		version->run = (uint32_t)run;
	if (format > CKPT_FORMAT)
		return ckpt_fail(err, CKPT_NEWER, 0,
				 "version %u was written by a later release, "
				 "in format %lld",
				 version->number, (long long)format);
	if (format < 1 || run < 0 || run > CKPT_RUN_MAX || schema < 0 ||
	    schema > UINT32_MAX ||
	    ckpt_record_int(head, "version", -1) != version->number ||
	    (name && strlen(name) >= sizeof(version->schema_name)))
		return damaged(err, version->number,
			       "its manifest isn't its own");
	version->time_s = ckpt_record_int(head, "time", 0);
	version->progress = ckpt_record_num(head, "progress", -1);
	if (!(version->progress >= 0 && version->progress <= 1))
		version->progress = -1;
	version->schema = (uint32_t)schema;
	version->took_s = ckpt_record_num(head, "took_s", 0);
	shards = ckpt_record_int(head, "shards", 0);
	version->shards = shards < 0 || shards > UINT32_MAX ? 0
							    : (uint32_t)shards;
	if (name)
		strcpy(version->schema_name, name);
	return CKPT_OK;
}

/* The status of a failed read of the list of files, by errno. */
static enum ckpt_status list_failed(struct ckpt_error *err, uint32_t number)
{
	if (errno == EBADMSG)
		return damaged(err, number,
			       "its manifest's list of files is damaged");
	return file_failed(err, number, CKPT_MANIFEST, errno);
}

static enum ckpt_status count_files(struct ckpt_manifest *manifest,
				    struct ckpt_version *version,
				    struct ckpt_error *err)
{
	struct ckpt_file file;
	int rc = 1;

	while (version->files <= CKPT_FILES_MAX &&
	       version->bytes <= INT64_MAX &&
	       (rc = ckpt_manifest_next(manifest, &file)) > 0) {
		version->bytes += file.bytes;
		version->files++;
	}
	ckpt_manifest_rewind(manifest);
	if (rc == 0 && version->files)
		return CKPT_OK;
	if (rc >= 0)
		errno = EBADMSG;
	return list_failed(err, version->number);
}

/* As ckpt_version_load(), but without the list of files. */
static enum ckpt_status open_version(struct ckpt_store *store, uint32_t number,
				     int *dirfd, struct ckpt_manifest *manifest,
				     struct ckpt_version *version,
				     struct ckpt_error *err)
{
	char name[CKPT_ENTRY_NAME];
	enum ckpt_status status;

	*manifest = CKPT_NO_MANIFEST;
	memset(version, 0, sizeof(*version));
	version->number = number;
	version->progress = -1;
	*dirfd = -1;
	ckpt_version_name(name, number);
	*dirfd = ckpt_fs_open_dir(store->fd, name);
	if (*dirfd < 0 && errno == ENOENT)
		return ckpt_fail(err, CKPT_NONE, 0, "there is no version %u",
				 number);
	if (*dirfd < 0)
		return file_failed(err, number, "its directory", errno);
	if (ckpt_manifest_open(manifest, *dirfd, CKPT_MANIFEST, store->owner) <
	    0) {
		status = errno == EBADMSG ? damaged(err, number,
						    "its manifest is damaged")
					  : file_failed(err, number,
							CKPT_MANIFEST, errno);
		goto out;
	}
	status = read_head(manifest, version, err);
out:
	if (status) {
		ckpt_manifest_close(manifest);
		ckpt_fs_close(dirfd);
	}
	return status;
}

enum ckpt_status ckpt_version_load(struct ckpt_store *store, uint32_t number,
				   int *dirfd, struct ckpt_manifest *manifest,
				   struct ckpt_version *version,
				   struct ckpt_error *err)
{
	enum ckpt_status status =
		open_version(store, number, dirfd, manifest, version, err);

	if (!status)
		status = count_files(manifest, version, err);
	if (status) {
		ckpt_manifest_close(manifest);
		ckpt_fs_close(dirfd);
	}
	return status;
}

enum ckpt_status ckpt_version_head(struct ckpt_store *store, uint32_t number,
				   struct ckpt_version *version)
{
	struct ckpt_manifest manifest;
	enum ckpt_status status;
	int dirfd;

	status = open_version(store, number, &dirfd, &manifest, version, NULL);
	ckpt_manifest_close(&manifest);
	ckpt_fs_close(&dirfd);
	return status;
}

/* --------------------------------------------------------------- verify */

static enum ckpt_status verify_file(struct ckpt_store *store, int dirfd,
				    uint32_t number,
				    const struct ckpt_file *file,
				    struct ckpt_digest *digest,
				    struct ckpt_error *err)
{
	char hex[CKPT_DIGEST_LENGTH + 1];
	enum ckpt_status status = CKPT_OK;
	struct stat st;
	uint64_t bytes;
	int fd;

	fd = ckpt_fs_open_file(dirfd, file->name, O_RDONLY, store->owner, &st);
	if (fd < 0)
		return file_failed(err, number, file->name, errno);
	/* A file of another length is damaged: no need to read it. */
	if ((uint64_t)st.st_size != file->bytes)
		status = ckpt_fail(err, CKPT_DAMAGED, 0,
				   "version %u: %s has %llu bytes instead of "
				   "%llu",
				   number, file->name,
				   (unsigned long long)st.st_size,
				   (unsigned long long)file->bytes);
	else if (ckpt_digest_file(digest, fd, false, hex, &bytes) < 0)
		status = file_failed(err, number, file->name, errno);
	else if (bytes != file->bytes || strcmp(hex, file->digest))
		status = ckpt_fail(err, CKPT_DAMAGED, 0,
				   "version %u: %s has other contents than "
				   "were committed",
				   number, file->name);
	ckpt_fs_close(&fd);
	return status;
}

static void remember_checked(struct ckpt_store *store, uint32_t number,
			     int dirfd)
{
	struct ckpt_checked *grown;
	struct stat st;

	grown = reallocarray(store->checked, store->checked_count + 1,
			     sizeof(*grown));
	if (!grown)
		return;
	store->checked = grown;
	if (fstat(dirfd, &st) == 0)
		grown[store->checked_count++] = (struct ckpt_checked){
			.number = number, .ino = st.st_ino};
}

static bool was_checked(const struct ckpt_store *store, uint32_t number,
			int dirfd)
{
	struct stat st;
	size_t i;

	for (i = 0; i < store->checked_count; i++)
		if (store->checked[i].number == number)
			return fstat(dirfd, &st) == 0 &&
			       st.st_ino == store->checked[i].ino;
	return false;
}

static enum ckpt_status verify_open(struct ckpt_store *store, int dirfd,
				    uint32_t number,
				    struct ckpt_manifest *manifest,
				    struct ckpt_error *err)
{
	struct ckpt_digest *digest = ckpt_digest_new();
	enum ckpt_status status = CKPT_OK;
	struct ckpt_file file;
	int rc = 1;

	if (!digest)
		return ckpt_no_memory(err);
	while (!status && (rc = ckpt_manifest_next(manifest, &file)) > 0)
		status = verify_file(store, dirfd, number, &file, digest, err);
	if (!status && rc < 0)
		status = list_failed(err, number);
	ckpt_digest_free(digest);
	if (!status && !was_checked(store, number, dirfd))
		remember_checked(store, number, dirfd);
	return status;
}

enum ckpt_status ckpt_verify(struct ckpt_store *store, uint32_t number,
			     struct ckpt_error *err)
{
	struct ckpt_version version;

	return ckpt_version_check(store, number, true, &version, err);
}

enum ckpt_status ckpt_version_check(struct ckpt_store *store, uint32_t number,
				    bool is_again, struct ckpt_version *version,
				    struct ckpt_error *err)
{
	struct ckpt_manifest manifest;
	enum ckpt_status status;
	int dirfd;

	status = ckpt_version_load(store, number, &dirfd, &manifest, version,
				   err);
	if (status)
		return status;
	if (is_again || !was_checked(store, number, dirfd))
		status = verify_open(store, dirfd, number, &manifest, err);
	ckpt_manifest_close(&manifest);
	ckpt_fs_close(&dirfd);
	return status;
}

enum ckpt_status ckpt_files(struct ckpt_store *store, uint32_t number,
			    bool (*each)(const char *name, int fd, void *arg),
			    void *arg, struct ckpt_error *err)
{
	struct ckpt_manifest manifest;
	struct ckpt_version version;
	enum ckpt_status status;
	struct ckpt_file file;
	bool is_wanted = true;
	int dirfd, rc = 0;

	status = ckpt_version_load(store, number, &dirfd, &manifest, &version,
				   err);
	while (!status && is_wanted &&
	       (rc = ckpt_manifest_next(&manifest, &file)) > 0) {
		struct stat st;
		int fd = ckpt_fs_open_file(dirfd, file.name, O_RDONLY,
					   store->owner, &st);

		if (fd < 0)
			status = file_failed(err, number, file.name, errno);
		else
			is_wanted = each(file.name, fd, arg);
		ckpt_fs_close(&fd);
	}
	if (!status && rc < 0)
		status = list_failed(err, number);
	ckpt_manifest_close(&manifest);
	ckpt_fs_close(&dirfd);
	return status;
}
