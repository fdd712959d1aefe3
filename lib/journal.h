/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* journal.h: one file a run, one checked record a line. */
#ifndef CKPT_JOURNAL_H
#define CKPT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ckptstate.h"

struct ckpt_record;

/*
 * Append rec with the present time and sync; rec stays the caller's.
 *
 * CKPT_EINVAL  the store is open for reading only
 * CKPT_NONE    the run has no journal
 * CKPT_LIMIT   the record is longer than CKPT_RECORD_MAX
 * CKPT_UNSURE  written, but not synced
 * CKPT_EIO     a part of the line may be written: readers skip it
 * CKPT_ENOMEM
 */
enum ckpt_status ckpt_journal_append(struct ckpt_store *store, unsigned run,
				     struct ckpt_record *rec,
				     struct ckpt_error *err);
/* Call each() for every whole record of a run, oldest first; a damaged line is
 * skipped.  rec lives until each() returns; false ends the walk.  CKPT_NONE: no
 * journal, CKPT_LIMIT: it is longer than CKPT_JOURNAL_MAX. */
enum ckpt_status ckpt_journal_read(struct ckpt_store *store, unsigned run,
				   bool (*each)(const struct ckpt_record *rec,
						void *arg),
				   void *arg, struct ckpt_error *err);
/* Number of the newest run that has a journal; -1: none, -2: the store can't be
 * listed. */
int ckpt_journal_newest(struct ckpt_store *store);
/* Bytes of a run's journal, 0 where it has none. */
uint64_t ckpt_journal_size(const struct ckpt_store *store, unsigned run);

/* Take the store over: create the run's journal and its first record.  Called
 * again for the same run it finishes what was cut short. */
enum ckpt_status ckpt_journal_begin(struct ckpt_store *store, unsigned run,
				    struct ckpt_error *err);
/* Take the store over for a run that no other handle has, the first from
 * store->run on, which it sets.  CKPT_STALE: a later one began meanwhile,
 * CKPT_LIMIT: there are no more numbers. */
enum ckpt_status ckpt_journal_begin_new(struct ckpt_store *store,
					struct ckpt_error *err);
/* Newest version that existed when the run began; UINT32_MAX: unknown. */
uint32_t ckpt_journal_base(struct ckpt_store *store, unsigned run);

#endif
