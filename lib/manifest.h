/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * manifest.h: writing and reading a version's manifest.  Functions return -1
 * and set errno when they fail; EBADMSG: the manifest is damaged.
 */
#ifndef CKPT_MANIFEST_H
#define CKPT_MANIFEST_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/check.h"
#include "lib/text.h"

struct ckpt_record;
struct ckpt_sum;

struct ckpt_file {
	const char *name; /* below the version's directory */
	uint64_t bytes;
	const char *digest;
};

/* Of name, size and digest.  The sum of these over all files of a version, in
 * any order, tells whether two versions hold the same. */
uint64_t ckpt_file_sum(const struct ckpt_file *file);

/* A manifest that is being written: the list of files comes first. */
struct ckpt_listing {
	int dirfd; /* borrowed, and so is the name */
	const char *name;
	int fd;
	uint64_t end; /* bytes of the list in the file */
	uint32_t files;
	uint64_t content;	  /* sum of ckpt_file_sum() of all files */
	struct ckpt_sum *sum;	  /* of these bytes */
	struct ckpt_text pending; /* to be written next */
};

/* Create the file; ckpt_listing_end() once this returned 0.  EEXIST: there is
 * one. */
int ckpt_listing_begin(struct ckpt_listing *list, int dirfd, const char *name);
/* EFBIG, of seal too: the manifest would be longer than CKPT_MANIFEST_MAX. */
int ckpt_listing_add(struct ckpt_listing *list, const struct ckpt_file *file);
/* Write the other members and the check, and sync.  May be called again with
 * another head, which replaces the first. */
int ckpt_listing_seal(struct ckpt_listing *list,
		      const struct ckpt_record *head);
/* Free what it holds; the file stays. */
void ckpt_listing_end(struct ckpt_listing *list);

/* A manifest that is being read. */
struct ckpt_manifest {
	int fd;
	struct ckpt_record *head; /* its members but the list of files */
	uint64_t files_at, files_end, at;
	struct ckpt_record *entry;  /* the file that was read last */
	struct ckpt_window *window; /* the piece of the text in memory */
	char end[CKPT_CHECK_LENGTH];
};
#define CKPT_NO_MANIFEST ((struct ckpt_manifest){.fd = -1})

/* Open and check it, and read its head.  errno as ckpt_fs_open_file(); EFBIG:
 * it is longer than CKPT_MANIFEST_MAX. */
int ckpt_manifest_open(struct ckpt_manifest *manifest, int dirfd,
		       const char *name, uid_t owner);
/* Free what it holds, of CKPT_NO_MANIFEST too; errno is kept. */
void ckpt_manifest_close(struct ckpt_manifest *manifest);
/* The next file is the first again. */
void ckpt_manifest_rewind(struct ckpt_manifest *manifest);
/* 1: *file is filled, and valid until the next call; 0: the end. */
int ckpt_manifest_next(struct ckpt_manifest *manifest, struct ckpt_file *file);

#endif
