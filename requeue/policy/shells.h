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

/* Is it a shell, by its executable or, where that can't be read or is
 * busybox, by the name it was called with?  comm is the kernel's name. */
bool shells_is_shell(const char *exe, const char *argv0, const char *comm);

/* Index of the script's path in argv, or of its text when *is_text is set
 * (sh -c TEXT); 0 if it reads its standard input. */
size_t shells_script_arg(size_t argc, char *const *argv, bool *is_text);

/*
 * The next file that the script reads in (". FILE", "source FILE") from `from`
 * on, which lies in it; a path with something to be expanded is passed over.
 * Returns where to go on, or NULL: there is no more.
 */
const char *shells_sourced(const char *script, const char *from, char *path,
			   size_t size);

/* Does the script name the signal in a trap that does something?  Commands
 * are found by what stands before them on their line; a signal that stands
 * in a variable counts as named. */
bool shells_traps(const char *script, int signum);

/* Does the script, in a trap for the signal or after a wait that the trap has
 * cut short, kill what it waits for?  Then the trap runs at once, and passes
 * on what it gets.  To ask whether one lives (kill -0), or to end a helper that
 * it doesn't wait for, is none of that. */
bool shells_passes_on(const char *script, int signum);

#endif
