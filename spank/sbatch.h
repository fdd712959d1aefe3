/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sbatch.h: the plugin inside of sbatch: options, refusals, and what sbatch
 * is told to ask for.  Called in the contexts S_CTX_ALLOCATOR and S_CTX_LOCAL
 * only; silent and free of side effects for who doesn't ask for --checkpoint.
 */
#ifndef SPANK_SBATCH_H
#define SPANK_SBATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <slurm/spank.h>

/* SPANK_PLUGIN's name; Slurm makes names of variables of it. */
#define PLUGIN_NAME "checkpoint"

/* From slurm_spank_init: registers the options.  ac, av: plugstack.conf's
 * arguments, which must live until sbatch_init_post_opt(). */
int sbatch_init(spank_t sp, int ac, char **av);

/* From slurm_spank_init_post_opt: checks all, sets sbatch's own options and
 * the job's environment.  Returns -1, having said why, to refuse. */
int sbatch_init_post_opt(spank_t sp, int ac, char **av);

/*
 * The names of all variables of the job's environment that would make a
 * nested sbatch inherit options, SETTINGS_ENV among them, to be unset in the
 * batch step.  Writes name number `index` (from 0); false: there are no more.
 * Async-signal-safe.
 */
#define SBATCH_ENV_NAME_LEN 128
bool sbatch_env_name(size_t index, char name[SBATCH_ENV_NAME_LEN]);

#endif
