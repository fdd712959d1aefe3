/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.c: the files of this run. */
#include <sys/wait.h>

#include "requeue/supervise/collect.h"
#include "requeue/supervise/files.h"
#include "requeue/supervise/report.h"

bool files_start(struct context *ctx, int64_t since_s, int64_t wait_s,
		 bool is_said)
{
	struct collect collect = {
		.store_dir = ctx->begin.dir,
		.run = ctx->begin.run,
		.globs = ctx->begin.set.files,
		.work_dir = ctx->begin.brief->work_dir,
		.since_s = since_s,
		.wait_s = wait_s,
		.is_said = is_said,
	};
	pid_t pid;

	if (!collect.globs[0] || ctx->children.pid[CHILD_FILES])
		return false;
	pid = collect_start(&collect);
	if (pid < 0) {
		report_line("files can't be collected: no process can be "
			    "started");
		return false;
	}
	ctx->children.pid[CHILD_FILES] = pid;
	return true;
}

void files_ended(struct files *files, struct context *ctx, int wait_status)
{
	ctx->children.pid[CHILD_FILES] = 0;
	files->has_failed = WIFEXITED(wait_status) &&
			    WEXITSTATUS(wait_status) == COLLECT_FAILED;
}
