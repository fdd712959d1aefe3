/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rehearsal.h: is a job fit for --checkpoint?  Judged by two runs of it, each
 * of which was requested to save.  Pure.
 */
#ifndef REHEARSAL_H
#define REHEARSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/policy/checks.h"
#include "requeue/policy/run_record.h"

#define REHEARSAL_RUNS	   2
#define REHEARSAL_TEXT_MAX 512

/* A run as its journal has it. */
struct rehearsed_run {
	bool is_there; /* it has begun */
	struct run_record record;
	bool is_requested; /* a request is on record */
	bool is_made;	   /* and something of the job got it */
	bool has_hook;	   /* the hook ran for it */
	bool is_over;
	/* "NAME WHY" of the first programs that got no signal */
	char passed[REHEARSAL_TEXT_MAX];
	char other_signal[8]; /* that one of them catches: "USR1"; "" none */
	/* Programs that were first seen when the request was over 2 s old. */
	char late[REHEARSAL_TEXT_MAX];
};

struct rehearsal {
	struct rehearsed_run runs[REHEARSAL_RUNS];
	bool takes_files; /* it has --checkpoint-files */
	/* Why the rehearsal could not go on; "": it came to its end. */
	char trouble[REHEARSAL_TEXT_MAX];
};

/* What a rehearsal shows: an entry for each question, with its remedy. */
void rehearsal_check(const struct rehearsal *rehearsal, struct checks *checks);

/* The grace to recommend to a job whose save took so long. */
int64_t rehearsal_grace_s(int64_t took_s);

#endif
