/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rehearse.h: submit a job, request it twice, and see what it does. */
#ifndef REHEARSE_H
#define REHEARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/policy/checks.h"

struct call;

struct rehearse_order {
	/* Arguments of sbatch before ours and after them: options, and then the
	 * script with its arguments, or nothing after --wrap.  NULL at the
	 * end. */
	char *const *options;
	char *const *script;
	const char *dir;  /* where its store and output are made; absolute */
	int64_t after_s;  /* that each run computes before it is requested */
	int64_t wait_s;	  /* for each start */
	bool takes_files; /* it has --checkpoint-files */
	bool is_silent;	  /* no word of what goes on */
};

/*
 * Submit the job, wait for two runs of it and request each, cancel it, and
 * judge what it did.  A signal that ends this command cancels the job before.
 *
 * checks  gets what was seen
 *
 * Returns SAYS_YES, or SAYS_ERROR after saying why nothing was seen.  The store
 * and the output are removed where all was well, else they are named on stderr.
 */
int rehearse(const struct call *call, const struct rehearse_order *order,
	     struct checks *checks);

#endif
