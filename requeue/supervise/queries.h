/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queries.h: the supervisor's queries for the job, one at a time, and what
 * the replies are good for: an event for the run, records for the journal.
 */
#ifndef QUERIES_H
#define QUERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/slurm/client.h"
#include "requeue/supervise/context.h"

/* All zeros: none is under way, and none was. */
struct queries {
	struct client_query query;
	bool has_reply; /* the first reply was recorded */
};

/*
 * Query slurmctld for the job.  One that is under way is given up: its reply
 * may be older than what the query is for.
 *
 * with_reach  also whether Slurm's SIGTERM reaches every process
 *
 * Posts RUN_EV_NO_REPLY where the child can't be started.
 */
void queries_start(struct queries *queries, struct context *ctx,
		   bool with_reach);

/* Kill the child whose time is over; its end then is "no reply". */
void queries_kill_late(const struct queries *queries);

/* How long the loop may sleep before the next queries_kill_late(); -1: no
 * query is under way. */
int64_t queries_wait_ms(const struct queries *queries);

/* The child has ended: record and post its reply, or RUN_EV_NO_REPLY. */
void queries_ended(struct queries *queries, struct context *ctx,
		   int wait_status);

#endif
