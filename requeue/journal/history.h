/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.h: the runs of a job, read back from the store's journals.
 */
#ifndef JOURNAL_HISTORY_H
#define JOURNAL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store.h"
#include "requeue/policy/plan.h"

/* Bytes of the path of a job's output, with its NUL; more is cut. */
#define HISTORY_PATH_MAX 1024

struct history {
	struct run_record *runs; /* oldest first; owned */
	size_t count;		 /* 0: no journal could be read */
	struct run_record blind; /* then it stands for all runs */
	/* of the newest run */
	bool has_term;		       /* Slurm had begun to end the run */
	char output[HISTORY_PATH_MAX]; /* the job's stderr; "" unknown */
	char *settings;	   /* as of settings_encode(); owned; NULL: unknown */
	int64_t began_min; /* the limit that it began with; -1 unknown */
	bool is_quick_to_end; /* one node, and no epilog */
	bool has_exact_min;   /* slurmctld: see plan_has_exact_min() */
	bool could_requeue;   /* Requeue=1 as it began; false: also unknown */
	/* of all runs */
	int64_t submitted_min;	 /* limit as submitted; 0 none */
	int64_t ordered_min;	 /* limit that was set since, which counts as
				    submitted; 0 unlimited, -1 none */
	struct plan_limits left; /* what the job was left with when it was
				    settled last, or when it began to run */
	int64_t completing_s;	 /* longest COMPLETING seen */
	unsigned misses;	 /* restart delays that were too short for
				    a COMPLETING of unknown length */
};

/*
 * Read all journals up to `run`, which need not have one: then its record is
 * that of a run whose supervisor was killed before it wrote anything.
 *
 * history  filled; history_free() frees what it owns, also after failure
 */
enum ckpt_status history_load(struct history *history, struct ckpt_store *store,
			      unsigned run, struct ckpt_error *err);

/*
 * Read the journals that there are, for people: each run's `shown` is filled as
 * well.  Of a job with very many runs, or with very long journals, only the
 * newest are read, because a journal is its owner's and may be of any size.
 *
 * history  filled; of a store without a journal its count is 0; after failure,
 *          too; history_free() frees what it owns
 */
enum ckpt_status history_load_shown(struct history *history,
				    struct ckpt_store *store,
				    struct ckpt_error *err);

/* The same for the newest runs only, as many as `most` (1 or more). */
enum ckpt_status history_load_newest(struct history *history,
				     struct ckpt_store *store, unsigned most,
				     struct ckpt_error *err);
void history_free(struct history *history);

/* When the run ended: by its own record, or else when it was settled; 0: no end
 * is on record. */
int64_t history_end_s(const struct run_record *run);

/*
 * The runs, oldest first, and how many; where no journal could be read, the
 * one that stands for all.  Owned by the history.
 */
const struct run_record *history_runs(const struct history *history,
				      size_t *count);
/* The last of them. */
struct run_record *history_newest(struct history *history);

/* Fill what the store, without the journal, tells of run->run: its versions,
 * when the newest was saved, progress, done. */
void history_count(struct ckpt_store *store, struct run_record *run);

/*
 * Add what the memo of the newest run has to that run: its request and its end,
 * which the journal lacks where it couldn't be written; and all else where the
 * history is empty because the store can't be read.
 *
 * True: it tells how the run ended.
 */
bool history_recall(struct history *history, int memo_fd);

#endif
