/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runs.h: the runs of a job in words; history_load_shown() reads them. */
#ifndef RUNS_H
#define RUNS_H

#include <stddef.h>

#include "requeue/policy/run_record.h"

#define RUNS_LEFT_OUT_MAX 128
/* How many older runs were not read, in words that follow the number of those
 * that were; "" where all were.  Returns text. */
const char *runs_left_out(char text[RUNS_LEFT_OUT_MAX],
			  const struct run_record *runs, size_t count);

#define RUN_END_MAX 256
/* How a run ended, in a few words: "exit 0, done", "signal 9, requeued",
 * "exit 85, requeued; save failed: No space left on device".
 * Returns text. */
const char *run_end(char text[RUN_END_MAX], const struct run_record *run);

#endif
