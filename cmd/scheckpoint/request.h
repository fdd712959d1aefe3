/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request.h: request a running job to save. */
#ifndef REQUEST_H
#define REQUEST_H

#include "lib/store.h"

struct call;

int command_now(struct call *call);
int command_requeue(struct call *call);

/* Let the run under way, if there is one, read its settings again.  Returns
 * SAYS_YES, SAYS_NO where there is none, or SAYS_ERROR after saying why. */
int request_set(const struct call *call, struct ckpt_store *store);

/* Request this run to save and to be requeued, without a look at the job and
 * without a word where all is well.  Returns SAYS_YES, or SAYS_ERROR after
 * saying why. */
int request_run(const struct call *call, struct ckpt_store *store,
		unsigned run);

#endif
