/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise.h: the process that Slurm takes for the batch script.  It watches
 * over the user's script, requests it to save in time, and ends as it did.
 */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include "requeue/settings/brief.h"

/*
 * Supervise one run.  Called once, as the user, in a process of its own that
 * has all signals blocked and is a child subreaper.  The process of the user's
 * script waits for a word on BRIEF_REPLY_FD.
 *
 * env  the job's environment, borrowed
 *
 * Returns the wait status with which the process must end.
 */
int supervise_run(const struct brief *brief, char **env);

#endif
