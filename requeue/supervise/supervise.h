/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise.h: the process that Slurm knows as the batch script: it watches
 * over the user's script, asks it to save in time, and ends as it did.
 */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include "requeue/settings/brief.h"

/*
 * Supervise one run; called once, in a process of its own, as the user, with
 * the user's script waiting for a word on BRIEF_REPLY_FD.
 *
 * env  the job's environment, borrowed
 *
 * Returns the wait status with which the process must end.
 */
int supervise_run(const struct brief *brief, char **env);

#endif
