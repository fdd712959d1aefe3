/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fact.c: small files beside the versions, one checked record each.
 *
 * The job writes such files of its own, each replaced in one step, because two
 * writers can't append to one file safely on every shared file system: the
 * journals belong to the supervisor.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/fact.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/status.h"
#include "lib/text.h"

enum ckpt_status ckpt_fact_write(struct ckpt_store *store, const char *name,
				 struct ckpt_record *rec, bool is_synced,
				 struct ckpt_error *err)
{
	enum ckpt_status status = CKPT_OK;
	struct ckpt_text text = {0};

	ckpt_record_text(rec, &text);
	if (text.failed)
		status = ckpt_no_memory(err);
	else if (ckpt_fs_replace(store->fd, name, text.data, text.len_bytes,
				 is_synced) < 0)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s/%s could not be written", store->dir,
				   name);
	ckpt_text_free(&text);
	return status;
}

enum ckpt_status ckpt_fact_read(struct ckpt_store *store, const char *name,
				struct ckpt_record **rec,
				struct ckpt_error *err)
{
	char *text = NULL;
	size_t len;

	*rec = NULL;
	if (ckpt_fs_read_small(store->fd, name, store->owner, CKPT_FACT_MAX,
			       &text, &len) < 0) {
		if (errno == ENOENT)
			return ckpt_fail(err, CKPT_NONE, 0, "there is no %s/%s",
					 store->dir, name);
		if (errno == ENOMEM)
			return ckpt_no_memory(err);
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be read", store->dir, name);
	}
	*rec = ckpt_record_parse(text, len);
	free(text);
	if (!*rec && errno == ENOMEM)
		return ckpt_no_memory(err);
	if (!*rec)
		return ckpt_fail(err, CKPT_DAMAGED, 0, "%s/%s is damaged",
				 store->dir, name);
	return CKPT_OK;
}

bool ckpt_has_fact(struct ckpt_store *store, const char *what, unsigned run)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	bool is_there;

	ckpt_fact_name(name, what, run);
	is_there = ckpt_fact_read(store, name, &rec, NULL) == CKPT_OK;
	ckpt_record_free(rec);
	return is_there;
}
