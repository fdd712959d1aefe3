/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shells.h: which programs are shells, and where their script stands.
 */
#ifndef REQUEUE_SHELLS_H
#define REQUEUE_SHELLS_H

#include <stdbool.h>
#include <stddef.h>

/* The part after the last slash. */
const char *shells_base(const char *path);

/* Is a process a shell, by its executable or, where that can't be read or is
 * busybox, by the name it was called with?  comm is the kernel's name. */
bool shells_is_shell(const char *exe, const char *argv0, const char *comm);

/* Index of the script's path in a shell's argv, or of its text where *is_text
 * is set (sh -c TEXT); 0 where the shell reads its standard input. */
size_t shells_script_arg(size_t argc, char *const *argv, bool *is_text);

/*
 * The next file that the script reads in (". FILE", "source FILE") at or after
 * from, which lies in the script; a path with something to be expanded is
 * passed over.  Returns where to go on, or NULL: there is no more.
 */
const char *shells_sourced(const char *script, const char *from, char *path,
			   size_t size);

#endif
