/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * marks.c: what is known of a version after its commit: strikes against it, and
 * that it is set aside.
 *
 * Marks lie beside the version in files of their own, as the version itself is
 * never changed.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/fact.h"
#include "lib/fence.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/marks.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/status.h"
#include "lib/version.h"

#define STRIKES_OUT 2
#define STRIKES_MAX 1000

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

	ckpt_mark_name(name, "strikes", version->number);
	ckpt_fact_read(store, name, &rec, NULL);
	version->strikes = strikes_of(rec);
	reason = ckpt_record_str(rec, "reason");
	/* So many strikes set a version aside.  No second mark says so, as its
	 * write could fail. */
	if (version->strikes >= STRIKES_OUT)
		put_aside(version, "runs failed to start from it, lastly: ",
			  reason ? reason : "for unknown reason");
	ckpt_record_free(rec);

	ckpt_mark_name(name, "aside", version->number);
	status = ckpt_fact_read(store, name, &rec, NULL);
	reason = ckpt_record_str(rec, "reason");
	/* The existence of the file counts, even if its text is damaged. */
	if (status == CKPT_OK || status == CKPT_DAMAGED)
		put_aside(version, "", reason ? reason : "the reason is lost");
	ckpt_record_free(rec);
}

enum ckpt_status ckpt_set_aside(struct ckpt_store *store, uint32_t number,
				const char *reason, struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_need_version(store, number, err);
	struct ckpt_record *rec;
	char name[CKPT_ENTRY_NAME];

	/* A version whose files are missing may have been removed while it was
	 * read: it gets no mark. */
	if (status)
		return status;
	rec = ckpt_record_new("aside");
	ckpt_mark_name(name, "aside", number);
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
		status = ckpt_need_version(store, version, err);
	if (status)
		return status;
	ckpt_mark_name(name, "strikes", version);
	status = ckpt_fact_read(store, name, &rec, err);
	if (status && status != CKPT_NONE && status != CKPT_DAMAGED)
		return status;
	count = strikes_of(rec);
	last = ckpt_record_int(rec, "run", -1);
	ckpt_record_free(rec);
	/* The strike of this run is counted already. */
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

	ckpt_mark_name(name, what, number);
	if (unlinkat(store->fd, name, 0) == 0 || errno == ENOENT)
		return CKPT_OK;
	return ckpt_fail(err, CKPT_EIO, errno, "%s/%s could not be removed",
			 store->dir, name);
}

enum ckpt_status ckpt_clear_marks(struct ckpt_store *store, uint32_t version,
				  struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_begin_change(store, err);

	if (!status)
		status = ckpt_need_version(store, version, err);
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

void ckpt_forget_marks(struct ckpt_store *store, uint32_t number)
{
	unmark(store, "strikes", number, NULL);
	unmark(store, "aside", number, NULL);
}
