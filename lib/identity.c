/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* identity.c: which job a store belongs to, as its store.json says. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/fact.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/identity.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/status.h"
#include "lib/text.h"

const struct ckpt_identity *ckpt_identity_of(const struct ckpt_store *store)
{
	return &store->id;
}

static struct ckpt_record *identity_record(const struct ckpt_identity *id)
{
	struct ckpt_record *rec = ckpt_record_plain();

	ckpt_record_set_int(rec, "format", CKPT_FORMAT);
	ckpt_record_set_str(rec, "token", id->token);
	ckpt_record_set_str(rec, "cluster", id->cluster);
	ckpt_record_set_int(rec, "job", id->job);
	if (id->array_job) {
		ckpt_record_set_int(rec, "array_job", id->array_job);
		ckpt_record_set_int(rec, "array_task", id->array_task);
	}
	ckpt_record_set_int(rec, "created", time(NULL));
	return rec;
}

static uint32_t id_number(const struct ckpt_record *rec, const char *key,
			  uint32_t otherwise)
{
	int64_t value = ckpt_record_int(rec, key, otherwise);

	return value < 0 || value > UINT32_MAX ? otherwise : (uint32_t)value;
}

enum ckpt_status ckpt_identity_read(struct ckpt_store *store,
				    struct ckpt_error *err)
{
	struct ckpt_identity *id = &store->id;
	struct ckpt_record *rec = NULL;
	enum ckpt_status status;
	const char *token, *cluster;

	status = ckpt_fact_read(store, CKPT_STORE_FILE, &rec, err);
	if (status == CKPT_NONE)
		return ckpt_fail(err, CKPT_NONE, 0, "%s holds no store",
				 store->dir);
	if (status)
		return status;
	if (ckpt_record_int(rec, "format", 0) > CKPT_FORMAT) {
		status = ckpt_fail(err, CKPT_NEWER, 0,
				   "the store %s was made by a later release",
				   store->dir);
		goto out;
	}
	if (ckpt_record_int(rec, "format", 0) < 1) {
		status = ckpt_fail(err, CKPT_DAMAGED, 0,
				   "%s/" CKPT_STORE_FILE " names no format",
				   store->dir);
		goto out;
	}
	token = ckpt_record_str(rec, "token");
	cluster = ckpt_record_str(rec, "cluster");
	id->token = strdup(token ? token : "");
	id->cluster = strdup(cluster ? cluster : "");
	if (!id->token || !id->cluster)
		status = ckpt_no_memory(err);
	id->job = id_number(rec, "job", 0);
	id->array_job = id_number(rec, "array_job", 0);
	id->array_task = id_number(rec, "array_task", CKPT_NO_TASK);
out:
	ckpt_record_free(rec);
	return status;
}

enum ckpt_status ckpt_identity_check(const struct ckpt_store *store,
				     const struct ckpt_identity *id,
				     struct ckpt_error *err)
{
	if (!id || !id->token || !id->token[0] || !store->id.token[0] ||
	    !strcmp(id->token, store->id.token))
		return CKPT_OK;
	if (!store->id.job && !id->job)
		return CKPT_OK;
	if (!store->id.job)
		return ckpt_fail(err, CKPT_FOREIGN, 0,
				 "the store %s belongs to a program that made "
				 "it outside of any job: a job needs another "
				 "directory, and may begin from this one by "
				 "--checkpoint-from",
				 store->dir);
	return ckpt_fail(err, CKPT_FOREIGN, 0,
			 "the store %s belongs to another job, number %u of "
			 "cluster '%s'%s",
			 store->dir, store->id.job, store->id.cluster,
			 id->job ? ""
				 : ": a program outside of it needs another "
				   "directory");
}

struct found {
	bool is_ours; /* a version or a journal */
	char other[64];
};

/* Hidden names are an earlier try's, or the file system's own, as is
 * lost+found. */
static int look_at(const char *name, void *arg)
{
	struct found *found = arg;

	if (ckpt_version_number(name) || ckpt_journal_run(name) >= 0)
		found->is_ours = true;
	else if (name[0] != '.' && strcmp(name, "lost+found") != 0)
		snprintf(found->other, sizeof(found->other), "%s", name);
	return found->is_ours || (found->other[0] != '\0');
}

/* A store is begun only in a directory that is empty. */
static enum ckpt_status check_empty(struct ckpt_store *store,
				    struct ckpt_error *err)
{
	struct found found = {0};

	if (ckpt_fs_each(store->fd, look_at, &found) < 0)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "the store %s could not be listed",
				 store->dir);
	if (found.is_ours)
		return ckpt_fail(
			err, CKPT_DAMAGED, 0,
			"%s holds versions or journals, but its " CKPT_STORE_FILE
			" is missing",
			store->dir);
	if (found.other[0])
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "%s is no store and isn't empty ('%s' is in "
				 "it): a store needs a directory of its own",
				 store->dir, found.other);
	return CKPT_OK;
}

enum ckpt_status ckpt_identity_write(struct ckpt_store *store,
				     const struct ckpt_identity *id,
				     struct ckpt_error *err)
{
	struct ckpt_record *rec = NULL;
	struct ckpt_text text = {0};
	enum ckpt_status status = check_empty(store, err);

	if (status)
		return status;
	rec = identity_record(id);
	ckpt_record_text(rec, &text);
	if (text.failed)
		status = ckpt_no_memory(err);
	/* EEXIST: another job was quicker; the caller reads its identity. */
	else if (ckpt_fs_create(store->fd, CKPT_STORE_FILE, text.data,
				text.len_bytes) < 0 &&
		 errno != EEXIST)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "the store %s could not be created",
				   store->dir);
	ckpt_text_free(&text);
	ckpt_record_free(rec);
	return status;
}
