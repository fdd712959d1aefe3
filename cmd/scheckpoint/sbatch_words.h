/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sbatch_words.h: what a job script and a command line say to sbatch. */
#ifndef SBATCH_WORDS_H
#define SBATCH_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Find an option of sbatch among words, the last of which counts.
 *
 * words   argv after sbatch's own name; NULL at the end
 * name    "time"
 * letter  its short form; 0: it has none
 * value   set to the value, cut; "" where it has none; untouched if it is not
 *         there
 */
bool words_have(char *const *words, const char *name, char letter, char *value,
		size_t size);

/* The same in the #SBATCH lines of a script, which end where its commands
 * begin. */
bool script_has(const char *path, const char *name, char letter, char *value,
		size_t size);

#endif
