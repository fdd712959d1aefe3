/* SPDX-License-Identifier: GPL-2.0-or-later */
/* workers.c: know workers by their parent, their name and their arguments. */
#include <string.h>

#include "requeue/policy/workers.h"

/* The kernel's names, which a thread or process gives itself. */
static const char *const names[] = {"pt_data_worker", "pt_data_pin", NULL};

/*
 * What stands in one of the arguments.  Python starts its pools by
 * "python -c 'from multiprocessing.spawn import spawn_main; ...'", joblib by
 * "python -m joblib.externals.loky.backend.popen_loky_posix"; R by
 * "R --no-echo -e 'parallel:::.workRSOCK()'"; MATLAB by "MATLAB -dmlworker".
 */
static const char *const arguments[] = {
	"multiprocessing.spawn import",
	"multiprocessing.forkserver import",
	"multiprocessing.resource_tracker import",
	"multiprocessing.semaphore_tracker import",
	"loky.backend.popen_loky",
	"loky.backend.resource_tracker",
	"parallel:::.workRSOCK",
	"parallel:::.slaveRSOCK",
	"parallelly:::.workRSOCK",
	"snow::",
	"-dmlworker",
	NULL,
};

static bool is_named_so(const struct proc *proc)
{
	for (size_t i = 0; names[i]; i++)
		if (!strcmp(proc->comm, names[i]))
			return true;
	return false;
}

static bool is_started_so(const struct proc *proc)
{
	for (size_t n = 1; n < proc->argc; n++)
		for (size_t i = 0; arguments[i]; i++)
			if (strstr(proc->argv[n], arguments[i]))
				return true;
	return false;
}

static bool is_fork(const struct proc *proc, const struct proc *parent)
{
	if (!proc->exe[0] || strcmp(proc->exe, parent->exe) != 0 ||
	    !proc->argc || proc->argc != parent->argc)
		return false;
	for (size_t i = 0; i < proc->argc; i++)
		if (strcmp(proc->argv[i], parent->argv[i]) != 0)
			return false;
	return true;
}

bool workers_is_worker(const struct proc *proc, const struct proc *parent)
{
	return is_named_so(proc) || is_started_so(proc) ||
	       (parent && is_fork(proc, parent));
}
