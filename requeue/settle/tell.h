/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tell.h: what was done with the job, for its user and the administrator.
 */
#ifndef SETTLE_TELL_H
#define SETTLE_TELL_H

#include "requeue/settle/settling.h"

/* Add a clause to s->done; one that doesn't fit is cut. */
void settle_tell(struct settle *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Write s->done as one line to the job's own output, if that is a plain file
 * of the owner's; to the node's log. */
void settle_write_output(const struct settle *s);
void settle_write_syslog(const struct settle *s);

#endif
