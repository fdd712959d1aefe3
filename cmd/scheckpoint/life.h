/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * life.h: a job's life as it is drawn: the times of its runs, and what is
 * written beside them.  Pure but for memory.
 */
#ifndef LIFE_H
#define LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store.h"
#include "requeue/policy/sums.h"

#define LIFE_NOTE_MAX 48

/* Times are seconds since the epoch; 0: unknown, or none. */
struct life_run {
	unsigned run;
	int64_t queued_s; /* it waited from then on */
	int64_t start_s;
	int64_t end_s; /* of a run that goes on: now */
	bool is_open;  /* it goes on */
	bool is_guess; /* its end isn't on record: Slurm's requeue stands */
	bool is_preempted;
	int64_t safe_s;	   /* what was computed up to then was kept */
	int64_t limit_s;   /* when its limit would have ended it */
	int64_t request_s; /* the last request */
	int64_t *saves;	   /* when; owned */
	size_t save_count;
	char note[LIFE_NOTE_MAX]; /* "limit, 47.0 %" */
};

struct life {
	char title[160]; /* "job 1234 \"heat\"" */
	int64_t begin_s, end_s;
	struct life_run *runs;
	size_t count;
	struct job_sums sums;
};

/*
 * Make a job's life of its runs, oldest first, and of the versions that its
 * store still has.
 *
 * now_s  as of sums_of_runs()
 *
 * False: memory ran out, or no run has a start.  life_free() frees in any case.
 */
bool life_make(struct life *life, const struct run_record *runs, size_t count,
	       const struct ckpt_version *versions, size_t version_count,
	       int64_t now_s);
void life_free(struct life *life);

/* "computed 3 h 20 min, lost 4 min of it; waited 1 h"; fills and returns text
 */
#define LIFE_SUMS_MAX 160
const char *life_sums(char text[LIFE_SUMS_MAX], const struct life *life);

/* A tick of the axis: whole minutes, hours, days of local time. */
#define LIFE_TICKS_MAX 16
struct life_tick {
	int64_t at_s;
	char label[16];
};

/* Fill the ticks, `most` at most (2 to LIFE_TICKS_MAX); returns how many. */
size_t life_ticks(const struct life *life, struct life_tick *ticks,
		  size_t most);

#endif
