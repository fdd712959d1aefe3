/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle.h: decide what becomes of the job when a run has ended, and carry
 * it out; run as the job's owner.
 */
#ifndef SETTLE_H
#define SETTLE_H

#include <stdbool.h>

#include "requeue/settings/brief.h"

/* Exit code of a supervisor that could not use the store: nothing ran. */
#define SETTLE_STORE_CODE 74 /* EX_IOERR */
/* The same, as the store that earlier runs had is no more. */
#define SETTLE_GONE_CODE  72 /* EX_OSFILE */
/* The same, as there is nothing in the store that it was to begin from. */
#define SETTLE_FROM_CODE  66 /* EX_NOINPUT */

/*
 * Settle a run.
 *
 * Idempotent by slurmctld's restart count: it requeues only while that is the
 * run's number, and touches limit and begin time only while it is one more
 * and the job is pending.  The plan is recorded before it acts and taken from
 * there by a second call, as is right after an interruption at any point.
 *
 * beat  called now and then as long as there is a reason to go on, with
 *       true when slurmctld doesn't answer; may be NULL
 *
 * Returns 0 when the run is settled (which may be: nothing to do), -1 when it
 * was given up because slurmctld could not be reached within the bound.
 */
int settle_run(const struct brief *brief, void (*beat)(bool is_waiting));

#endif
