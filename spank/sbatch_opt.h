/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sbatch_opt.h: sbatch's own options, by their long names without "--".  They
 * are reached through functions of sbatch that are found at run time, so that
 * nothing depends on the layout of its structures.
 */
#ifndef SPANK_SBATCH_OPT_H
#define SPANK_SBATCH_OPT_H

#include <stdbool.h>

/* Find those functions.  False: this sbatch hasn't got them, and none of the
 * others may be called. */
bool sbatch_opt_find(void);

/* Has the user given it? */
bool sbatch_opt_is_given(const char *name);

/* The value that the user has given; "" if none.  Never freed. */
const char *sbatch_opt_given(const char *name);

/* The same, or Slurm's word for an option that wasn't given. */
const char *sbatch_opt_value(const char *name);

/* Set it, to SBATCH_OPT_MAX bytes at most with the NUL; where sbatch refuses
 * it, the user is warned to give it. */
#define SBATCH_OPT_MAX 1100
void sbatch_opt_set(const char *name, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
