/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jobscript.h: the process of the job script, which slurmstepd's child forked
 * for us, and what is left of the job when it has ended.
 */
#ifndef JOBSCRIPT_H
#define JOBSCRIPT_H

#include <stdbool.h>
#include <sys/types.h>

#include "requeue/supervise/context.h"

struct jobscript {
	pid_t pid;
	bool is_gone;
	int wait_status;  /* how it ended, once it is gone */
	bool is_reported; /* the run was told so */
};

/* The script was reaped. */
void jobscript_ended(struct jobscript *script, int wait_status);

/* Pass a signal on that is none of ours; nothing where the script is gone. */
void jobscript_forward(const struct jobscript *script, int signum);

/* Are there living processes of the job, beside the supervisor's own? */
bool jobscript_has_left_others(const struct context *ctx);

#endif
