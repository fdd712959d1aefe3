/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* commit.c: from a sealed stage to a version, by one rename. */
#include <errno.h>

#include "lib/ckptstate.h"
#include "lib/digest.h"
#include "lib/failure.h"
#include "lib/fence.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/manifest.h"
#include "lib/names.h"
#include "lib/news.h"
#include "lib/retain.h"
#include "lib/seal.h"
#include "lib/shard.h"
#include "lib/stage.h"
#include "lib/status.h"

#define PUBLISH_TRIES 100

/* Publish under the number *number.  CKPT_NONE: it or a later one exists
 * already; *number is then the next to try. */
static enum ckpt_status publish_as(struct ckpt_sealing *s, uint32_t *number)
{
	struct ckpt_stage *stage = s->stage;
	struct ckpt_store *store = stage->store;
	enum ckpt_status status;
	char name[CKPT_ENTRY_NAME];
	uint32_t newest;
	int errnum;

	if (*number > CKPT_VERSION_MAX)
		return ckpt_fail(s->err, CKPT_LIMIT, 0,
				 "the store %s has no free number", store->dir);
	status = ckpt_seal_manifest(s, *number);
	/* The fence is as late as possible: the rename follows. */
	if (!status)
		status = ckpt_fence(store, &newest, s->err);
	if (status)
		return status;
	if (newest >= *number) {
		*number = newest + 1;
		return CKPT_NONE;
	}
	ckpt_version_name(name, *number);
	if (ckpt_fs_publish(store->fd, stage->name, store->fd, name) == 0 ||
	    ckpt_fs_is_at(stage->fd, store->fd, name))
		return CKPT_OK;
	errnum = errno;
	status = ckpt_fail(s->err, CKPT_EIO, errnum,
			   "%s/%s could not be published", store->dir, name);
	if (errnum != EEXIST)
		return status;
	++*number;
	return CKPT_NONE;
}

static enum ckpt_status publish(struct ckpt_sealing *s, uint32_t *number)
{
	enum ckpt_status status = CKPT_NONE;
	int tries;

	*number = s->stage->newest + 1;
	for (tries = 0; status == CKPT_NONE && tries < PUBLISH_TRIES; tries++)
		status = publish_as(s, number);
	if (status != CKPT_NONE)
		return status;
	return ckpt_fail(s->err, CKPT_EIO, EEXIST,
			 "no number was free in %s, tried %d times",
			 s->stage->store->dir, PUBLISH_TRIES);
}

static enum ckpt_status commit(struct ckpt_stage *stage, uint32_t *version,
			       struct ckpt_error *err)
{
	struct ckpt_sealing s = {.stage = stage, .list.fd = -1, .err = err};
	struct ckpt_store *store = stage->store;
	enum ckpt_status status;
	uint32_t number = 0, known = 0;

	status = ckpt_seal_stage(&s);
	if (!status && stage->is_for_news && ckpt_is_no_news(&s, &known))
		status = ckpt_fail(err, CKPT_NONE, 0,
				   "version %u holds the same files", known);
	if (!status && stage->shards)
		status = ckpt_shard_join(&s);
	if (!status && !stage->is_parted)
		status = publish(&s, &number);
	/* The number was tried, but nothing is published under it. */
	if (status)
		number = 0;
	if ((status && status != CKPT_UNSURE) || stage->is_parted)
		status = ckpt_or_stale(store, status, err);
	if (version && (!status || status == CKPT_UNSURE))
		*version = number;
	if (version && status == CKPT_NONE)
		*version = known;
	if (status)
		goto out;
	if (number && ckpt_fs_sync_dir(store->fd) < 0)
		status = ckpt_fail(err, CKPT_UNSURE, errno,
				   "version %u is published, but the store %s "
				   "could not be synced",
				   number, store->dir);
	else if (number)
		ckpt_prune(store);
out:
	if (number || stage->is_parted)
		ckpt_stage_free(stage);
	else
		ckpt_abort(stage);
	ckpt_listing_end(&s.list);
	ckpt_digest_free(s.digest);
	return status;
}

enum ckpt_status ckpt_commit(struct ckpt_stage *stage, uint32_t *version,
			     struct ckpt_error *err)
{
	struct ckpt_store *store = stage->store;
	struct ckpt_error why = {0};
	enum ckpt_status status = commit(stage, version, &why);

	ckpt_note_failure(store, status, &why);
	if (status && err)
		*err = why;
	return status;
}
