/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h: what the fuzz targets share: giving made-up texts a check that is
 * right, so that more than the check is tried.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/digest.h"
#include "lib/fact.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/manifest.h"
#include "lib/names.h"
#include "lib/store.h"
#include "lib/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition)                                                        \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,       \
				__LINE__, #condition);                         \
			abort();                                               \
		}                                                              \
	} while (0)

/* An object's text, less its last brace if it has one, with a check that is
 * right; free() it. */
static inline char *fuzz_seal(const char *text, size_t len, size_t *sealed)
{
	char *whole = malloc(len + 64);
	int end;

	must(whole);
	while (len && text[len - 1] == '\n')
		len--;
	if (len && text[len - 1] == '}')
		len--;
	memcpy(whole, text, len);
	end = snprintf(whole + len, 64, ",\"sum\":\"%016llx\"}\n",
		       (unsigned long long)ckpt_digest_small(whole, len));
	*sealed = len + (size_t)end;
	return whole;
}

/* The text of an error must be one line, clean, and not empty. */
static inline void fuzz_check_error(enum ckpt_status status,
				    const struct ckpt_error *err)
{
	size_t len = strnlen(err->text, sizeof(err->text)), i;

	must(status <= CKPT_ENOMEM && *ckpt_status_text(status));
	if (status == CKPT_OK)
		return;
	must(len > 0 && len < sizeof(err->text));
	for (i = 0; i < len; i++)
		must((unsigned char)err->text[i] >= ' ' &&
		     err->text[i] != 0x7f);
}

#endif
