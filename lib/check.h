/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check.h: the check at the end of each JSON text of a store:
 * ,"sum":"0123456789abcdef"} and a newline.
 */
#ifndef CKPT_CHECK_H
#define CKPT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CKPT_CHECK_KEY	  ",\"sum\":\""
#define CKPT_CHECK_LENGTH (sizeof(CKPT_CHECK_KEY) - 1 + 16 + 2)

/* Write the check and its newline. */
void ckpt_check_end(char end[CKPT_CHECK_LENGTH + 2], uint64_t sum);
/* Offset in text of the check that ends it; 0: it has none. */
size_t ckpt_checked_length(const char *text, size_t len_bytes);
/* Is what stands at end the check with this sum? */
bool ckpt_is_check(const char *end, uint64_t sum);

#endif
