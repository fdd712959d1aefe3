/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storage.h: what the supervisor reads of the store during a run, each in a
 * child and with a bound on its time.
 */
#ifndef STORAGE_H
#define STORAGE_H

#include <stdbool.h>

#include "lib/store.h"
#include "requeue/policy/run_record.h"
#include "requeue/supervise/context.h"

/* ckpt_take_request(); false as well where storage doesn't reply in time. */
bool storage_take_request(struct context *ctx, char *word);

/* ckpt_has_poller(); the same. */
bool storage_has_poller(struct context *ctx);

/* This run's newest version; false: it has none, or that isn't known. */
bool storage_newest(struct context *ctx, struct ckpt_version *newest);

/* history_count(); *run is as it was where storage doesn't reply in time. */
void storage_count(struct context *ctx, struct run_record *run);

#endif
