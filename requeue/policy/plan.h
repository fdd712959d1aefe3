/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h: what the next run asks slurmctld for: its limit and minimum in
 * minutes, its begin time in seconds from now; pure functions.
 */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "requeue/policy/decision.h"

/* Numbers of a plan that rest on measurements (doc/performance.md): the
 * simulator of bench/ varies them, everything else takes plan_rules. */
struct plan_rules {
	int64_t min_graces; /* the default minimum, in graces; 0: none */
	double margin;	    /* on what is left by a program's progress */
	/* A minimum that follows the waits is doubled where a run waited less
	 * than this part of its length. */
	double short_wait;
};
extern const struct plan_rules plan_rules;

struct plan_input {
	const struct run_record *runs;
	size_t count;
	int64_t submitted_min; /* limit as submitted; 0 unlimited/unknown */
	int64_t grace_s;       /* of the runs so far, at most */
	int64_t next_grace_s;  /* of the next run; 0: the same */
	int64_t total_s;       /* 0: not given */
	int exit_code;	       /* --checkpoint-exit; 0: none */
	int64_t min_s;	       /* --checkpoint-min; 0: not given */
	bool follows_waits;    /* the minimum does: see plan_has_exact_min() */
	const struct plan_rules *rules; /* NULL: plan_rules */
	bool is_full_limit; /* total is used up: one more at full length */
};

struct plan {
	int64_t limit_min;    /* 0: leave the limit alone */
	int64_t time_min_min; /* 0: none */
	int64_t remaining_s;  /* what the plan rests on; -1 unknown */
	int64_t used_s;	      /* compute time used so far */
};

/*
 * Compute time that runs have used, in seconds: each from the start of its
 * program to its newest version, or to a request that it complied with.  Lost
 * work isn't progress; neither grace nor the cost of a restart is charged.
 */
int64_t plan_used_s(const struct run_record *runs, size_t count,
		    int64_t grace_s, int exit_code);

/*
 * The limit of the next run: min(submitted, remaining + grace + restart),
 * rounded up to minutes.  Pure, thread-safe.  See doc/design.md, "Time
 * limit of the next run".
 */
struct plan plan_limit(const struct plan_input *in);

/*
 * Does backfill of this version of Slurm ("22.05.8") start a job with exactly
 * its minimum, whatever would fit?  20.02.5 to 25.05.2 do; later ones give the
 * longest limit that fits.  False for a text that isn't a version.
 */
bool plan_has_exact_min(const char *version);
bool plan_has_longest_fit(const char *version);

/*
 * The minimum with which to submit a job, in minutes, where a minimum costs
 * nothing but restarts; 0: none.
 *
 * limit_min  as submitted; 0: none
 */
int64_t plan_first_min(int64_t grace_s, int64_t limit_min);

/* A limit and a minimum that a job has; minutes. */
struct plan_limits {
	int64_t limit_min;    /* 0: unlimited; -1: not known */
	int64_t time_min_min; /* 0: none */
};

/*
 * Did the user or an administrator set the limit that a run begins with?  left
 * is what the job was left with in the queue.  A higher limit is such an order;
 * a lower one may be backfill's doing, unless it is below either minimum.
 */
bool plan_is_order(const struct plan_limits *left,
		   const struct plan_limits *found);

/*
 * Has slurmctld undone the limit that settle set?  Up to 26.05.2 a cycle of
 * backfill that was under way puts the former limit of a pending job back.
 *
 * left        what settle left the job with; limit_min is -1 where unknown
 * found       what the next run found
 * before_min  the limit of the run before; -1 unknown
 * version     of slurmctld; "" unknown
 */
bool plan_is_undone(const struct plan_limits *left,
		    const struct plan_limits *found, int64_t before_min,
		    const char *version);

/* What sbatch submitted the job with, which for a total asks for less than the
 * user did; limit_min is -1 where that isn't known. */
struct plan_limits plan_submitted(int64_t submitted_min, int64_t total_s,
				  int64_t grace_s);

/*
 * Seconds by which slurmctld's clock is ahead of this node's: its time in a
 * reply, and this node's when the query was sent and when the reply came.  0
 * where the difference is within that.
 */
int64_t plan_skew_s(int64_t theirs_s, int64_t queried_s, int64_t replied_s);

/*
 * Bound a plan that a journal has, which its owner can write: not more than the
 * limit that was submitted (0: none is known), a minimum that fits the limit,
 * and no shorter delay than the one that is due now.
 *
 * delay_s   the recorded one, bounded too
 * due_s     what plan_delay_s() says now
 */
void plan_bound(struct plan *plan, int64_t submitted_min, int64_t *delay_s,
		int64_t due_s);

/*
 * Seconds from now until the next run may begin: above what COMPLETING took,
 * so that slurmctld's own 121 s don't apply.
 *
 * completing_s  the longest COMPLETING seen so far, 0 unknown
 * misses        times that the delay was too short for a COMPLETING of
 *               unknown length
 * quick_runs    runs in a row that ended by themselves within 2 minutes
 * base_s        by plan_base_delay_s()
 */
int64_t plan_delay_s(int64_t completing_s, unsigned misses, unsigned quick_runs,
		     int64_t base_s);

/*
 * base_s of plan_delay_s(): the site's word, or else what is above a COMPLETING
 * with an epilog; or without one, where the job has one node and slurmctld
 * isn't preempting, which it does to many jobs at once.
 *
 * site_s    restart_delay=; 0: not given
 * is_quick  none of these prolongs COMPLETING
 */
int64_t plan_base_delay_s(int64_t site_s, bool is_quick);

#endif
