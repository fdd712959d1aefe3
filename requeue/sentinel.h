/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sentinel.h: a job step that does nothing but end at a preemption.
 *
 * When a preemption with a grace begins, Slurm sends TERM to srun steps and
 * tells the batch script nothing.  A step of one task that takes no memory
 * and shares its CPU is therefore the notice, in the very second.  Only where
 * partition or QOS may preempt with a grace, and the site has not chosen
 * send_user_signal, which tells the batch script.
 */
#ifndef SENTINEL_H
#define SENTINEL_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Start srun for it.  Its output reaches nobody, and it has an environment of
 * its own.  Returns the pid of srun, which ends when the step does, or -1.
 */
pid_t sentinel_start(uint32_t job_id, const char *node);

/* End the step, so that the job need not wait for it; returns when srun has
 * ended or after SENTINEL_STOP_MS. */
#define SENTINEL_STOP_MS 2000
void sentinel_stop(pid_t pid);

#endif
