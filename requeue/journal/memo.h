/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memo.h: the records by which the end of a run is judged, kept in memory
 * beside the journal.  Settle reads them where the store's disk is full or its
 * storage hangs.
 *
 * The plugin makes the memory in slurmstepd, so that it outlives the
 * supervisor, and hands it to settle without a look into it: the owner's
 * supervisor writes it, and only the owner's settle reads it.  The memo keeps
 * the newest record of each kind.
 *
 * The supervisor is one thread; so these functions are not thread-safe.
 */
#ifndef MEMO_H
#define MEMO_H

#include <stdbool.h>

struct ckpt_record;

/* Let memo_keep() keep records in the memory of brief_memo().  fd is taken.
 * Where it is another descriptor, memo_keep() does nothing. */
void memo_use(int fd);

/* Set the record's time to now and keep it, if its kind matters for settle. One
 * that is too long is not kept. */
void memo_keep(struct ckpt_record *rec);

/* Call each() for every whole record in that memory, in the order in which a
 * run writes them.  Where fd is another descriptor, there is none.  fd stays
 * the caller's. */
void memo_read(int fd, void (*each)(const struct ckpt_record *rec, void *arg),
	       void *arg);

#endif
