/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * retain.c: which versions go and which are passed over: strikes, setting
 * aside, retention, and sweeping up what crashes left behind.
 *
 * What is known of a version after its commit lies beside it in files of its
 * own, as the version itself is never changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/internal.h"

#define STRIKES_OUT 2
#define STRIKES_MAX 1000
#define KEEP_LEAST  2

static void mark_name(char name[CKPT_ENTRY_NAME], const char *what,
		      uint32_t number)
{
	snprintf(name, CKPT_ENTRY_NAME, "%s-%06u.json", what, number);
}

static uint32_t strikes_of(const struct ckpt_record *rec)
{
	int64_t count = ckpt_record_int(rec, "count", 0);

	return count < 0	     ? 0
	       : count > STRIKES_MAX ? STRIKES_MAX
				     : (uint32_t)count;
}

static void put_aside(struct ckpt_version *version, const char *before,
		      const char *reason)
{
	char text[512];

	version->is_aside = true;
	snprintf(text, sizeof(text), "%s%s", before, reason);
	ckpt_copy_text(version->reason, sizeof(version->reason), text);
}

void ckpt_read_marks(struct ckpt_store *store, struct ckpt_version *version)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	enum ckpt_status status;
	const char *reason;

	mark_name(name, "strikes", version->number);
	ckpt_fact_read(store, name, &rec, NULL);
	version->strikes = strikes_of(rec);
	reason = ckpt_record_str(rec, "reason");
	/* That many strikes are a setting aside, without a mark of its own
	 * that could fail to be written. */
	if (version->strikes >= STRIKES_OUT)
		put_aside(version, "runs failed to start from it, lastly: ",
			  reason ? reason : "for unknown reason");
	ckpt_record_free(rec);

	mark_name(name, "aside", version->number);
	status = ckpt_fact_read(store, name, &rec, NULL);
	reason = ckpt_record_str(rec, "reason");
	/* That it is there counts, whatever became of its contents. */
	if (status == CKPT_OK || status == CKPT_DAMAGED)
		put_aside(version, "", reason ? reason : "the reason is lost");
	ckpt_record_free(rec);
}

static enum ckpt_status need_version(struct ckpt_store *store, uint32_t number,
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

enum ckpt_status ckpt_set_aside(struct ckpt_store *store, uint32_t number,
				const char *reason, struct ckpt_error *err)
{
	enum ckpt_status status = need_version(store, number, err);
	struct ckpt_record *rec;
	char name[CKPT_ENTRY_NAME];

	/* One whose files went while it was read was removed, perhaps. */
	if (status)
		return status;
	rec = ckpt_record_new("aside");
	mark_name(name, "aside", number);
	ckpt_record_set_int(rec, "run", store->run);
	ckpt_record_set_str(rec, "reason", reason);
	status = ckpt_fact_write(store, name, rec, true, err);
	ckpt_record_free(rec);
	return status;
}

enum ckpt_status ckpt_strike(struct ckpt_store *store, uint32_t version,
			     const char *reason, struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_begin_change(store, err);
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	uint32_t count;
	int64_t last;

	if (!status)
		status = need_version(store, version, err);
	if (status)
		return status;
	mark_name(name, "strikes", version);
	status = ckpt_fact_read(store, name, &rec, err);
	if (status && status != CKPT_NONE && status != CKPT_DAMAGED)
		return status;
	count = strikes_of(rec);
	last = ckpt_record_int(rec, "run", -1);
	ckpt_record_free(rec);
	/* Told again about the same run. */
	if (count > 0 && last == store->run)
		return CKPT_OK;
	rec = ckpt_record_new("strike");
	ckpt_record_set_int(rec, "count", count + 1);
	ckpt_record_set_int(rec, "run", store->run);
	ckpt_record_set_str(rec, "reason", reason);
	status = ckpt_fact_write(store, name, rec, true, err);
	ckpt_record_free(rec);
	return status;
}

static enum ckpt_status unmark(struct ckpt_store *store, const char *what,
			       uint32_t number, struct ckpt_error *err)
{
	char name[CKPT_ENTRY_NAME];

	mark_name(name, what, number);
	if (unlinkat(store->fd, name, 0) == 0 || errno == ENOENT)
		return CKPT_OK;
	return ckpt_fail(err, CKPT_EIO, errno, "%s/%s could not be removed",
			 store->dir, name);
}

enum ckpt_status ckpt_release(struct ckpt_store *store, uint32_t version,
			      struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_begin_change(store, err);

	if (!status)
		status = need_version(store, version, err);
	if (!status)
		status = unmark(store, "strikes", version, err);
	if (!status)
		status = unmark(store, "aside", version, err);
	if (!status && ckpt_fs_sync_dir(store->fd) < 0)
		status = ckpt_fail(err, CKPT_UNSURE, errno,
				   "the store %s could not be synced",
				   store->dir);
	return status;
}

/* --------------------------------------------------------------- remove */

/* Renamed first: a version is there whole or not there. */
static enum ckpt_status remove_version(struct ckpt_store *store,
				       uint32_t number, struct ckpt_error *err)
{
	char name[CKPT_ENTRY_NAME], gone[CKPT_ENTRY_NAME];

	ckpt_version_name(name, number);
	ckpt_fs_unique(gone, sizeof(gone), ".gone");
	/* Removed by somebody else, or by a call whose answer was lost: swept
	 * later. */
	if (renameat(store->fd, name, store->fd, gone) < 0 &&
	    need_version(store, number, NULL) != CKPT_NONE)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be removed", store->dir,
				 name);
	unmark(store, "strikes", number, NULL);
	unmark(store, "aside", number, NULL);
	if (ckpt_fs_remove(store->fd, gone) < 0)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be removed", store->dir,
				 gone);
	return CKPT_OK;
}

/*
 * How many of the list, newest first, stay: so many that `keep` of them
 * aren't set aside, and that two were read and found to be whole.
 */
static enum ckpt_status count_kept(struct ckpt_store *store,
				   const struct ckpt_version *list,
				   size_t count, unsigned keep, size_t *kept,
				   struct ckpt_error *err)
{
	unsigned usable = 0, whole = 0;
	struct ckpt_version checked;
	struct ckpt_error why = {0};
	enum ckpt_status status;
	size_t i;

	for (i = 0; i < count && usable < keep; i++)
		usable += !list[i].is_aside;
	*kept = i;
	for (i = 0; i < count && *kept < count && whole < KEEP_LEAST; i++) {
		if (list[i].is_aside)
			continue;
		status = ckpt_version_check(store, list[i].number, false,
					    &checked, &why);
		if (status == CKPT_ENOMEM) {
			if (err)
				*err = why;
			return status;
		}
		if (status == CKPT_DAMAGED)
			ckpt_set_aside(store, list[i].number, why.text, NULL);
		whole += status == CKPT_OK;
	}
	if (whole < KEEP_LEAST)
		*kept = count;
	if (i > *kept)
		*kept = i;
	return CKPT_OK;
}

enum ckpt_status ckpt_retain(struct ckpt_store *store, unsigned keep,
			     struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_begin_change(store, err);
	struct ckpt_version *list = NULL;
	size_t count = 0, kept = 0;

	if (!status)
		status = ckpt_list(store, &list, &count, err);
	if (status)
		return status;
	if (keep < KEEP_LEAST)
		keep = KEEP_LEAST;
	if (count > keep)
		status = count_kept(store, list, count, keep, &kept, err);
	else
		kept = count;
	while (!status && count > kept)
		status = remove_version(store, list[--count].number, err);
	free(list);
	return status;
}

/* --------------------------------------------------------------- policy */

#define POLICY_FILE "policy.json"
/* A commit removes what is old without reading it again, and so leaves more
 * than was asked for: ckpt_retain() judges by digests. */
#define PRUNE_SPARE 2

enum ckpt_status ckpt_set_keep(struct ckpt_store *store, unsigned keep,
			       struct ckpt_error *err)
{
	struct ckpt_record *rec = ckpt_record_new("policy");
	enum ckpt_status status;

	ckpt_record_set_int(rec, "keep", keep);
	status = ckpt_fact_write(store, POLICY_FILE, rec, false, err);
	ckpt_record_free(rec);
	return status;
}

static int count_version(const char *name, void *arg)
{
	int64_t *count = arg;

	*count += ckpt_version_number(name) != 0;
	return 0;
}

void ckpt_prune(struct ckpt_store *store)
{
	struct ckpt_version *list = NULL;
	struct ckpt_record *rec = NULL;
	size_t count = 0, kept = 0;
	int64_t keep, usable = 0, all = 0;

	ckpt_fact_read(store, POLICY_FILE, &rec, NULL);
	keep = ckpt_record_int(rec, "keep", 0);
	ckpt_record_free(rec);
	/* Names alone tell when there is nothing to do. */
	if (keep <= 0 || ckpt_fs_each(store->fd, count_version, &all) ||
	    all <= keep + PRUNE_SPARE || ckpt_list(store, &list, &count, NULL))
		return;
	while (kept < count && usable < keep + PRUNE_SPARE)
		usable += !list[kept++].is_aside;
	while (count > kept)
		if (remove_version(store, list[--count].number, NULL))
			break;
	free(list);
}

/* ---------------------------------------------------------------- sweep */

static bool starts(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

/* Left behind by a crash?  Stages of the present run may be in use. */
static bool is_litter(const struct ckpt_store *store, const char *name)
{
	unsigned run;

	if (name[0] != '.')
		return false;
	if (starts(name, ".gone-"))
		return true;
	return (sscanf(name, ".stage-%7u-", &run) == 1 ||
		sscanf(name, ".shards-%7u-", &run) == 1) &&
	       (int)run < store->run;
}

static int sweep_entry(const char *name, void *arg)
{
	struct ckpt_store *store = arg;

	if (is_litter(store, name))
		ckpt_fs_remove(store->fd, name);
	return 0;
}

/* What can't be removed costs room, nothing else: no failure. */
void ckpt_sweep(struct ckpt_store *store)
{
	ckpt_fs_each(store->fd, sweep_entry, store);
}

static int clean_entry(const char *name, void *arg)
{
	struct ckpt_store *store = arg;
	uint32_t number = ckpt_version_number(name);

	if (number)
		return remove_version(store, number, NULL) ? -1 : 0;
	if (starts(name, ".stage-") || starts(name, ".shards-") ||
	    starts(name, ".gone-") || starts(name, "aside-") ||
	    starts(name, "strikes-"))
		return ckpt_fs_remove(store->fd, name);
	return 0;
}

enum ckpt_status ckpt_clean(struct ckpt_store *store, struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_begin_change(store, err);

	if (status)
		return status;
	if (ckpt_fs_each(store->fd, clean_entry, store) < 0)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "the versions of %s could not be removed",
				 store->dir);
	return CKPT_OK;
}
