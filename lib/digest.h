/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* digest.h: XXH3 of files and records. */
#ifndef CKPT_DIGEST_H
#define CKPT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CKPT_DIGEST_LENGTH 32 /* hex digits of an XXH3-128 */

/* XXH3-128 of files, one after the other. */
struct ckpt_digest;
/* NULL: out of memory. */
struct ckpt_digest *ckpt_digest_new(void);
void ckpt_digest_free(struct ckpt_digest *digest); /* NULL too */
/*
 * Digest of an open file from its present offset to its end.
 *
 * is_new  it was just written and is synced next: the disk may begin
 * hex     set to the digest
 * bytes   set to the number of bytes read
 *
 * -1: errno
 */
int ckpt_digest_file(struct ckpt_digest *digest, int fd, bool is_new,
		     char hex[CKPT_DIGEST_LENGTH + 1], uint64_t *bytes);

/* XXH3-64 of one small record. */
uint64_t ckpt_digest_small(const void *data, size_t len_bytes);

/* The same of a text that comes in pieces. */
struct ckpt_sum;
/* NULL: out of memory. */
struct ckpt_sum *ckpt_sum_new(void);
void ckpt_sum_free(struct ckpt_sum *sum); /* NULL too */
void ckpt_sum_update(struct ckpt_sum *sum, const void *data, size_t len_bytes);
/* The sum with more at its end, which isn't kept. */
uint64_t ckpt_sum_with(struct ckpt_sum *sum, const void *data,
		       size_t len_bytes);

#endif
