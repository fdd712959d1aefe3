/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launchers.h: programs that start other programs, and kill them when
 * signalled.
 */
#ifndef REQUEUE_LAUNCHERS_H
#define REQUEUE_LAUNCHERS_H

#include "requeue/policy/procs.h"

enum launcher_kind {
	LAUNCHER_NONE,
	LAUNCHER_PLAIN,	 /* ends with its programs, or kills them */
	LAUNCHER_FEEDER, /* starts the next program when one ends */
	LAUNCHER_SRUN,	 /* its programs run elsewhere */
};

/*
 * What kind of launcher a process is, by its executable, by the name it goes
 * by and, for an interpreter, by the script or module it runs.
 *
 * extra  more names, comma-separated; may be NULL
 */
enum launcher_kind launchers_kind(const struct proc *proc, const char *extra);

/* The script or module that an interpreter runs; NULL if it runs none, or isn't
 * an interpreter. */
const char *launchers_interpreted(const struct proc *proc);

#endif
