/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* version.h: reading one version.  Public: ckpt_verify(). */
#ifndef CKPT_VERSION_H
#define CKPT_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/ckptstate.h"

struct ckpt_manifest;

/* Call each() for the files that a version's manifest lists: the name below
 * the version's directory, and the file, open for reading until each() returns;
 * false ends the walk.  They are not compared with their digests. */
enum ckpt_status ckpt_files(struct ckpt_store *store, uint32_t version,
			    bool (*each)(const char *name, int fd, void *arg),
			    void *arg, struct ckpt_error *err);

/* Is it known that this run committed the version?  Of one whose manifest can't
 * be read that isn't: anyone's mkdir may have made its directory. */
bool ckpt_is_of_run(const struct ckpt_version *version, unsigned run);
/* The newest version of a run in a list of ckpt_list(); NULL: there is none. */
const struct ckpt_version *ckpt_newest_of_run(const struct ckpt_version *list,
					      size_t count, unsigned run);

/* CKPT_NONE: there is no version of this number. */
enum ckpt_status ckpt_need_version(struct ckpt_store *store, uint32_t number,
				   struct ckpt_error *err);
/*
 * Open a version's directory and its manifest, and count its files.
 *
 * dirfd, manifest  open on CKPT_OK, to be closed; else closed
 * version          on failure what could be read; marks are not read
 *
 * CKPT_NONE: there is no such version.
 */
enum ckpt_status ckpt_version_load(struct ckpt_store *store, uint32_t number,
				   int *dirfd, struct ckpt_manifest *manifest,
				   struct ckpt_version *version,
				   struct ckpt_error *err);
/* Fill version from the manifest, but for the number of its files and bytes. */
enum ckpt_status ckpt_version_head(struct ckpt_store *store, uint32_t number,
				   struct ckpt_version *version);
/* As ckpt_verify(), and fill version from the manifest.  is_again: read the
 * files though this handle found the version to be whole before. */
enum ckpt_status ckpt_version_check(struct ckpt_store *store, uint32_t number,
				    bool is_again, struct ckpt_version *version,
				    struct ckpt_error *err);

#endif
