/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check.c: the check at the end of each JSON text of a store. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/check.h"

void ckpt_check_end(char end[CKPT_CHECK_LENGTH + 2], uint64_t sum)
{
	snprintf(end, CKPT_CHECK_LENGTH + 2,
		 CKPT_CHECK_KEY "%016" PRIx64 "\"}\n", sum);
}

size_t ckpt_checked_length(const char *text, size_t len_bytes)
{
	while (len_bytes && text[len_bytes - 1] == '\n')
		len_bytes--;
	if (len_bytes <= CKPT_CHECK_LENGTH)
		return 0;
	len_bytes -= CKPT_CHECK_LENGTH;
	return memcmp(text + len_bytes, CKPT_CHECK_KEY,
		      sizeof(CKPT_CHECK_KEY) - 1)
		       ? 0
		       : len_bytes;
}

bool ckpt_is_check(const char *end, uint64_t sum)
{
	char right[CKPT_CHECK_LENGTH + 2];

	ckpt_check_end(right, sum);
	return !memcmp(end, right, CKPT_CHECK_LENGTH);
}
