/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * workers.h: processes that work for their parent, and save nothing by
 * themselves although they may catch the signal.
 *
 * A parallel program forks workers, or starts an interpreter once more as a
 * worker.  Each may have a handler of a library's, as PyTorch's data loader
 * installs one in C; a signal to a worker ends it, and then its parent fails.
 *
 * Pure and thread-safe.
 */
#ifndef REQUEUE_WORKERS_H
#define REQUEUE_WORKERS_H

#include <stdbool.h>

#include "requeue/policy/procs.h"

/*
 * Is it a worker of its parent?  True for a fork without an exec in between
 * (the same executable and command line), and for the workers of known
 * libraries: Python's multiprocessing, PyTorch's data loader, joblib, R's
 * parallel, MATLAB.
 *
 * parent  NULL: it stands below none of the job's programs
 */
bool workers_is_worker(const struct proc *proc, const struct proc *parent);

#endif
