/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.h: the runs of a job, read back from the store's journals.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store.h"
#include "requeue/policy/plan.h"

/* Longest path that we keep of a job's output. */
#define HISTORY_PATH_MAX 1024

struct history {
	struct run_record *runs; /* oldest first; owned */
	size_t count;		 /* 0: no journal could be read */
	struct run_record blind; /* then it stands for all runs */
	/* of the newest run */
	struct recorded_plan plan;
	bool is_settled;	/* the plan was carried out */
	bool has_strike;	/* the version it began from got its strike */
	bool has_term;		/* Slurm had begun to end the run */
	int64_t call_timeout_s; /* of a call to slurmctld; 0 unknown */
	char node[256];		/* where its supervisor ran */
	char output[HISTORY_PATH_MAX]; /* the job's stderr; "" unknown */
	int64_t began_min;  /* the limit that it began with; -1 unknown */
	bool could_requeue; /* Requeue=1 as it began; false: also unknown */
	/* of all runs */
	int64_t submitted_min;	 /* limit as submitted; 0 none */
	int64_t ordered_min;	 /* set by somebody since, which then stands
				    for it; 0 unlimited, -1 none */
	struct plan_limits left; /* what the job was left with when it was
				    settled last, or when it began to run */
	int64_t completing_s;	 /* longest COMPLETING seen */
	unsigned misses;	 /* restart delays that were too short for
				    a COMPLETING of unknown length */
	int64_t planned_begin_s; /* begin time planned by the newest plan */
};

/*
 * Read all journals up to `run`, which need not have one: then its record is
 * that of a run whose supervisor was killed before it wrote anything.
 *
 * history  filled; history_free() frees what it owns, also after failure
 */
enum ckpt_status history_load(struct history *history, struct ckpt_store *store,
			      unsigned run, struct ckpt_error *err);
void history_free(struct history *history);

/*
 * The runs, oldest first, and how many; where no journal could be read, the
 * one that stands for all.  Owned by the history.
 */
const struct run_record *history_runs(const struct history *history,
				      size_t *count);
/* The last of them. */
struct run_record *history_newest(struct history *history);

/* What the store by itself tells of run->run: versions, when the newest was
 * saved, progress, done. */
void history_count(struct ckpt_store *store, struct run_record *run);

/*
 * What the memo of the newest run has, over what is known of it: its request
 * and its end, which the journal lacks where it couldn't be written; and all
 * else where the history is empty, as the store can't be read.
 *
 * run  of the history, or where that is empty one of the caller's
 *
 * True: it tells how the run ended.
 */
bool history_recall(struct history *history, struct run_record *run,
		    int memo_fd);

#endif
