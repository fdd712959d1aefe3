/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text.c: a text that grows. */
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

void ckpt_text_add(struct ckpt_text *text, const char *data, size_t len_bytes)
{
	size_t need = text->len_bytes + len_bytes + 1;

	if (text->failed)
		return;
	if (need > text->size_bytes) {
		size_t size = need + need / 2;
		char *grown = realloc(text->data, size);

		if (!grown) {
			text->failed = true;
			return;
		}
		text->data = grown;
		text->size_bytes = size;
	}
	memcpy(text->data + text->len_bytes, data, len_bytes);
	text->len_bytes += len_bytes;
	text->data[text->len_bytes] = '\0';
}

void ckpt_text_free(struct ckpt_text *text)
{
	free(text->data);
	memset(text, 0, sizeof(*text));
}
