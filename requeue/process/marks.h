/* SPDX-License-Identifier: GPL-2.0-or-later */
/* marks.h: which language runtime a process runs, from /proc. */
#ifndef MARKS_H
#define MARKS_H

#include "requeue/policy/procs.h"
#include "requeue/policy/runtimes.h"

/* Of an executable so much is searched at most. */
#define MARKS_EXE_MAX_BYTES (64 << 20)

/*
 * The runtime of a process of the caller's user: by its executable's name, by
 * the libraries that it has mapped, and by what is linked into it.
 *
 * dir  a descriptor of /proc/PID
 *
 * RUNTIME_NONE also where nothing can be read.  Blocks on the storage of the
 * executable where no page of it is in memory.  Not thread-safe.
 */
enum runtime marks_runtime(const struct proc *proc, int dir);

#endif
