/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * turn.c: numbers for the saves of a shard, for processes that save their
 * shards again and again and have no number of their own for it.
 *
 * A file for each shard counts its saves, so processes that save equally often
 * get the same numbers without talking to each other.  After a failed save it
 * is unknown whether its process repeats it or goes on; then counting ends, as
 * a version that mixes two moments is worse than none.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/digest.h"
#include "lib/fact.h"
#include "lib/fence.h"
#include "lib/handle.h"
#include "lib/kinds.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/status.h"
#include "lib/turn.h"

static void turn_name(const struct ckpt_store *store, const char *group,
		      uint32_t index, uint32_t count,
		      char name[CKPT_ENTRY_NAME])
{
	ckpt_turns_name(name, store->run);
	snprintf(name + strlen(name), CKPT_ENTRY_NAME - strlen(name),
		 "/%016llx-%u-%u.json",
		 (unsigned long long)ckpt_digest_small(group, strlen(group)),
		 count, index);
}

static enum ckpt_status write_turn(struct ckpt_store *store, const char *name,
				   uint32_t turn, bool is_over,
				   struct ckpt_error *err)
{
	const struct ckpt_turn said = {.turn = turn, .is_over = is_over};
	struct ckpt_record *rec =
		ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_TURN], &said);
	enum ckpt_status status;

	/* No sync: after a crash of the node the run's count isn't needed. */
	status = ckpt_fact_write(store, name, rec, false, err);
	ckpt_record_free(rec);
	return status;
}

/* Read the number of the last save; 0: there was none. */
static enum ckpt_status read_turn(struct ckpt_store *store, const char *name,
				  uint32_t index, uint32_t *turn,
				  struct ckpt_error *err)
{
	struct ckpt_record *rec = NULL;
	enum ckpt_status status = ckpt_fact_read(store, name, &rec, err);
	struct ckpt_turn last;

	ckpt_kind_decode(&ckpt_kinds[CKPT_KIND_TURN], rec, &last);
	*turn = 0;
	if (status == CKPT_NONE)
		return CKPT_OK;
	if (!status && !last.turn)
		status = ckpt_fail(err, CKPT_DAMAGED, 0, "%s/%s is damaged",
				   store->dir, name);
	else if (!status && !last.is_over)
		status = ckpt_fail(err, CKPT_EINVAL, 0,
				   "save %lld of shard %u failed, and counting "
				   "no longer tells which saves belong "
				   "together",
				   (long long)last.turn, index);
	if (!status)
		*turn = (uint32_t)last.turn;
	ckpt_record_free(rec);
	return status;
}

enum ckpt_status ckpt_turn_begin(struct ckpt_store *store, const char *group,
				 uint32_t index, uint32_t count, uint32_t *turn,
				 struct ckpt_error *err)
{
	char dir[CKPT_ENTRY_NAME], name[CKPT_ENTRY_NAME];
	enum ckpt_status status = ckpt_begin_change(store, err);
	uint32_t last;

	if (status)
		return status;
	ckpt_turns_name(dir, store->run);
	turn_name(store, group, index, count, name);
	if (mkdirat(store->fd, dir, 0700) < 0 && errno != EEXIST)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be created", store->dir, dir);
	status = read_turn(store, name, index, &last, err);
	if (!status)
		status = write_turn(store, name, last + 1, false, err);
	if (!status)
		*turn = last + 1;
	return status;
}

enum ckpt_status ckpt_turn_end(struct ckpt_store *store, const char *group,
			       uint32_t index, uint32_t count, uint32_t turn,
			       struct ckpt_error *err)
{
	char name[CKPT_ENTRY_NAME];

	turn_name(store, group, index, count, name);
	return write_turn(store, name, turn, true, err);
}
