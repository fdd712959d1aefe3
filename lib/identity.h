/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* identity.h: which job a store belongs to, as its store.json says. */
#ifndef CKPT_IDENTITY_H
#define CKPT_IDENTITY_H

#include <stdint.h>

#include "lib/ckptstate.h"

#define CKPT_NO_TASK UINT32_MAX

/* The job that owns a store; the strings are borrowed. */
struct ckpt_identity {
	const char *cluster;
	uint32_t job;	     /* of an array task: the task's own job id; 0: the
				store is a program's own, outside of any job */
	uint32_t array_job;  /* 0: not an array */
	uint32_t array_task; /* CKPT_NO_TASK: not an array */
	const char *token;   /* random text made at submission */
};

/* The store's identity as recorded; its strings live as long as the store. */
const struct ckpt_identity *ckpt_identity_of(const struct ckpt_store *store);

/* Read store.json into the handle.  CKPT_NONE: there is none, CKPT_NEWER,
 * CKPT_DAMAGED. */
enum ckpt_status ckpt_identity_read(struct ckpt_store *store,
				    struct ckpt_error *err);
/* Create store.json.  CKPT_OK too if another job was quicker: read it next.
 * CKPT_DAMAGED: there are versions or journals, but no store.json,
 * CKPT_EINVAL: there are other things. */
enum ckpt_status ckpt_identity_write(struct ckpt_store *store,
				     const struct ckpt_identity *id,
				     struct ckpt_error *err);
/* CKPT_FOREIGN: the store's token is another one.  id NULL, or without a
 * token: every store is right.  id without a job: every store that is no job's
 * is right. */
enum ckpt_status ckpt_identity_check(const struct ckpt_store *store,
				     const struct ckpt_identity *id,
				     struct ckpt_error *err);

#endif
