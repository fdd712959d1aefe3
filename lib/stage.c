/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stage.c: a staging directory, from its creation to its commit or abort. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/failure.h"
#include "lib/fence.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/stage.h"
#include "lib/status.h"

#define NOTES_MAX      64
#define NOTE_KEY_MAX   63
#define NOTE_VALUE_MAX 1023

void ckpt_stage_free(struct ckpt_stage *stage)
{
	if (!stage)
		return;
	ckpt_fs_close(&stage->fd);
	ckpt_record_free(stage->head);
	free(stage->mark);
	free(stage->path);
	free(stage);
}

/* The manifest's members; the commit fills in what isn't known yet. */
static struct ckpt_record *new_head(const struct ckpt_store *store)
{
	struct ckpt_record *head = ckpt_record_plain();

	ckpt_record_set_int(head, "version", 0);
	ckpt_record_set_int(head, "run", store->run);
	ckpt_record_set_int(head, "job", store->id.job);
	return head;
}

static enum ckpt_status begin(struct ckpt_store *store,
			      struct ckpt_stage **stage, struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_need_writer(store, err);
	struct ckpt_stage *new = NULL;
	uint32_t newest = 0;

	*stage = NULL;
	if (!status)
		status = ckpt_fence(store, &newest, err);
	if (status)
		return status;
	new = calloc(1, sizeof(*new));
	if (!new)
		return ckpt_no_memory(err);
	new->fd = -1;
	new->store = store;
	new->progress = -1;
	new->newest = newest;
	clock_gettime(CLOCK_MONOTONIC, &new->begun);
	ckpt_stage_name(new->name, store->run);
	new->head = new_head(store);
	if (ckpt_record_failed(new->head) ||
	    asprintf(&new->path, "%s/%s", store->dir, new->name) < 0) {
		new->path = NULL;
		status = ckpt_no_memory(err);
		goto out;
	}
	/* EEXIST: the reply to a first try was lost, as no other process makes
	 * this name. */
	if ((mkdirat(store->fd, new->name, 0700) < 0 && errno != EEXIST) ||
	    (new->fd = ckpt_fs_open_dir(store->fd, new->name)) < 0)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s could not be created", new->path);
	if (status)
		status = ckpt_or_stale(store, status, err);
out:
	if (status)
		ckpt_stage_free(new);
	else
		*stage = new;
	return status;
}

enum ckpt_status ckpt_begin(struct ckpt_store *store, struct ckpt_stage **stage,
			    struct ckpt_error *err)
{
	struct ckpt_error why = {0};
	enum ckpt_status status = begin(store, stage, &why);

	ckpt_note_failure(store, status, &why);
	if (status && err)
		*err = why;
	return status;
}

const char *ckpt_stage_dir(const struct ckpt_stage *stage)
{
	return stage->path;
}

enum ckpt_status ckpt_stage_progress(struct ckpt_stage *stage, double progress,
				     struct ckpt_error *err)
{
	if (!(progress >= 0 && progress <= 1))
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "progress is a number from 0 to 1, not %g",
				 progress);
	stage->progress = progress;
	return CKPT_OK;
}

enum ckpt_status ckpt_note(struct ckpt_stage *stage, const char *key,
			   const char *value, struct ckpt_error *err)
{
	if (!key || !*key || strlen(key) > NOTE_KEY_MAX || !value ||
	    strlen(value) > NOTE_VALUE_MAX)
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "a note's key has 1 to %d bytes, its value at "
				 "most %d",
				 NOTE_KEY_MAX, NOTE_VALUE_MAX);
	if (ckpt_record_notes(stage->head) >= NOTES_MAX &&
	    !ckpt_record_note(stage->head, key))
		return ckpt_fail(err, CKPT_LIMIT, 0,
				 "a version has at most %d notes", NOTES_MAX);
	ckpt_record_set_note(stage->head, key, value);
	return ckpt_record_failed(stage->head) ? ckpt_no_memory(err) : CKPT_OK;
}

void ckpt_abort(struct ckpt_stage *stage)
{
	if (!stage)
		return;
	ckpt_fs_remove(stage->store->fd, stage->name);
	ckpt_stage_free(stage);
}
