/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * environment.h: the environment variables that stand for options of
 * --checkpoint: the forms that users set (SBATCH_CHECKPOINT_...), and those by
 * which Slurm hands options on to a job and to an sbatch inside of it.
 */
#ifndef SPANK_ENVIRONMENT_H
#define SPANK_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <slurm/spank.h>

#include "requeue/settings/option.h"

/*
 * The names of all variables of the job's environment that would make a
 * nested sbatch inherit options, SETTINGS_ENV among them, to be unset in the
 * batch step.  Writes name number `index` (from 0); false: there are no more.
 * Async-signal-safe.
 */
#define ENVIRONMENT_NAME_LEN 128
bool environment_name(size_t index, char name[ENVIRONMENT_NAME_LEN]);

/*
 * The first variable in env, which ends with NULL, that tells a job of its run
 * and its store (SLURM_CHECKPOINT_...).  A job that another one has submitted
 * may not find them: it would restore the other one's state as its own.  False:
 * there is none.  Async-signal-safe.
 */
bool environment_of_run(char *const *env, char name[ENVIRONMENT_NAME_LEN]);

/* Unset all of these in this process. */
void environment_forget_run(void);

/* Has that found any?  Then a job with --checkpoint has started this process.
 */
bool environment_was_of_run(void);

/* Unset what an outer job has left: its options don't hold for this one. */
void environment_forget_inherited(void);

/*
 * Hand the SBATCH_ forms to Slurm as options, under names that it reads after
 * the script's lines and before the command line, which is the place of an
 * environment form.  An empty one counts as unset.
 */
void environment_offer(void);

/* Has the option callback got this value from such a name? */
bool environment_is_form(const struct option_row *row, const char *value);

/* Unset all of them, and what Slurm would hand on to the job: the job carries
 * SETTINGS_ENV, which has all options. */
void environment_forget_forwarded(spank_t sp);

#endif
