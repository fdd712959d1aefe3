/* SPDX-License-Identifier: GPL-2.0-or-later */
/* environ.h: an environment for a program that the supervisor starts. */
#ifndef ENVIRON_H
#define ENVIRON_H

#include <stddef.h>

/*
 * Merge lists of NAME=VALUE.  Where two have the same name, the first one
 * counts.
 *
 * lists  each ends with NULL, or is NULL; borrowed for as long as the result is
 *        used
 *
 * Returns an array that ends with NULL and that free() frees; NULL without
 * memory.
 */
char **environ_merge(char *const *const *lists, size_t count);

#endif
