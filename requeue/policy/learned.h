/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learned.h: what the earlier runs of a job have shown of its programs.
 *
 * Pure and thread-safe.
 */
#ifndef REQUEUE_LEARNED_H
#define REQUEUE_LEARNED_H

#include <stddef.h>

#include "requeue/policy/run_record.h"

#define LEARNED_MAX 512

/* Names with commas between them, for choose.h; "": none. */
struct learned {
	/* They were signalled in a run, ended by themselves, and nothing was
	 * saved: they are not signalled again, so that they compute to their
	 * limit.  A version that a later run saves clears this. */
	char deaf[LEARNED_MAX];
	/* They were signalled, and a state was saved. */
	char savers[LEARNED_MAX];
	/* Of the files that the newest run with any wrote after its request; 0
	 * unknown. */
	uint64_t digest;
};

/*
 * runs       oldest first; may be none
 * exit_code  --checkpoint-exit: a run that ended with it counts as saved; 0
 *            none
 */
struct learned learned_from(const struct run_record *runs, size_t count,
			    int exit_code);

#endif
