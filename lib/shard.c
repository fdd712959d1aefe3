/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shard.c: one version that many processes write, each its shard.
 *
 * A shard is staged and sealed like a version, and then moved into the
 * directory where the shards of its version gather.  A process that finds all
 * of them there moves that directory to a stage of its own, which only one
 * process can do, and publishes it as any other version.  This relies on
 * nothing but rename, so the processes may be on different nodes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/fence.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/manifest.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/seal.h"
#include "lib/shard.h"
#include "lib/stage.h"
#include "lib/status.h"

#define SHARDS_MAX 65536
#define MARK_MAX   255

enum ckpt_status ckpt_shard_begin(struct ckpt_store *store,
				  struct ckpt_stage **stage, const char *mark,
				  uint32_t index, uint32_t count,
				  struct ckpt_error *err)
{
	enum ckpt_status status;

	*stage = NULL;
	if (!count || count > SHARDS_MAX || index >= count)
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "there is no shard %u of %u", index, count);
	if (!mark || !*mark || strlen(mark) > MARK_MAX)
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "the shards of a version need a common mark "
				 "of 1 to %d bytes",
				 MARK_MAX);
	status = ckpt_begin(store, stage, err);
	if (status)
		return status;
	(*stage)->mark = strdup(mark);
	(*stage)->shard = index;
	(*stage)->shards = count;
	if ((*stage)->mark)
		return CKPT_OK;
	ckpt_abort(*stage);
	*stage = NULL;
	return ckpt_no_memory(err);
}

static void shard_name(char name[CKPT_ENTRY_NAME], uint32_t index)
{
	snprintf(name, CKPT_ENTRY_NAME, "shard-%04u", index);
}

static enum ckpt_status write_shard_file(struct ckpt_sealing *s)
{
	struct ckpt_record *head = s->stage->head;

	ckpt_record_set_str(head, "mark", s->stage->mark);
	ckpt_record_set_int(head, "shard", s->stage->shard);
	ckpt_record_set_int(head, "shards", s->stage->shards);
	return ckpt_seal_manifest(s, 0);
}

/* Move the sealed shard to the others of its version; *gather: their
 * directory, open. */
static enum ckpt_status move_shard(struct ckpt_sealing *s, const char *name,
				   int *gather)
{
	struct ckpt_stage *stage = s->stage;
	struct ckpt_store *store = stage->store;
	char shard[CKPT_ENTRY_NAME];
	enum ckpt_status status = ckpt_fence(store, NULL, s->err);

	if (status)
		return status;
	if ((mkdirat(store->fd, name, 0700) < 0 && errno != EEXIST) ||
	    (*gather = ckpt_fs_open_dir(store->fd, name)) < 0)
		return ckpt_fail(s->err, CKPT_EIO, errno,
				 "%s/%s could not be created", store->dir,
				 name);
	shard_name(shard, stage->shard);
	if (ckpt_fs_publish(store->fd, stage->name, *gather, shard) < 0 &&
	    !ckpt_fs_is_at(stage->fd, *gather, shard)) {
		if (errno == EEXIST)
			return ckpt_fail(s->err, CKPT_EINVAL, 0,
					 "shard %u of '%s' is sealed already",
					 stage->shard, stage->mark);
		return ckpt_fail(s->err, CKPT_EIO, errno,
				 "shard %u of '%s' could not be sealed",
				 stage->shard, stage->mark);
	}
	stage->is_parted = true;
	if (ckpt_fs_sync_dir(*gather) < 0)
		return ckpt_fail(s->err, CKPT_UNSURE, errno,
				 "shard %u of '%s' is sealed, but %s/%s could "
				 "not be synced",
				 stage->shard, stage->mark, store->dir, name);
	return CKPT_OK;
}

static int count_shard(const char *name, void *arg)
{
	char again[CKPT_ENTRY_NAME];
	uint32_t *count = arg, index;

	if (sscanf(name, "shard-%7u", &index) != 1)
		return 0;
	shard_name(again, index);
	*count += !strcmp(name, again);
	return 0;
}

/* The status of a failed read of a shard's list, by errno. */
static enum ckpt_status shard_failed(struct ckpt_sealing *s, const char *shard)
{
	if (errno == ENOMEM)
		return ckpt_no_memory(s->err);
	if (errno == EBADMSG)
		return ckpt_fail(s->err, CKPT_DAMAGED, 0,
				 "%s/%s/" CKPT_SHARD_FILE " is damaged",
				 s->stage->path, shard);
	return ckpt_fail(s->err, CKPT_EIO, errno,
			 "%s/%s/" CKPT_SHARD_FILE " could not be read",
			 s->stage->path, shard);
}

/* Copy one sealed shard's list; names become those below its directory. */
static enum ckpt_status take_files(struct ckpt_sealing *s, const char *shard,
				   struct ckpt_manifest *manifest)
{
	enum ckpt_status status = CKPT_OK;
	struct ckpt_file file;
	int rc;

	while (!status && (rc = ckpt_manifest_next(manifest, &file)) > 0) {
		char *name = NULL;

		if (asprintf(&name, "%s/%s", shard, file.name) < 0)
			return ckpt_no_memory(s->err);
		file.name = name;
		status = ckpt_seal_add(s, &file);
		free(name);
	}
	if (status || !rc)
		return status;
	return shard_failed(s, shard);
}

/* Put the files of one sealed shard into the version's list. */
static enum ckpt_status take_shard(struct ckpt_sealing *s, uint32_t index)
{
	struct ckpt_stage *stage = s->stage;
	struct ckpt_manifest manifest = CKPT_NO_MANIFEST;
	char shard[CKPT_ENTRY_NAME], path[2 * CKPT_ENTRY_NAME];
	enum ckpt_status status;
	double progress;

	shard_name(shard, index);
	snprintf(path, sizeof(path), "%s/" CKPT_SHARD_FILE, shard);
	if (ckpt_manifest_open(&manifest, stage->fd, path,
			       stage->store->owner) < 0)
		return shard_failed(s, shard);
	progress = ckpt_record_num(manifest.head, "progress", -1);
	/* The version's progress is that of the slowest shard. */
	if (progress >= 0 &&
	    (stage->progress < 0 || progress < stage->progress))
		stage->progress = progress;
	status = take_files(s, shard, &manifest);
	ckpt_manifest_close(&manifest);
	return status;
}

/* Make the gathered shards this process's own stage; *is_ours: no other process
 * was quicker. */
static enum ckpt_status take_over(struct ckpt_sealing *s, const char *name,
				  int *gather, bool *is_ours)
{
	struct ckpt_stage *stage = s->stage;
	struct ckpt_store *store = stage->store;
	char own[CKPT_ENTRY_NAME], *path = NULL;

	ckpt_stage_name(own, store->run);
	if (asprintf(&path, "%s/%s", store->dir, own) < 0)
		return ckpt_no_memory(s->err);
	*is_ours = renameat(store->fd, name, store->fd, own) == 0 ||
		   ckpt_fs_is_at(*gather, store->fd, own);
	if (!*is_ours) {
		free(path);
		/* The rename failed if the directory is still there; else
		 * another process was quicker. */
		return ckpt_fs_is_at(*gather, store->fd, name)
			       ? ckpt_fail(s->err, CKPT_EIO, errno,
					   "%s/%s could not be renamed",
					   store->dir, name)
			       : CKPT_OK;
	}
	ckpt_fs_close(&stage->fd);
	stage->fd = *gather;
	*gather = -1;
	free(stage->path);
	stage->path = path;
	strcpy(stage->name, own);
	stage->is_parted = false;
	return CKPT_OK;
}

enum ckpt_status ckpt_shard_join(struct ckpt_sealing *s)
{
	struct ckpt_stage *stage = s->stage;
	char name[CKPT_ENTRY_NAME];
	enum ckpt_status status;
	uint32_t count = 0, i;
	bool is_ours = false;
	int gather = -1;

	ckpt_gather_name(name, stage->store->run, stage->shards, stage->mark);
	status = write_shard_file(s);
	if (!status)
		status = move_shard(s, name, &gather);
	if (status)
		goto out;
	if (ckpt_fs_each(gather, count_shard, &count) < 0)
		status = ckpt_fail(s->err, CKPT_UNSURE, errno,
				   "shard %u of '%s' is sealed, but %s/%s "
				   "could not be listed",
				   stage->shard, stage->mark, stage->store->dir,
				   name);
	else if (count == stage->shards)
		status = take_over(s, name, &gather, &is_ours);
	if (status || !is_ours)
		goto out;
	/* From here on the stage is a version like any other. */
	ckpt_listing_end(&s->list);
	ckpt_record_drop(stage->head, "shard");
	status = ckpt_seal_begin(s, CKPT_MANIFEST);
	for (i = 0; i < stage->shards && !status; i++)
		status = take_shard(s, i);
out:
	ckpt_fs_close(&gather);
	return status;
}
