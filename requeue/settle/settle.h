/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle.h: decide what becomes of the job when a run has ended, and do it.
 */
#ifndef SETTLE_H
#define SETTLE_H

#include <stdbool.h>

#include "requeue/settings/brief.h"

/* Exit code of a supervisor that could not use the store: nothing ran. */
#define SETTLE_STORE_CODE  74 /* EX_IOERR */
/* The same, because the store that earlier runs had is gone. */
#define SETTLE_GONE_CODE   72 /* EX_OSFILE */
/* The same, because --checkpoint-from names a store without a version. */
#define SETTLE_FROM_CODE   66 /* EX_NOINPUT */
/* The same, because the method of --checkpoint-method can't start it. */
#define SETTLE_METHOD_CODE 69 /* EX_UNAVAILABLE */

/*
 * Settle a run, as the job's owner.
 *
 * It may be called again, also after an interruption at any point: the job is
 * requeued only while slurmctld's restart count is the run's number, and limit
 * and begin time are set only while it is one more and the job is pending.  The
 * plan is recorded before settle acts, and a second call takes it from there.
 *
 * brief borrowed
 * beat  called now and then as long as settle has a reason to go on, with
 *       true where slurmctld doesn't reply; may be NULL.  It is also called
 *       from a thread of its own.
 *
 * Returns 0 when the run is settled (which may be: nothing to do); -1 where
 * slurmctld could not be reached within the bound, or memory ran out.
 */
int settle_run(const struct brief *brief, void (*beat)(bool is_waiting));

#endif
