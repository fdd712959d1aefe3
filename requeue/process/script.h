/* SPDX-License-Identifier: GPL-2.0-or-later */
/* script.h: the text that a shell runs. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "requeue/policy/procs.h"

/* As much of a script, or of the text after "sh -c", is read. */
#define SCRIPT_BYTES (256 * 1024)

/*
 * The script of a shell, and behind it the files that it reads in (". FILE"),
 * as these may have its traps; up to 8 of them.
 *
 * proc  with its arguments
 * dir	 a descriptor of its /proc/PID
 *
 * Returns the text, which the caller frees; NULL where it can't be read: a
 * pipe or a device is not opened, as that would do something to it.
 */
char *script_read(const struct proc *proc, int dir);

#endif
