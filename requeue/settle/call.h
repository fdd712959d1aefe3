/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * call.h: calls to slurmctld, repeated while it is away, and the sign of life
 * that settle gives its parent.
 */
#ifndef SETTLE_CALL_H
#define SETTLE_CALL_H

#include "requeue/settle/settling.h"

/* Show the parent that settle lives, and whether slurmctld doesn't reply. */
void settle_beat(const struct settle *s, bool is_waiting);

/* From now on a thread shows it during calls.  beat: NULL: nothing is shown.
 * Once in a process. */
void settle_start_pulse(void (*beat)(bool is_waiting));

/*
 * Repeat a call while slurmctld is away.  While the job waits with settle there
 * is no bound; once Slurm has begun to end the job, it is 20 s in all.
 *
 * text  CTL_TEXT_MAX bytes for slurmctld's words, as in ctl.h
 *
 * Returns what the last call returned; CTL_AWAY: the bound has passed.
 */
enum ctl_result settle_persist(struct settle *s,
			       enum ctl_result (*call)(struct settle *s,
						       char *text),
			       char *text);

/* Load s->job, and slurmctld's clock, in the same way. */
enum ctl_result settle_load(struct settle *s, char *text);

/* Is the job, as it was loaded last, in the queue for the run after this
 * one? */
bool settle_is_next(const struct settle *s);

#endif
