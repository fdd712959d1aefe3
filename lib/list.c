/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list.c: which versions there are, and what is known of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/list.h"
#include "lib/manifest.h"
#include "lib/marks.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/status.h"
#include "lib/version.h"

static int collect_number(const char *name, void *arg)
{
	uint32_t number = ckpt_version_number(name);
	struct ckpt_numbers *numbers = arg;
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

static int highest_first(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? 1 : *x > *y ? -1 : 0;
}

int ckpt_list_numbers(struct ckpt_store *store, struct ckpt_numbers *numbers)
{
	memset(numbers, 0, sizeof(*numbers));
	numbers->newest_run = -1;
	if (ckpt_fs_each(store->fd, collect_number, numbers) < 0) {
		free(numbers->list);
		numbers->list = NULL;
		return -1;
	}
	if (numbers->count)
		qsort(numbers->list, numbers->count, sizeof(*numbers->list),
		      highest_first);
	return 0;
}

/* Sort newest first: a version of a later run comes before those of earlier
 * runs, even if a late writer of an earlier run got a higher number. */
static int by_rank(const void *a, const void *b)
{
	const struct ckpt_version *x = a, *y = b;

	if (x->run != y->run)
		return x->run < y->run ? 1 : -1;
	return x->number < y->number ? 1 : x->number > y->number ? -1 : 0;
}

/* A version that can't be read is listed with the reason and without files;
 * all others have files. */
bool ckpt_is_unreadable(const struct ckpt_version *version)
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
	struct ckpt_numbers numbers;
	struct ckpt_version *versions = NULL;
	enum ckpt_status status = CKPT_OK;
	size_t i, found = 0;

	*list = NULL;
	*count = 0;
	if (ckpt_list_numbers(store, &numbers) < 0) {
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
		/* The version was removed since the names were read. */
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
	while (!status && i < count && ckpt_is_unreadable(&list[i]))
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
