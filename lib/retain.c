/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* retain.c: which versions stay, and removing the others. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/fact.h"
#include "lib/fence.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/kinds.h"
#include "lib/marks.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/retain.h"
#include "lib/status.h"
#include "lib/version.h"

#define KEEP_LEAST  2
#define POLICY_FILE "policy.json"
/* A commit removes old versions without reading them, and so leaves more than
 * was requested: ckpt_retain() compares digests. */
#define PRUNE_SPARE 2

/* Remove a version.  It is renamed first, so that it is always whole or
 * absent. */
static enum ckpt_status remove_version(struct ckpt_store *store,
				       uint32_t number, struct ckpt_error *err)
{
	char name[CKPT_ENTRY_NAME], gone[CKPT_ENTRY_NAME];

	ckpt_version_name(name, number);
	ckpt_gone_name(gone);
	/* No failure if the name is gone: another process removed the version,
	 * or the reply to the rename was lost; then a sweep removes it. */
	if (renameat(store->fd, name, store->fd, gone) < 0 &&
	    ckpt_need_version(store, number, NULL) != CKPT_NONE)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be removed", store->dir,
				 name);
	ckpt_forget_marks(store, number);
	if (ckpt_fs_remove(store->fd, gone) < 0)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be removed", store->dir,
				 gone);
	return CKPT_OK;
}

/*
 * Count how many of the list, newest first, stay: enough for `keep` that aren't
 * set aside, and for two that were read in full and found to be whole.
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

enum ckpt_status ckpt_set_keep(struct ckpt_store *store, unsigned keep,
			       struct ckpt_error *err)
{
	const struct ckpt_policy policy = {.keep = keep};
	struct ckpt_record *rec =
		ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_POLICY], &policy);
	enum ckpt_status status;

	status = ckpt_fact_write(store, POLICY_FILE, rec, false, err);
	ckpt_record_free(rec);
	return status;
}

void ckpt_set_keep_once(struct ckpt_store *store, unsigned keep)
{
	struct ckpt_record *rec = NULL;

	if (ckpt_fact_read(store, POLICY_FILE, &rec, NULL) == CKPT_NONE)
		ckpt_set_keep(store, keep, NULL);
	ckpt_record_free(rec);
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
	struct ckpt_policy policy;

	ckpt_fact_read(store, POLICY_FILE, &rec, NULL);
	ckpt_kind_decode(&ckpt_kinds[CKPT_KIND_POLICY], rec, &policy);
	keep = policy.keep;
	ckpt_record_free(rec);
	/* The names show whether there is anything to do, without a read. */
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

static int clean_entry(const char *name, void *arg)
{
	struct ckpt_store *store = arg;
	uint32_t number = ckpt_version_number(name);

	if (number)
		return remove_version(store, number, NULL) ? -1 : 0;
	if (ckpt_is_of_versions(name))
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
