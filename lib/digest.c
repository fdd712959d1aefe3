/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * digest.c: XXH3 over files and records; the only file that includes xxhash.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <xxhash.h>
#ifdef HAVE_XXH_DISPATCH
#include <xxh_x86dispatch.h> /* redirects to the processor's own variants */
#endif

#include "lib/digest.h"
#include "lib/fsutil.h"

/* Small enough to stay in a core's own cache between read() and hashing. */
#define CHUNK_BYTES (256 << 10)
/* Unaligned copying and hashing take an eighth longer. */
#define CHUNK_ALIGN 4096

struct ckpt_digest {
	XXH3_state_t *state;
	char *chunk;
};

struct ckpt_digest *ckpt_digest_new(void)
{
	struct ckpt_digest *digest = calloc(1, sizeof(*digest));

	if (!digest)
		return NULL;
	digest->state = XXH3_createState();
	digest->chunk = aligned_alloc(CHUNK_ALIGN, CHUNK_BYTES);
	if (digest->state && digest->chunk)
		return digest;
	ckpt_digest_free(digest);
	return NULL;
}

void ckpt_digest_free(struct ckpt_digest *digest)
{
	if (!digest)
		return;
	XXH3_freeState(digest->state);
	free(digest->chunk);
	free(digest);
}

static void reset(struct ckpt_digest *digest)
{
	XXH3_128bits_reset(digest->state);
}

static void update(struct ckpt_digest *digest, const void *data,
		   size_t len_bytes)
{
	XXH3_128bits_update(digest->state, data, len_bytes);
}

static void write_hex(const struct ckpt_digest *digest,
		      char hex[CKPT_DIGEST_LENGTH + 1])
{
	XXH128_hash_t hash = XXH3_128bits_digest(digest->state);

	snprintf(hex, CKPT_DIGEST_LENGTH + 1, "%016" PRIx64 "%016" PRIx64,
		 (uint64_t)hash.high64, (uint64_t)hash.low64);
}

int ckpt_digest_file(struct ckpt_digest *digest, int fd, bool is_new,
		     char hex[CKPT_DIGEST_LENGTH + 1], uint64_t *bytes)
{
	uint64_t begun = 0;
	ssize_t got;

	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	reset(digest);
	*bytes = 0;
	while ((got = ckpt_fs_read(fd, digest->chunk, CHUNK_BYTES)) > 0) {
		update(digest, digest->chunk, (size_t)got);
		*bytes += (uint64_t)got;
		/* The disk writes one piece while the next one is read.  The
		 * pieces are small, because this call waits when too much is
		 * queued.  The sync that follows writes what is left. */
		if (is_new && (size_t)got == CHUNK_BYTES && *bytes > begun) {
			sync_file_range(fd, (off64_t)begun, CKPT_FLUSH_BYTES,
					SYNC_FILE_RANGE_WRITE);
			begun += CKPT_FLUSH_BYTES;
		}
	}
	write_hex(digest, hex);
	return got < 0 ? -1 : 0;
}

uint64_t ckpt_digest_small(const void *data, size_t len_bytes)
{
	return XXH3_64bits(data, len_bytes);
}

/* -------------------------------------------------- checks of long texts */

struct ckpt_sum {
	XXH3_state_t *state;
	XXH3_state_t *more; /* a copy, for ckpt_sum_with() */
};

struct ckpt_sum *ckpt_sum_new(void)
{
	struct ckpt_sum *sum = calloc(1, sizeof(*sum));

	if (!sum)
		return NULL;
	sum->state = XXH3_createState();
	sum->more = XXH3_createState();
	if (sum->state && sum->more) {
		XXH3_64bits_reset(sum->state);
		return sum;
	}
	ckpt_sum_free(sum);
	return NULL;
}

void ckpt_sum_free(struct ckpt_sum *sum)
{
	if (!sum)
		return;
	XXH3_freeState(sum->state);
	XXH3_freeState(sum->more);
	free(sum);
}

void ckpt_sum_update(struct ckpt_sum *sum, const void *data, size_t len_bytes)
{
	XXH3_64bits_update(sum->state, data, len_bytes);
}

uint64_t ckpt_sum_with(struct ckpt_sum *sum, const void *data, size_t len_bytes)
{
	XXH3_copyState(sum->more, sum->state);
	XXH3_64bits_update(sum->more, data, len_bytes);
	return XXH3_64bits_digest(sum->more);
}
