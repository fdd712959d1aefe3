/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse.h: numbers, and options that several commands take. */
#ifndef PARSE_H
#define PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store.h"

struct call;

/* Parse a number from 0 to 1; false: it isn't one. */
bool parse_fraction(const char *text, double *value);
/* Parse a decimal number from 0 to most, without sign or space. */
bool parse_number(const char *text, uint32_t most, uint32_t *value);

/* Parse --schema=NAME/N, if it was given, and apply it to the store.  Returns
 * SAYS_YES, or SAYS_ERROR after saying why. */
int parse_schema(const struct call *call, struct ckpt_store *store);
/* Parse an operand that is a version's number.  Returns likewise. */
int parse_version(const struct call *call, const char *text, uint32_t *number);

#endif
