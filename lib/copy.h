/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* copy.h: copying one open file. */
#ifndef CKPT_COPY_H
#define CKPT_COPY_H

/* Copy a file's bytes from the present offsets on: shared blocks where the file
 * system can.  -1: errno */
int ckpt_copy(int from, int to);

#endif
