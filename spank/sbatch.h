/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sbatch.h: the plugin inside of sbatch.  It is called in the contexts
 * S_CTX_ALLOCATOR and S_CTX_LOCAL only.  Without --checkpoint it says nothing
 * and has no side effects.
 */
#ifndef SPANK_SBATCH_H
#define SPANK_SBATCH_H

#include <slurm/spank.h>

/* From slurm_spank_init: register the options.  Returns -1 where Slurm refuses
 * one of them. */
int sbatch_init(spank_t sp);

/* From slurm_spank_init_post_opt: check all, set sbatch's own options and the
 * job's environment.  ac, av: the arguments of plugstack.conf.  Returns 0; a
 * job that is refused ends sbatch here. */
int sbatch_init_post_opt(spank_t sp, int ac, char **av);

#endif
