/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tally.h: counts the checkpointed jobs of a cluster, from the records of
 * accounting and the jobs that slurmctld knows.  Pure but for memory.
 */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "requeue/policy/sums.h"

#define TALLY_NAME_MAX 64

/* One record of accounting: a run. */
struct tally_record {
	uint32_t job;
	const char *user, *partition;
	bool has_run;	   /* it has begun */
	int64_t elapsed_s; /* of the run, as booked */
	uint32_t nodes;
	const char *comment; /* the job's, as it was at the run's end */
};

/* What is known of a job. */
struct tally_job {
	uint32_t job; /* 0: the place is free */
	bool is_ours; /* one of its comments has our part */
	bool is_held;
	unsigned runs;
	int64_t computed_node_s;
	uint32_t nodes;
	/* From the first and the last comment that was seen. */
	bool has_comment;
	struct job_sums first, last;
	char user[TALLY_NAME_MAX], partition[TALLY_NAME_MAX];
};

struct tally {
	struct tally_job *jobs; /* a hash table */
	size_t room, count;
	bool has_comments; /* accounting keeps them */
	bool has_failed;   /* memory ran out */
};

/* Add a record; records of one job come in the order of its runs. */
void tally_add(struct tally *tally, const struct tally_record *record);
/* Add what slurmctld says now: the comment, and whether the job is held. */
void tally_add_now(struct tally *tally, uint32_t job, const char *user,
		   const char *partition, const char *comment, bool is_held);
void tally_free(struct tally *tally);

/* The sums of some jobs.  Node seconds: seconds times nodes. */
struct tally_sums {
	const char *user, *partition; /* NULL: all of them; borrowed */
	unsigned jobs, runs, held;
	unsigned requeues[SUMS_CAUSES];
	int64_t computed_node_s; /* of all runs */
	int64_t lost_node_s;	 /* of that: had to be done again */
	int64_t kept_node_s;	 /* of that: saved from loss */
};

/*
 * Sum up the jobs for each user and partition that occurs, sorted by user and
 * partition.
 *
 * Returns an allocated list, and its length in *count; NULL: memory ran out.
 */
struct tally_sums *tally_sum(const struct tally *tally, size_t *count);

/* Add sums to others. */
void tally_join(struct tally_sums *to, const struct tally_sums *from);
/* All requeues, of whatever cause. */
unsigned tally_requeues(const struct tally_sums *sums);

#endif
