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

/* -1: nothing was copied this way, so that another one may be tried; -2: errno
 */
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
		/* 0 at the first call: the file is empty, or the file system
		 * doesn't support the call and doesn't say so. */
		if (got <= 0 && !is_begun)
			return -1;
		if (got < 0 && errno != EINTR)
			return -2;
		is_begun = true;
		if (got < 0)
			continue;
		/* The disk can begin to write now, as a commit follows. */
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
