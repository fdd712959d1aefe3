/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request.h: requests to a run, and its end.  Public: ckpt_requested(),
 * ckpt_time_left(). */
#ifndef CKPT_REQUEST_H
#define CKPT_REQUEST_H

#include <stdbool.h>

#include "lib/ckptstate.h"

#define CKPT_REQUEST_MAX 16 /* bytes of a word, with its NUL */

/*
 * Leave a request of the job's owner for the run's supervisor, which reads it
 * when it is woken: one word ("now", "requeue").  It replaces a request that
 * wasn't taken yet.
 */
enum ckpt_status ckpt_request(struct ckpt_store *store, unsigned run,
			      const char *word, struct ckpt_error *err);
/* Take the request; for the run's supervisor only.  True at most once for each;
 * word has room for CKPT_REQUEST_MAX bytes. */
bool ckpt_take_request(struct ckpt_store *store, unsigned run, char *word);

/* Did a program of this run learn from ckpt_requested() that it shall save?  It
 * then counts as a program that catches the signal. */
bool ckpt_has_poller(struct ckpt_store *store, unsigned run);

#endif
