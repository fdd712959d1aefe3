/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jobscript.c: the process of the job script. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "requeue/process/picture.h"
#include "requeue/supervise/jobscript.h"

void jobscript_ended(struct jobscript *script, int wait_status)
{
	script->wait_status = wait_status;
	script->is_gone = true;
}

void jobscript_forward(const struct jobscript *script, int signum)
{
	if (!script->is_gone)
		kill(script->pid, signum);
}

bool jobscript_has_left_others(const struct context *ctx)
{
	size_t others = 0;
	struct procs procs;
	bool *is_ours; /* ours, below one of ours, or dead */

	picture_take(&procs, getpid(), 0);
	is_ours = calloc(procs.count + 1, sizeof(*is_ours));
	for (size_t i = 0; is_ours && i < procs.count; i++) {
		const struct proc *proc = &procs.list[i];

		is_ours[i] =
			proc->state == 'Z' ||
			(proc->parent != PROCS_NONE && is_ours[proc->parent]) ||
			children_find(&ctx->children, proc->pid) != CHILD_NONE;
		others += !is_ours[i];
	}
	free(is_ours);
	procs_free(&procs);
	return others > 0;
}
