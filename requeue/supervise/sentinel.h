/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sentinel.h: the preemption notice.  When a preemption with a grace begins,
 * Slurm sends SIGTERM to srun steps and nothing to the batch script.  The
 * sentinel is a step of ours with one task, the helper notice, which waits for
 * this SIGTERM and passes it on to the supervisor in the same second.
 */
#ifndef SENTINEL_H
#define SENTINEL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "requeue/supervise/context.h"

/* The task's word is a SIGURG with this value.  A process that takes the
 * supervisor's pid later ignores SIGURG, as all do by default. */
#define SENTINEL_VALUE 0x636b70 /* "ckp" */

static inline bool sentinel_is_notice(const siginfo_t *info)
{
	return info->si_signo == SIGURG && info->si_code == SI_QUEUE &&
	       info->si_value.sival_int == SENTINEL_VALUE;
}

/* All zeros: never started. */
struct sentinel {
	int64_t started_ms;
	unsigned short_lived; /* in a row that ended early */
};

/*
 * Start the step where Slurm gives such a notice, the run computes, and no
 * sentinel runs yet.
 *
 * Returns 0, or the time in ms after which slurmctld is to be queried for a
 * preemption, again and again, because such steps end early here.
 */
int64_t sentinel_start(struct sentinel *sentinel, struct context *ctx);

/* Its srun has ended, which is a notice too: posts RUN_EV_PREEMPT_NOTICE. */
void sentinel_ended(struct sentinel *sentinel, struct context *ctx);

#endif
