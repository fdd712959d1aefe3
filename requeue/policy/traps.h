/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traps.h: what a shell script does at a signal, read from its text. */
#ifndef TRAPS_H
#define TRAPS_H

#include <stdbool.h>

/*
 * The next trap at or after from that names the signal and does something at
 * it; 0 is EXIT.  A signal that stands in a variable counts as named.  Returns
 * the place behind the word "trap", NULL: there is no more.
 */
const char *traps_next(const char *script, const char *from, int signum);

/* Does the script have such a trap, outside of here-documents? */
bool traps_has(const char *script, int signum);

#endif
