/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmdline.h: the command line of this sbatch, and the job script that it names.
 *
 * It is read as sbatch reads it, but for options that are not known here (those
 * of other plugins, or of a later Slurm): they count as options that take the
 * next word.  So the script may not be found, and then nothing is said of it.
 */
#ifndef SPANK_CMDLINE_H
#define SPANK_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/* An option with its value in a word of its own: "--name value". */
struct cmdline_pair {
	const char *name;
	const char *value;
};

/* Pair number n from 0, in the order of the command line; false: there are no
 * more.  The strings live as long as the process. */
bool cmdline_pair(size_t n, struct cmdline_pair *pair);

/* Is this long option, or an abbreviation of it, on the command line? */
bool cmdline_has(const char *name);

/* The name of the job script as it was given; NULL: there is none, or it
 * wasn't found. */
const char *cmdline_script(void);

/*
 * The text of the job script: its first MiB.
 * Only a regular file is read.  NULL: it can't be read, or there is none, as
 * with --wrap or the standard input.  It lives as long as the process.
 */
const char *cmdline_script_text(void);

#endif
