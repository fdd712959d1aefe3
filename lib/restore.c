/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* restore.c: finding the version to continue from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/ckptstate.h"
#include "lib/handle.h"
#include "lib/journal.h"
#include "lib/list.h"
#include "lib/marks.h"
#include "lib/names.h"
#include "lib/passed.h"
#include "lib/status.h"
#include "lib/version.h"

/* Did the storage fail, so that another version may be readable? */
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

/* Check one version.  CKPT_NONE: it is passed over; err says why. */
static enum ckpt_status try_version(struct ckpt_store *store,
				    struct ckpt_version *version,
				    struct ckpt_error *err)
{
	enum ckpt_status status;
	struct ckpt_version checked;
	struct ckpt_error why = {0};

	status = check_schema(store, version, &why);
	if (!status)
		status = ckpt_version_check(store, version->number, true,
					    &checked, &why);
	if (!status) {
		version->files = checked.files;
		version->bytes = checked.bytes;
	}
	if (status == CKPT_DAMAGED && store->mode == CKPT_WRITE)
		ckpt_set_aside(store, version->number, why.text, NULL);
	if (status && err)
		*err = why;
	if (status == CKPT_DAMAGED || status == CKPT_LIMIT ||
	    (status == CKPT_EIO && is_of_medium(why.errnum)))
		return CKPT_NONE;
	return status;
}

/* The number up to which no version is newer than those of the run: later runs
 * continue the numbers from the newest version that existed when the first of
 * them began. */
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
 * Find the newest version that isn't set aside without opening all versions, as
 * there may be thousands.  False: there is none, or a version can't be read:
 * then all have to be opened.
 */
static bool find_first(struct ckpt_store *store,
		       const struct ckpt_numbers *numbers, uint32_t base,
		       struct ckpt_version *first)
{
	bool is_found = false;
	uint32_t below = 0;
	size_t i;

	for (i = 0; i < numbers->count; i++) {
		struct ckpt_version version;

		if (is_found && numbers->list[i] <= below)
			return true;
		if (ckpt_version_head(store, numbers->list[i], &version))
			return false;
		ckpt_read_marks(store, &version);
		if (version.is_aside || ckpt_is_late(store, base, &version) ||
		    (is_found && version.run <= first->run))
			continue;
		*first = version;
		is_found = true;
		below = outranked(store, version.run, numbers->newest_run);
	}
	return is_found;
}

/* Restore in the usual case: the newest version is a good one. */
static bool restore_first(struct ckpt_store *store, uint32_t base,
			  struct ckpt_version *first)
{
	struct ckpt_numbers numbers;
	bool is_good;

	if (ckpt_list_numbers(store, &numbers) < 0)
		return false;
	is_good = find_first(store, &numbers, base, first) &&
		  try_version(store, first, NULL) == CKPT_OK;
	free(numbers.list);
	return is_good;
}

/* Try all versions, newest first; *chosen: the first good one. */
static enum ckpt_status restore_any(struct ckpt_store *store, uint32_t base,
				    struct ckpt_version *chosen,
				    struct ckpt_error *err)
{
	struct ckpt_version *list = NULL;
	struct ckpt_error why = {0};
	enum ckpt_status status;
	size_t count, i;

	status = ckpt_list(store, &list, &count, err);
	if (status)
		return status;
	status = ckpt_fail(err, CKPT_NONE, 0, "the store %s has no version",
			   store->dir);
	for (i = 0; i < count && status == CKPT_NONE; i++) {
		if (ckpt_is_late(store, base, &list[i]))
			continue;
		if (list[i].is_aside && !ckpt_is_unreadable(&list[i]))
			ckpt_fail(err, CKPT_NONE, 0,
				  "version %u is set aside: %s", list[i].number,
				  list[i].reason);
		else if ((status = try_version(store, &list[i], &why))) {
			if (status == CKPT_NONE)
				ckpt_pass_over(store, list[i].number, why.text);
			if (err)
				*err = why;
		}
		*chosen = list[i];
	}
	free(list);
	return status;
}

/* Check a version of another store.  CKPT_NONE also if that is the store
 * itself, which has no good version. */
static enum ckpt_status check_elsewhere(const struct ckpt_store *store,
					struct ckpt_store *other,
					struct ckpt_version *version,
					struct ckpt_error *err)
{
	struct stat own, its;
	enum ckpt_status status;

	if (fstat(store->fd, &own) || fstat(other->fd, &its) ||
	    (own.st_dev == its.st_dev && own.st_ino == its.st_ino))
		return CKPT_NONE;
	other->has_schema = store->has_schema;
	other->schema = store->schema;
	strcpy(other->schema_name, store->schema_name);
	status = ckpt_version_head(other, version->number, version);
	if (status && err)
		snprintf(err->text, sizeof(err->text),
			 "the store %s has no version %u any more", other->dir,
			 version->number);
	return status ? status : try_version(other, version, err);
}

/*
 * Find the version of another store that the environment names.  The first runs
 * of a job with --checkpoint-from begin from it, as they have none of their
 * own.
 */
static enum ckpt_status restore_elsewhere(struct ckpt_store *store,
					  struct ckpt_version *version,
					  struct ckpt_error *err)
{
	const char *named = getenv("SLURM_CHECKPOINT_RESTORE");
	const char *slash = named ? strrchr(named, '/') : NULL;
	struct ckpt_store *other = NULL;
	enum ckpt_status status;
	char *dir;

	version->number = slash ? ckpt_version_number(slash + 1) : 0;
	if (!store->is_of_job || !version->number || slash == named)
		return CKPT_NONE;
	dir = strndup(named, (size_t)(slash - named));
	if (!dir)
		return ckpt_no_memory(err);
	status = ckpt_open(&other, dir, CKPT_READ, CKPT_RUN_PRESENT, err);
	if (!status)
		status = check_elsewhere(store, other, version, err);
	if (!status)
		store->restored = strdup(named);
	if (!status && !store->restored)
		status = ckpt_no_memory(err);
	ckpt_close(other);
	free(dir);
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
	store->passed = 0;
	if (!restore_first(store, base, &chosen))
		status = restore_any(store, base, &chosen, err);
	if (status == CKPT_NONE)
		status = restore_elsewhere(store, &chosen, err);
	if (status)
		return status;
	ckpt_version_name(name, chosen.number);
	if (!store->restored &&
	    asprintf(&store->restored, "%s/%s", store->dir, name) < 0) {
		store->restored = NULL;
		return ckpt_no_memory(err);
	}
	if (version)
		*version = chosen;
	if (dir)
		*dir = store->restored;
	return CKPT_OK;
}
