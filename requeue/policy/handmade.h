/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handmade.h: what a job script does by itself so that its work goes on in
 * another run, read from its text.  Beside --checkpoint it does it twice.
 */
#ifndef HANDMADE_H
#define HANDMADE_H

#include <stdbool.h>

/* A trap for EXIT, where a signal's number may stand. */
#define HANDMADE_EXIT 0

/*
 * Does a trap of the script for this signal submit a job (sbatch)?  The trap's
 * text is looked at, and that of the script's own functions that it calls.
 * Where a shell with such a trap gets the signal, and the job is requeued as
 * well, each run makes two of one.
 */
bool handmade_submits(const char *script, int signum);

/* The same for "scontrol requeue". */
bool handmade_requeues(const char *script, int signum);

/* Does the script start a step that no srun waits for (srun --async, Slurm
 * 26.05)?  Nothing in the script's tree leads to its tasks. */
bool handmade_is_async(const char *script);

#endif
