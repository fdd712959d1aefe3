/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text.h: a text that grows. */
#ifndef CKPT_TEXT_H
#define CKPT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* All zero: empty.  failed is set, and stays, when memory runs out. */
struct ckpt_text {
	char *data; /* ends with a NUL, which len_bytes doesn't count */
	size_t len_bytes;
	size_t size_bytes;
	bool failed;
};

void ckpt_text_add(struct ckpt_text *text, const char *data, size_t len_bytes);
/* Free what it holds; it is empty afterwards. */
void ckpt_text_free(struct ckpt_text *text);

#endif
