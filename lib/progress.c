/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* progress.c: what the job reports of itself: how much is done, and that all
 * is. */

#include "lib/fact.h"
#include "lib/fence.h"
#include "lib/handle.h"
#include "lib/kinds.h"
#include "lib/names.h"
#include "lib/progress.h"
#include "lib/record.h"
#include "lib/status.h"

enum ckpt_status ckpt_progress(struct ckpt_store *store, double progress,
			       struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_need_writer(store, err);
	const struct ckpt_told told = {.progress = progress};
	struct ckpt_record *rec;
	char name[CKPT_ENTRY_NAME];

	if (status)
		return status;
	if (!(progress >= 0 && progress <= 1))
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "progress is a number from 0 to 1, not %g",
				 progress);
	rec = ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_PROGRESS], &told);
	ckpt_fact_name(name, "progress", (unsigned)store->run);
	/* No sync: this is an estimate that is often written. */
	status = ckpt_fact_write(store, name, rec, false, err);
	ckpt_record_free(rec);
	if (!status)
		store->progress = progress;
	return status;
}

double ckpt_run_progress(struct ckpt_store *store, unsigned run)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	struct ckpt_told told;

	ckpt_fact_name(name, "progress", run);
	ckpt_fact_read(store, name, &rec, NULL);
	ckpt_kind_decode(&ckpt_kinds[CKPT_KIND_PROGRESS], rec, &told);
	ckpt_record_free(rec);
	return told.progress;
}

enum ckpt_status ckpt_done(struct ckpt_store *store, struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_begin_change(store, err);
	struct ckpt_record *rec;
	char name[CKPT_ENTRY_NAME];

	if (status)
		return status;
	rec = ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_DONE], NULL);
	ckpt_fact_name(name, "done", (unsigned)store->run);
	status = ckpt_fact_write(store, name, rec, true, err);
	ckpt_record_free(rec);
	return status;
}

bool ckpt_is_done(struct ckpt_store *store, unsigned run)
{
	return ckpt_has_fact(store, "done", run);
}
