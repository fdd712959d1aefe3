/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memo.h: the records by which the end of a run is judged, kept in memory
 * beside the journal, for a settle that can't read them in the store: on a
 * full disk, or on storage that hangs.
 *
 * The plugin makes the memory in slurmstepd, so that it outlives the
 * supervisor, and hands it on without looking into it: what it holds is the
 * owner's, and is read as the owner only.  Of each kind of record it keeps the
 * newest.
 */
#ifndef MEMO_H
#define MEMO_H

#include <stdbool.h>

struct ckpt_record;

/* From now on memo_keep() keeps records there.  Takes the descriptor.  Where it
 * isn't one of brief_memo(), nothing is kept. */
void memo_use(int fd);

/* Stamp and keep a record that matters; others are passed over. */
void memo_keep(struct ckpt_record *rec);

/* Call each() for every whole record that is kept there, in the order in
 * which a run makes them; none where it isn't such a descriptor. */
void memo_read(int fd, void (*each)(const struct ckpt_record *rec, void *arg),
	       void *arg);

#endif
