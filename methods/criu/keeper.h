/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keeper.h: the process that has the job script as its child from the beginning
 * to the end, the first one in the job's namespaces where there are some.  Its
 * name is "root PID", by which the other verbs find the script.
 */
#ifndef CRIU_KEEPER_H
#define CRIU_KEEPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "methods/criu/state.h"

struct keeper_order {
	bool is_inside;		   /* make namespaces */
	const char *program;	   /* criu's path */
	char **script;		   /* the job script and its arguments */
	const struct state *state; /* to restore; NULL: start the script */
	const char *dir;	   /* of that state */
};

/*
 * Start the script or restore it, say "ready", live until it ends, and end as
 * it did.
 *
 * Returns an exit code only where nothing was started; the reason has been
 * said.
 */
int keeper_run(const struct keeper_order *order);

/* Find the keeper, given the process that the supervisor knows, and the id of
 * the script in its own namespace; 0: there is none. */
pid_t keeper_find(pid_t known, pid_t *root);

#endif
