/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.h: what the terminal of standard output can do. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

/* Columns of the terminal; 0: it is none.  COLUMNS overrides it, also where the
 * output is no terminal. */
int terminal_width(void);
/* May colours be printed?  Only on a terminal, and not where NO_COLOR is set.
 */
bool terminal_has_colour(void);
/* Is the locale's encoding UTF-8? */
bool terminal_has_utf8(void);
/* Clear the terminal before it is printed again; nothing where it is none. */
void terminal_clear(void);

#endif
