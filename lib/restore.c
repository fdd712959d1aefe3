/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restore.c: reading versions: which there are, whether they are whole, and
 * which one to go on from.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/internal.h"

static enum ckpt_status damaged(struct ckpt_error *err, uint32_t number,
				const char *what)
{
	return ckpt_fail(err, CKPT_DAMAGED, 0, "version %u: %s", number, what);
}

/* What a failed open or read of a version's file means. */
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

/* What a failed read of the list of files means. */
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

enum ckpt_status ckpt_version_load(struct ckpt_store *store, uint32_t number,
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
	if (!status)
		status = count_files(manifest, version, err);
out:
	if (status) {
		ckpt_manifest_close(manifest);
		ckpt_fs_close(dirfd);
	}
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
	/* Told by its length, a truncated file needn't be read. */
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
	struct ckpt_manifest manifest;
	struct ckpt_version version;
	enum ckpt_status status;
	int dirfd;

	status = ckpt_version_load(store, number, &dirfd, &manifest, &version,
				   err);
	if (status)
		return status;
	status = verify_open(store, dirfd, number, &manifest, err);
	ckpt_manifest_close(&manifest);
	ckpt_fs_close(&dirfd);
	return status;
}

enum ckpt_status ckpt_version_check(struct ckpt_store *store, uint32_t number,
				    struct ckpt_error *err)
{
	struct ckpt_manifest manifest;
	struct ckpt_version version;
	enum ckpt_status status;
	int dirfd;

	status = ckpt_version_load(store, number, &dirfd, &manifest, &version,
				   err);
	if (status)
		return status;
	if (!was_checked(store, number, dirfd))
		status = verify_open(store, dirfd, number, &manifest, err);
	ckpt_manifest_close(&manifest);
	ckpt_fs_close(&dirfd);
	return status;
}

/* ----------------------------------------------------------------- list */

struct numbers {
	uint32_t *list;
	size_t count, room;
	int newest_run; /* that has a journal; -1: none */
};

static int collect_number(const char *name, void *arg)
{
	uint32_t number = ckpt_version_number(name);
	struct numbers *numbers = arg;
	int run;

	if (!number) {
		run = ckpt_journal_run(name);
		if (run > numbers->newest_run)
			numbers->newest_run = run;
		return 0;
	}
	if (numbers->count == numbers->room) {
		size_t room = numbers->room ? 2 * numbers->room : 16;
		uint32_t *list =
			reallocarray(numbers->list, room, sizeof(*list));

		if (!list)
			return -1;
		numbers->list = list;
		numbers->room = room;
	}
	numbers->list[numbers->count++] = number;
	return 0;
}

/* Newest first: a late writer of an earlier run never outranks a later run,
 * whatever number its version got. */
static int by_rank(const void *a, const void *b)
{
	const struct ckpt_version *x = a, *y = b;

	if (x->run != y->run)
		return x->run < y->run ? 1 : -1;
	return x->number < y->number ? 1 : x->number > y->number ? -1 : 0;
}

/* A version that can't even be read is listed with the reason, and without
 * files, which no other one is. */
static bool is_unreadable(const struct ckpt_version *version)
{
	return version->files == 0;
}

static void list_unreadable(struct ckpt_version *version, const char *why)
{
	version->is_aside = true;
	version->files = 0;
	ckpt_copy_text(version->reason, sizeof(version->reason), why);
}

enum ckpt_status ckpt_list(struct ckpt_store *store, struct ckpt_version **list,
			   size_t *count, struct ckpt_error *err)
{
	struct numbers numbers = {.newest_run = -1};
	struct ckpt_version *versions = NULL;
	enum ckpt_status status = CKPT_OK;
	size_t i, found = 0;

	*list = NULL;
	*count = 0;
	if (ckpt_fs_each(store->fd, collect_number, &numbers) < 0) {
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "the store %s could not be listed",
				   store->dir);
		goto out;
	}
	versions = calloc(numbers.count + 1, sizeof(*versions));
	if (!versions) {
		status = ckpt_no_memory(err);
		goto out;
	}
	for (i = 0; i < numbers.count; i++) {
		struct ckpt_version *version = &versions[found];
		struct ckpt_manifest manifest;
		struct ckpt_error why;
		int dirfd;

		status = ckpt_version_load(store, numbers.list[i], &dirfd,
					   &manifest, version, &why);
		ckpt_manifest_close(&manifest);
		ckpt_fs_close(&dirfd);
		if (status == CKPT_ENOMEM) {
			ckpt_no_memory(err);
			goto out;
		}
		/* Removed since it was listed. */
		if (status == CKPT_NONE)
			continue;
		ckpt_read_marks(store, version);
		if (status && !version->is_aside)
			list_unreadable(version, why.text);
		found++;
	}
	status = CKPT_OK;
	qsort(versions, found, sizeof(*versions), by_rank);
	*list = versions;
	*count = found;
	versions = NULL;
out:
	free(versions);
	free(numbers.list);
	return status;
}

enum ckpt_status ckpt_read_note(struct ckpt_store *store, uint32_t number,
				const char *key, char *value, size_t size,
				struct ckpt_error *err)
{
	struct ckpt_manifest manifest;
	struct ckpt_version version;
	enum ckpt_status status;
	const char *note;
	int dirfd;

	status = ckpt_version_load(store, number, &dirfd, &manifest, &version,
				   err);
	if (status)
		return status;
	note = ckpt_record_note(manifest.head, key);
	if (!note)
		status = ckpt_fail(err, CKPT_NONE, 0,
				   "version %u has no note '%s'", number, key);
	else if (strlen(note) >= size)
		status = ckpt_fail(err, CKPT_LIMIT, 0,
				   "the note '%s' has %zu bytes", key,
				   strlen(note));
	else
		strcpy(value, note);
	ckpt_manifest_close(&manifest);
	ckpt_fs_close(&dirfd);
	return status;
}

enum ckpt_status ckpt_last_save(struct ckpt_store *store, double *seconds,
				uint64_t *bytes, struct ckpt_error *err)
{
	struct ckpt_version *list = NULL;
	enum ckpt_status status;
	size_t count, i = 0;

	status = ckpt_list(store, &list, &count, err);
	while (!status && i < count && is_unreadable(&list[i]))
		i++;
	if (!status && i == count)
		status = ckpt_fail(err, CKPT_NONE, 0,
				   "the store %s has no version", store->dir);
	if (!status && seconds)
		*seconds = list[i].took_s;
	if (!status && bytes)
		*bytes = list[i].bytes;
	free(list);
	return status;
}

/* -------------------------------------------------------------- restore */

/* Is the storage to blame, so that another version may well be readable? */
static bool is_of_medium(int errnum)
{
	return errnum == EIO || errnum == EACCES || errnum == ENODATA ||
	       errnum == EBADMSG || errnum == EUCLEAN;
}

static enum ckpt_status check_schema(const struct ckpt_store *store,
				     const struct ckpt_version *version,
				     struct ckpt_error *err)
{
	if (!store->has_schema ||
	    (version->schema == store->schema &&
	     !strcmp(version->schema_name, store->schema_name)))
		return CKPT_OK;
	return ckpt_fail(err, CKPT_SCHEMA, 0,
			 "version %u has the schema '%s' %u, but '%s' %u is "
			 "needed",
			 version->number, version->schema_name, version->schema,
			 store->schema_name, store->schema);
}

/* CKPT_NONE: pass it over; err then tells why. */
static enum ckpt_status try_version(struct ckpt_store *store,
				    const struct ckpt_version *version,
				    struct ckpt_error *err)
{
	enum ckpt_status status;
	struct ckpt_error why = {0};

	status = check_schema(store, version, &why);
	if (!status)
		status = ckpt_verify(store, version->number, &why);
	if (status == CKPT_DAMAGED && store->mode == CKPT_WRITE)
		ckpt_set_aside(store, version->number, why.text, NULL);
	if (status && err)
		*err = why;
	if (status == CKPT_DAMAGED || status == CKPT_LIMIT ||
	    (status == CKPT_EIO && is_of_medium(why.errnum)))
		return CKPT_NONE;
	return status;
}

/* Slipped in by an earlier run after this one had begun: all processes of
 * this run shall see the same. */
static bool is_late(const struct ckpt_store *store, uint32_t base,
		    const struct ckpt_version *version)
{
	return (int)version->run < store->run && version->number > base;
}

static int highest_first(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? 1 : *x > *y ? -1 : 0;
}

/* Up to this number no version outranks those of a run: later runs count on
 * from what was there when the first of them began. */
static uint32_t outranked(struct ckpt_store *store, uint32_t run, int newest)
{
	uint32_t base;

	if ((int)run > newest)
		return 0;
	if ((int)run == newest)
		return UINT32_MAX;
	base = ckpt_journal_base(store, run + 1);
	return base == UINT32_MAX ? 0 : base;
}

/*
 * Find the first of the rank without looking at all versions, of which there
 * may be thousands.  False: there is none, or one that can't be read is in the
 * way.
 */
static bool find_first(struct ckpt_store *store, const struct numbers *numbers,
		       uint32_t base, struct ckpt_version *first)
{
	bool is_found = false;
	uint32_t below = 0;
	size_t i;

	for (i = 0; i < numbers->count; i++) {
		struct ckpt_manifest manifest;
		struct ckpt_version version;
		int dirfd;

		if (is_found && numbers->list[i] <= below)
			return true;
		if (ckpt_version_load(store, numbers->list[i], &dirfd,
				      &manifest, &version, NULL))
			return false;
		ckpt_manifest_close(&manifest);
		ckpt_fs_close(&dirfd);
		ckpt_read_marks(store, &version);
		if (version.is_aside || is_late(store, base, &version) ||
		    (is_found && version.run <= first->run))
			continue;
		*first = version;
		is_found = true;
		below = outranked(store, version.run, numbers->newest_run);
	}
	return is_found;
}

/* The usual case: the newest version is a good one. */
static bool restore_first(struct ckpt_store *store, uint32_t base,
			  struct ckpt_version *first)
{
	struct numbers numbers = {.newest_run = -1};
	bool is_good = false;

	if (ckpt_fs_each(store->fd, collect_number, &numbers) == 0 &&
	    numbers.count) {
		qsort(numbers.list, numbers.count, sizeof(*numbers.list),
		      highest_first);
		is_good = find_first(store, &numbers, base, first) &&
			  try_version(store, first, NULL) == CKPT_OK;
	}
	free(numbers.list);
	return is_good;
}

/* Try one after the other; *chosen: the one that is good. */
static enum ckpt_status restore_any(struct ckpt_store *store, uint32_t base,
				    struct ckpt_version *chosen,
				    struct ckpt_error *err)
{
	struct ckpt_version *list = NULL;
	enum ckpt_status status;
	size_t count, i;

	status = ckpt_list(store, &list, &count, err);
	if (status)
		return status;
	status = ckpt_fail(err, CKPT_NONE, 0, "the store %s has no version",
			   store->dir);
	for (i = 0; i < count && status == CKPT_NONE; i++) {
		if (is_late(store, base, &list[i]))
			continue;
		*chosen = list[i];
		if (list[i].is_aside && !is_unreadable(&list[i]))
			ckpt_fail(err, CKPT_NONE, 0,
				  "version %u is set aside: %s", list[i].number,
				  list[i].reason);
		else
			status = try_version(store, &list[i], err);
	}
	free(list);
	return status;
}

enum ckpt_status ckpt_restore(struct ckpt_store *store,
			      struct ckpt_version *version, const char **dir,
			      struct ckpt_error *err)
{
	uint32_t base = ckpt_journal_base(store, (unsigned)store->run);
	struct ckpt_version chosen;
	char name[CKPT_ENTRY_NAME];
	enum ckpt_status status = CKPT_OK;

	free(store->restored);
	store->restored = NULL;
	if (!restore_first(store, base, &chosen))
		status = restore_any(store, base, &chosen, err);
	if (status)
		return status;
	ckpt_version_name(name, chosen.number);
	if (asprintf(&store->restored, "%s/%s", store->dir, name) < 0) {
		store->restored = NULL;
		return ckpt_no_memory(err);
	}
	if (version)
		*version = chosen;
	if (dir)
		*dir = store->restored;
	return CKPT_OK;
}
