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
#include "lib/kinds.h"
#include "lib/marks.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/status.h"
#include "lib/version.h"

#define STRIKES_OUT 2
#define STRIKES_MAX 1000

/* Decode a record of strikes, with no more of them than can matter. */
static void read_strikes(const struct ckpt_record *rec,
			 struct ckpt_strikes *strikes)
{
	ckpt_kind_decode(&ckpt_kinds[CKPT_KIND_STRIKES], rec, strikes);
	if (strikes->count > STRIKES_MAX)
		strikes->count = STRIKES_MAX;
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
	struct ckpt_strikes strikes;
	struct ckpt_aside aside;

	ckpt_mark_name(name, "strikes", version->number);
	ckpt_fact_read(store, name, &rec, NULL);
	read_strikes(rec, &strikes);
	version->strikes = (uint32_t)strikes.count;
	/* So many strikes set a version aside.  No second mark says so, as its
	 * write could fail. */
	if (version->strikes >= STRIKES_OUT)
		put_aside(version, "runs failed to start from it, lastly: ",
			  strikes.reason ? strikes.reason
					 : "for unknown reason");
	ckpt_record_free(rec);

	ckpt_mark_name(name, "aside", version->number);
	status = ckpt_fact_read(store, name, &rec, NULL);
	ckpt_kind_decode(&ckpt_kinds[CKPT_KIND_ASIDE], rec, &aside);
	/* The existence of the file counts, even if its text is damaged. */
	if (status == CKPT_OK || status == CKPT_DAMAGED)
		put_aside(version, "",
			  aside.reason ? aside.reason : "the reason is lost");
	ckpt_record_free(rec);
}

enum ckpt_status ckpt_set_aside(struct ckpt_store *store, uint32_t number,
				const char *reason, struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_need_version(store, number, err);
	const struct ckpt_aside aside = {.run = store->run, .reason = reason};
	struct ckpt_record *rec;
	char name[CKPT_ENTRY_NAME];

	/* A version whose files are missing may have been removed while it was
	 * read: it gets no mark. */
	if (status)
		return status;
	rec = ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_ASIDE], &aside);
	ckpt_mark_name(name, "aside", number);
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
	struct ckpt_strikes strikes;

	if (!status)
		status = ckpt_need_version(store, version, err);
	if (status)
		return status;
	ckpt_mark_name(name, "strikes", version);
	status = ckpt_fact_read(store, name, &rec, err);
	if (status && status != CKPT_NONE && status != CKPT_DAMAGED)
		return status;
	read_strikes(rec, &strikes);
	ckpt_record_free(rec);
	/* The strike of this run is counted already. */
	if (strikes.count > 0 && strikes.run == store->run)
		return CKPT_OK;
	strikes.count++;
	strikes.run = store->run;
	strikes.reason = reason;
	rec = ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_STRIKES], &strikes);
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
