/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.h: a model of Slurm's queue, in which jobs with --checkpoint are
 * planned by the functions that plan the real ones.
 *
 * Time is in whole seconds from 0.  Nodes are counted, not named.
 */
#ifndef BENCH_QUEUE_H
#define BENCH_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "requeue/policy/plan.h"

/* What a job needs, and what it asks for. */
struct queue_job {
	int64_t submit_s;
	int nodes;
	int64_t work_s;	   /* compute time */
	int64_t limit_min; /* as submitted */
	/* From 0 to 1, evenly: the job is checkpointed in a simulation whose
	 * share is above it; 2: never. */
	double lot;
	double bend; /* its progress is (done / work) to this power */
};

/* Times at which no job may run. */
struct queue_reservation {
	int64_t start_s, end_s;
};

struct queue_load {
	struct queue_job *jobs; /* by submit_s; owned */
	size_t count;
	int nodes;
	const struct queue_reservation *reservations; /* borrowed, in order */
	size_t reservation_count;
};

/* The cluster, and how its checkpointed jobs are submitted. */
struct queue_rules {
	double share; /* of checkpointed jobs */
	/* Slurm */
	bool keeps_place;   /* a requeue doesn't reset the priority, as with
			       priority/basic */
	bool has_exact_min; /* backfill gives a job exactly its minimum */
	int64_t sched_s;    /* the main scheduler looks this often */
	int64_t idle_s; /* backfill without work sleeps so much longer, which
			   a begin time that comes doesn't shorten */
	int64_t backfill_s;   /* and backfill */
	size_t backfill_jobs; /* it looks at so many */
	int64_t completing_s; /* from the end of a run until nodes are free */
	int64_t launch_s;     /* from a start to the program's */
	int64_t delay_s;      /* begin time of a requeued job, from its end */
	int64_t own_delay_s;  /* Slurm's own, where that was too short */
	/* jobs */
	int64_t grace_s;    /* the first, and the longest */
	bool is_auto;	    /* later ones follow the saves */
	int64_t save_s;	    /* a save takes so long */
	int64_t restart_s;  /* a restart until the program goes on */
	int64_t min_s;	    /* --checkpoint-min; 0: none */
	bool has_total;	    /* --checkpoint-total is given, exactly */
	bool has_first_min; /* the first run has a minimum, too */
	bool follows_waits;
	struct plan_rules plan;
};

/* Of one group of jobs. */
struct queue_group {
	size_t jobs;
	double wait_s, wait95_s;	     /* mean, 95th percentile */
	double first_s;			     /* mean, until the first start */
	double turnaround_s, turnaround95_s; /* of a job */
	double slowdown;		     /* bounded by 10 s */
	double runs;			     /* a job */
};

struct queue_result {
	struct queue_group checkpointed, others;
	double utilisation;	   /* computing, of all node time */
	double grace_h, restart_h; /* node-hours lost */
	int64_t makespan_s;
	double holes; /* used, of the time outside reservations before the
			 last of them ends */
};

/* Random numbers: the same for the same seed, on every machine. */
struct queue_random {
	uint64_t state;
};
double queue_random(struct queue_random *random);

/*
 * A synthetic load of batch jobs by the model of Lublin and Feitelson, "The
 * workload on parallel supercomputers: modeling the characteristics of rigid
 * jobs", J. Parallel Distrib. Comput. 63 (2003).  Arrivals are stretched so
 * that the jobs need `load` of the nodes' time.  Requested limits are ours: the
 * model has none.
 */
struct queue_load queue_synthetic(size_t jobs, int nodes, double load,
				  uint64_t seed);

/* A trace in Standard Workload Format.  NULL jobs where it can't be read; it
 * has been said why. */
struct queue_load queue_trace(const char *path);

/*
 * Simulate.  group  which jobs count as checkpointed in the result: those whose
 * lot is below it, whether they were or not.
 */
struct queue_result queue_simulate(const struct queue_load *load,
				   const struct queue_rules *rules,
				   double group);

/* A curve for each series over the same x, four at most, as SVG; 0 or -1 with
 * errno. */
struct queue_curve {
	const char *name;
	const double *y;
};
int queue_plot(const char *path, const char *title, const char *x_name,
	       const char *y_name, const double *x, size_t count,
	       const struct queue_curve *curves, size_t curve_count);

#endif
