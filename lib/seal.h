/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seal.h: digesting and syncing what was staged, and listing it in a
 * manifest. */
#ifndef CKPT_SEAL_H
#define CKPT_SEAL_H

#include <stdint.h>

#include "lib/ckptstate.h"
#include "lib/manifest.h"

struct ckpt_digest;

/* A stage that is being sealed.  The caller sets stage, err and list.fd (-1),
 * and frees list and digest. */
struct ckpt_sealing {
	struct ckpt_stage *stage;
	struct ckpt_digest *digest;
	struct ckpt_listing list;
	struct ckpt_error *err;
};

/* Digest and sync all that was staged.  CKPT_EINVAL: there is nothing, or what
 * no version may hold. */
enum ckpt_status ckpt_seal_stage(struct ckpt_sealing *s);
/* Begin a list of files, in a manifest of this name. */
enum ckpt_status ckpt_seal_begin(struct ckpt_sealing *s, const char *name);
enum ckpt_status ckpt_seal_add(struct ckpt_sealing *s,
			       const struct ckpt_file *file);
/* Write the rest of the manifest, and sync it and its directory.  May be
 * repeated with another number. */
enum ckpt_status ckpt_seal_manifest(struct ckpt_sealing *s, uint32_t number);

#endif
