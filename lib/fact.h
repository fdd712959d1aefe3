/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fact.h: small files beside the versions, one checked record each. */
#ifndef CKPT_FACT_H
#define CKPT_FACT_H

#include <stdbool.h>

#include "lib/ckptstate.h"

struct ckpt_record;

/* Replace the file in one step; rec stays the caller's.  is_synced: durable on
 * CKPT_OK. */
enum ckpt_status ckpt_fact_write(struct ckpt_store *store, const char *name,
				 struct ckpt_record *rec, bool is_synced,
				 struct ckpt_error *err);
/* *rec: the caller's on CKPT_OK, else NULL.  CKPT_NONE: there is no such file,
 * CKPT_DAMAGED: its check is wrong. */
enum ckpt_status ckpt_fact_read(struct ckpt_store *store, const char *name,
				struct ckpt_record **rec,
				struct ckpt_error *err);
/* Does the run have a whole fact "what"? */
bool ckpt_has_fact(struct ckpt_store *store, const char *what, unsigned run);

#endif
