/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * passed_over.h: has a run been requested to end, with a signal to some of its
 * programs, and is a process none of those?
 */
#ifndef PASSED_OVER_H
#define PASSED_OVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/store.h"

/* Which process asks. */
struct passed_over {
	const pid_t *above; /* its number, and those of the processes above */
	size_t count;
	const char *node;    /* where it runs; NULL: not known, any */
	pid_t signalled_pid; /* a program that got the signal; set on true */
	char signalled[64];  /* its name; likewise */
};

/*
 * True: at a request that ends the newest run a program got the signal, and
 * neither the process nor one above it did.  False also where the journal
 * can't be read.
 */
bool passed_over(struct ckpt_store *store, struct passed_over *who);

#endif
