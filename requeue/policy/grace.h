/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grace.h: how long before its end a run is requested to save, where the job
 * leaves that to what its earlier saves have taken (--checkpoint=auto).
 *
 * Pure and thread-safe.
 */
#ifndef REQUEUE_GRACE_H
#define REQUEUE_GRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "requeue/policy/run_record.h"
#include "requeue/settings/settings.h"

/* What the runs so far have shown of the job's saves.  All zeros: nothing. */
struct grace_lesson {
	int64_t save_ms; /* the longest that was measured; 0 none */
	/* The last run whose save was cut short, where none was measured
	 * since, and its grace; 0 none. */
	int64_t cut_grace_s;
	unsigned cut_run;
};

/* runs: oldest first; count may be 0. */
struct grace_lesson grace_learn(const struct run_record *runs, size_t count);

/*
 * The grace of the next run, in milliseconds.  With a fixed TIME it is that.
 * Else it is the first one, set->grace_s, until a save was measured, then three
 * times the longest save and 10 s (40 s with --checkpoint-files, as the files
 * are taken after the save); twice the grace of a run whose save was cut short;
 * never below least_s (the site's min_grace) or above set->grace_s.
 */
int64_t grace_next_ms(const struct grace_lesson *lesson,
		      const struct settings *set, int64_t least_s);

#define GRACE_WHY_MAX 80
/* Why it is that, as the end of a sentence: "its longest save took 0.5 s".
 * Returns text; "" with a fixed TIME. */
const char *grace_why(char text[GRACE_WHY_MAX],
		      const struct grace_lesson *lesson,
		      const struct settings *set);

#endif
