/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* copy.c: copying one open file, in the kernel where it can. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/copy.h"
#include "lib/fsutil.h"

#define CHUNK_BYTES (256 << 10)

/* -1: nothing was copied this way. */
static int copy_in_kernel(int from, int to)
{
	bool is_begun = false;
	off64_t at = 0;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	for (;;) {
		ssize_t got = copy_file_range(from, NULL, to, NULL,
					      CKPT_FLUSH_BYTES, 0);

		if (got == 0 && is_begun)
			return 0;
		/* 0 at once: empty, or a file system that lies about it. */
		if (got <= 0 && !is_begun)
			return -1;
		if (got < 0 && errno != EINTR)
			return -2;
		is_begun = true;
		if (got < 0)
			continue;
		/* A commit follows: the disk can begin its work now. */
		sync_file_range(to, at, got, SYNC_FILE_RANGE_WRITE);
		at += got;
	}
}

int ckpt_copy(int from, int to)
{
	char *chunk;
	ssize_t got;
	int rc = copy_in_kernel(from, to);

	if (rc != -1)
		return rc < 0 ? -1 : 0;
	chunk = malloc(CHUNK_BYTES);
	if (!chunk)
		return -1;
	rc = 0;
	while ((got = ckpt_fs_read(from, chunk, CHUNK_BYTES)) > 0) {
		rc = ckpt_fs_write(to, chunk, (size_t)got);
		if (rc < 0)
			break;
	}
	free(chunk);
	return got < 0 ? -1 : rc;
}
