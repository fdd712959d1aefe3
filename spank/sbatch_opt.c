/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sbatch_opt.c: sbatch's own options, which are reached by name. */
#include "spank/sbatch_opt.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "spank/say.h"

/* Symbols of the program sbatch, from 22.05 on. */
static struct {
	void *opt;
	int (*set)(void *opt, const char *name, const char *value, bool early);
	bool (*isset)(void *opt, const char *name);
	char *(*get)(void *opt, const char *name);
} slurm;

bool sbatch_opt_find(void)
{
	slurm.opt = dlsym(RTLD_DEFAULT, "opt");
	*(void **)&slurm.set = dlsym(RTLD_DEFAULT, "slurm_option_set");
	*(void **)&slurm.isset = dlsym(RTLD_DEFAULT, "slurm_option_isset");
	*(void **)&slurm.get = dlsym(RTLD_DEFAULT, "slurm_option_get");
	return slurm.opt && slurm.set && slurm.isset && slurm.get;
}

bool sbatch_opt_is_given(const char *name)
{
	return slurm.isset(slurm.opt, name);
}

/* Slurm's copy is left to the end of the process: how it is freed differs
 * between versions of Slurm. */
const char *sbatch_opt_value(const char *name)
{
	const char *value = slurm.get(slurm.opt, name);

	return value ? value : "";
}

const char *sbatch_opt_given(const char *name)
{
	return sbatch_opt_is_given(name) ? sbatch_opt_value(name) : "";
}

void sbatch_opt_set(const char *name, const char *format, ...)
{
	/* Not const: Slurm writes into it while it parses. */
	char value[SBATCH_OPT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	if (slurm.set(slurm.opt, name, value, false) != 0)
		say_warning("--checkpoint: sbatch didn't take --%s=%s; give it "
			    "yourself",
			    name, value);
}
