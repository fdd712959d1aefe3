/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sums.h: what the runs of a job computed, lost and waited.  Pure. */
#ifndef SUMS_H
#define SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "requeue/policy/run_record.h"

#define SUMS_CAUSES (CAUSE_NODE + 1)

/* Seconds, of the runs whose start and end are known. */
struct job_sums {
	unsigned runs; /* all of them */
	/* after which the job went on, by cause; CAUSE_NONE: it is not known,
	 * or others requeued it */
	unsigned requeues[SUMS_CAUSES];
	int64_t computed_s; /* from start to end of the runs */
	int64_t lost_s;	    /* of that: what the next run had to do again */
	int64_t kept_s;	    /* of that: what the next run went on from, which
			       without --checkpoint had been lost */
	int64_t waited_s;   /* between the runs, and before the first one */
};

/* When the run ended: as recorded, or where nothing was, when Slurm put the job
 * in the queue again.  next: the run after it, or NULL.  0: it isn't known. */
int64_t sums_end_s(const struct run_record *run, const struct run_record *next);

/* Up to when the run's work was kept: its newest save, or its end where its
 * programs saved by themselves; its start: nothing was.  end_s: of the run. */
int64_t sums_safe_s(const struct run_record *run, int64_t end_s);

/*
 * Sum up the runs, oldest first.
 *
 * now_s  the last run still computes; 0: it doesn't, whatever is recorded
 */
struct job_sums sums_of_runs(const struct run_record *runs, size_t count,
			     int64_t now_s);

#define SUMS_TEXT_MAX 200
/* Write requeues, kept_s and lost_s for the job's comment: "{limit 2, preempt
 * 1; kept 5000 s, lost 120 s}".  Returns text. */
const char *sums_encode(char text[SUMS_TEXT_MAX], const struct job_sums *sums);

/* Read that text anywhere in a comment, which anyone may have written.  False:
 * it isn't there, or was cut; then all of *sums is 0. */
bool sums_decode(struct job_sums *sums, const char *comment);

#endif
