/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runs.h: what the journals of a store tell of each run, for people. */
#ifndef RUNS_H
#define RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store.h"
#include "requeue/policy/decision.h"

struct run_row {
	unsigned run;
	bool is_begun, is_ended; /* by a record of its own */
	int64_t start_s, end_s;	 /* end: once it has ended */
	int64_t deadline_s;	 /* end of the run as last known; 0 unknown */
	char node[64];
	int64_t limit_min;
	int64_t total_s, grace_s;
	uint32_t restored; /* version; 0 none */
	double restored_progress;
	enum cause cause; /* why the run was asked to end */
	int64_t request_s;
	unsigned requests;
	bool is_made, has_complied, is_cut, is_done, is_oom, is_repeat;
	bool is_store_failure;
	bool can_save;	   /* and go on; true where it isn't on record */
	unsigned versions; /* committed in this run */
	uint32_t version;  /* newest of them; 0 none */
	int64_t saved_s;
	uint64_t bytes;
	double progress;
	int exit_code; /* -1 none */
	int signal;    /* 0 none */
	bool has_plan, is_settled;
	enum action action;
	int64_t next_limit_min, next_time_min_min, next_begin_s;
	int64_t remaining_s, used_s; /* -1 unknown */
	uint32_t strike;	     /* version that got one */
	char reason[256];
	char settled[512];
};

/* All runs, oldest first; *rows is freed with free().  Of a job with very many,
 * or with very long journals, only the newest. */
enum ckpt_status runs_load(struct ckpt_store *store, struct run_row **rows,
			   size_t *count, struct ckpt_error *err);
#define RUNS_LEFT_OUT_MAX 128
/* That, in words to go behind their number; "" where all are there. */
const char *runs_left_out(char text[RUNS_LEFT_OUT_MAX],
			  const struct run_row *rows, size_t count);
#define RUN_END_MAX 64
/* How a run ended, in a few words: "exit 0, done", "signal 9, requeued". */
const char *run_end(char text[RUN_END_MAX], const struct run_row *row);

#endif
