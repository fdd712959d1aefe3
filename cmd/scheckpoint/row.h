/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * row.h: what scheckpoint status says of a job in one line, from what Slurm and
 * the job's store tell.  Pure but for row_read().
 */
#ifndef ROW_H
#define ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store.h"

struct history;
struct job;

#define ROW_TROUBLE_MAX 320

/* Times are seconds since the epoch, 0 for none; texts are clean. */
struct row {
	uint32_t job;
	uint32_t array_job;  /* 0: not an array */
	uint32_t array_task; /* CKPT_NO_TASK: several, or not an array */
	uint32_t user_id;
	char tasks[64]; /* that have not begun: "3-99%2" */
	char name[64];
	char partition[64];
	char state[64]; /* as Slurm spells it; HELD where it is held */
	char reason[64];
	bool is_pending, is_running;
	unsigned run;	     /* the present or the next one, from 0 */
	double progress;     /* <0 none */
	uint32_t version;    /* the newest; 0 none */
	int64_t saved_s;     /* when that was saved */
	int64_t requested_s; /* the present run was requested to save */
	int64_t request_s;   /* it will be, as its end now stands */
	int64_t end_s;	     /* of the present run */
	int64_t begin_s;     /* the next run is expected, or may begin */
	int64_t grace_s;     /* as last known; 0 unknown */
	char store[4096];    /* "": none yet */
	char trouble[ROW_TROUBLE_MAX]; /* what is wrong; "": nothing is */
	/* of an array that was folded: */
	unsigned tasks_count; /* tasks in this row; 1 for a job */
	unsigned troubled;    /* of them have trouble */
};

/* Fill the row with what Slurm says of the job. */
void row_of_job(struct row *row, const struct job *job, int64_t now_s);

/* Add what the journal of the job's newest runs and its versions (newest first)
 * tell. */
void row_add_history(struct row *row, const struct history *history,
		     const struct ckpt_version *versions, size_t count,
		     int64_t now_s);

/*
 * Read row->store, which is opened only for reading, and add what it tells; a
 * store that isn't there or can't be read is told as trouble where the job
 * should have one by now.  The store of another job is not read.
 */
void row_read(struct row *row, int64_t now_s);

/*
 * Put the tasks of each array into one row, in the place of its first one: the
 * states are counted, the progress is the mean of those that have any, the
 * oldest save and the next request stand, and the first trouble.
 *
 * Returns how many rows there are then.
 */
size_t row_fold(struct row *rows, size_t count);

#define ROW_ID_MAX 128
/* "1234", "1200_3", "1200_[3-99]", "1200 (98 tasks)"; fills and returns text */
const char *row_id(char text[ROW_ID_MAX], const struct row *row);

#define ROW_NEXT_MAX 96
/* What comes next, and when: "request in 1 h 3 min". */
const char *row_next(char text[ROW_NEXT_MAX], const struct row *row,
		     int64_t now_s);

#endif
