/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * method_begin.h: what a run with --checkpoint-method begins with: the method,
 * whether it can work on this node, and the versions that it may restore.
 */
#ifndef METHOD_BEGIN_H
#define METHOD_BEGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/supervise/begin.h"

/* A method's own files, in a version's directory. */
#define METHOD_SUBDIR	    "method"
/* The version's note with the method's name. */
#define METHOD_NOTE	    "method"
/* For the helper "method": the executable, the store, the numbers of the
 * versions, and for how many seconds a restore is awaited. */
#define METHOD_PATH_ENV	    "SLURM_CHECKPOINT_METHOD_PATH"
#define METHOD_STORE_ENV    "SLURM_CHECKPOINT_METHOD_STORE"
#define METHOD_VERSIONS_ENV "SLURM_CHECKPOINT_METHOD_VERSIONS"
#define METHOD_WAIT_ENV	    "SLURM_CHECKPOINT_METHOD_WAIT"

/* What that helper tells the supervisor when the programs compute. */
struct method_ready {
	pid_t pid;	  /* of the verb that runs them */
	uint32_t version; /* that was restored; 0 none */
};

/*
 * Find the method, probe it, and choose the versions that it may restore.
 *
 * begin  with settings, store and version; begin->method is filled in
 *
 * Returns 0, or SETTLE_METHOD_CODE: nothing is to be started; the reason has
 * been said.  Blocks for half a minute at most.
 */
int method_prepare(struct begin *begin);

#endif
