/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.h: CRIU's own program. */
#ifndef CRIU_PROGRAM_H
#define CRIU_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRAM_WHY_MAX 256

/* Find it, and check its version; false: *why says what is missing. */
bool program_find(char *path, size_t size, char version[32],
		  char why[PROGRAM_WHY_MAX]);

/* Has its file the capability to restore processes? */
bool program_is_capable(const char *path);

/* Remove a directory with the files in it. */
void program_clean(const char *dir);

/*
 * Run it to its end.
 *
 * argv      ends with NULL; argv[0] is its path
 * is_inside it is to run in the job's namespaces, where this process is or
 * which it has joined, with one capability why       what it says on failure;
 * the first error that it names
 */
bool program_run(const char *const *argv, bool is_inside,
		 char why[PROGRAM_WHY_MAX]);

#endif
