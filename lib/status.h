/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* status.h: filling a struct ckpt_error. */
#ifndef CKPT_STATUS_H
#define CKPT_STATUS_H

#include <stddef.h>

#include "lib/ckptstate.h"

/* Fill err (may be NULL) and return status.  errnum 0: no system call failed;
 * else its text is added. */
enum ckpt_status ckpt_fail(struct ckpt_error *err, enum ckpt_status status,
			   int errnum, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same for a failed allocation: returns CKPT_ENOMEM. */
enum ckpt_status ckpt_no_memory(struct ckpt_error *err);

/* Copy what fits, as one line without control characters. */
void ckpt_copy_text(char *to, size_t size, const char *text);

#endif
