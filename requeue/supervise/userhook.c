/* SPDX-License-Identifier: GPL-2.0-or-later */
/* userhook.c: the hook of this run. */
#include <sys/wait.h>

#include "requeue/process/hook.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/userhook.h"

bool userhook_start(struct context *ctx, enum cause cause)
{
	struct hook hook = {
		.command = ctx->begin.set.hook,
		.work_dir = ctx->begin.brief->work_dir,
		.job_env = ctx->job_env,
		.run_env = ctx->begin.run_env,
	};
	pid_t pid;

	if (!hook.command[0] || ctx->children.pid[CHILD_HOOK])
		return false;
	pid = hook_start(&hook, cause);
	if (pid < 0) {
		report_line("the hook can't be started");
		return false;
	}
	ctx->children.pid[CHILD_HOOK] = pid;
	return true;
}

bool userhook_ended(struct context *ctx, int wait_status)
{
	bool is_good = WIFEXITED(wait_status) && !WEXITSTATUS(wait_status);
	const struct record record = {.kind = RECORD_HOOK,
				      .hook = {.status = wait_status}};

	ctx->children.pid[CHILD_HOOK] = 0;
	report_record(ctx->begin.store, ctx->begin.run, &record);
	if (is_good)
		report_line("the hook has run");
	else if (WIFEXITED(wait_status))
		report_line("the hook failed with exit code %d: going on "
			    "without it",
			    WEXITSTATUS(wait_status));
	else
		report_line("the hook was ended by signal %d: going on "
			    "without it",
			    WTERMSIG(wait_status));
	return is_good;
}
