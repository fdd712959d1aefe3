/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.h: the supervisor's clock.  It starts as the time of day and then
 * counts on by one that cannot be set: if the node's clock is put forward
 * by an hour, the run must not seem to be over.
 *
 * Times are milliseconds since the epoch.  Not thread-safe.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Now.  Times that slurmctld replies with are converted to this clock. */
int64_t clock_now_ms(void);

/* A time of this clock as the time of day, for the journal. */
int64_t clock_on_wall_ms(int64_t at_ms);

#endif
