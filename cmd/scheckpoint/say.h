/* SPDX-License-Identifier: GPL-2.0-or-later */
/* say.h: words for people, clean of control characters. */
#ifndef SAY_H
#define SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store.h"

struct call;

/* Print "scheckpoint: save: ..." on stderr; call may be NULL.  Returns
 * SAYS_ERROR. */
int say_error(const struct call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same for a failure of the library, with what would be right. */
int say_status(const struct call *call, enum ckpt_status status,
	       const struct ckpt_error *err);

/* Print JSON text on stdout.  What a terminal would act on, and what isn't
 * UTF-8, is printed as \uXXXX: the text means the same. */
void say_json(const char *text);
/*
 * Print a text and then the record as JSON; false, and nothing is printed:
 * memory ran out.
 *
 * rec  taken: freed whatever is returned; NULL: memory ran out
 */
bool say_record(struct ckpt_record *rec, const char *before);

/* The functions below fill a buffer of the caller's and return it. */

/* As text_clean(). */
const char *say_clean(char *to, size_t size, const char *from);
#define SAY_BYTES_MAX 32
/* "12 B", "1.5 GiB" */
const char *say_bytes(char text[SAY_BYTES_MAX], uint64_t bytes);

#endif
