/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.h: other programs, run for their output. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stddef.h>

struct program_output {
	char *out; /* owned; NULL: out of memory */
	char *err; /* likewise */
};

/*
 * Run a program of PATH and wait for its end.
 *
 * argv    ends with NULL
 * output  filled; program_forget() frees what it owns; "" where it said nothing
 *
 * Returns its exit code; 128 and the signal that killed it; 127 where it can't
 * be run, and err says why.
 */
int program_run(const char *const *argv, struct program_output *output);
void program_forget(struct program_output *output);

/* The first line of a text, cut in place. */
char *program_first_line(char *text);

#endif
