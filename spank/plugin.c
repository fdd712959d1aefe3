/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin.c: the symbols that Slurm calls.  They have no logic: each looks in
 * which program it runs, and calls the file for that.
 *
 * slurm_spank_job_prolog and slurm_spank_job_epilog are left out on purpose:
 * a plugin that has them costs every job of the cluster a process.
 */
#pragma GCC visibility push(default)
#include <slurm/spank.h>
SPANK_PLUGIN(checkpoint, 1)
#pragma GCC visibility pop

#include <stdbool.h>

#include "spank/batch.h"
#include "spank/sbatch.h"

static bool is_submitting(void)
{
	spank_context_t context = spank_context();

	return context == S_CTX_ALLOCATOR || context == S_CTX_LOCAL;
}

int slurm_spank_init(spank_t sp, int ac, char **av)
{
	(void)ac;
	(void)av;
	return is_submitting() ? sbatch_init(sp) : 0;
}

int slurm_spank_init_post_opt(spank_t sp, int ac, char **av)
{
	if (is_submitting())
		return sbatch_init_post_opt(sp, ac, av);
	if (spank_remote(sp) == 1)
		batch_init(sp, ac, av);
	return 0;
}

int slurm_spank_user_init(spank_t sp, int ac, char **av)
{
	(void)sp;
	(void)ac;
	(void)av;
	batch_user_init();
	return 0;
}

int slurm_spank_task_init_privileged(spank_t sp, int ac, char **av)
{
	(void)sp;
	(void)ac;
	(void)av;
	batch_task_init_privileged();
	return 0;
}

int slurm_spank_task_init(spank_t sp, int ac, char **av)
{
	(void)ac;
	(void)av;
	return batch_task_init(sp);
}

int slurm_spank_task_post_fork(spank_t sp, int ac, char **av)
{
	(void)ac;
	(void)av;
	batch_task_post_fork(sp);
	return 0;
}

int slurm_spank_task_exit(spank_t sp, int ac, char **av)
{
	(void)ac;
	(void)av;
	batch_task_exit(sp);
	return 0;
}

int slurm_spank_exit(spank_t sp, int ac, char **av)
{
	(void)sp;
	(void)ac;
	(void)av;
	batch_exit();
	return 0;
}

static void __attribute__((destructor)) unload(void)
{
	batch_unload();
}
