/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.c: the files of this run. */
#include <sys/wait.h>

#include "requeue/supervise/aside.h"
#include "requeue/supervise/collect.h"
#include "requeue/supervise/files.h"
#include "requeue/supervise/report.h"

/* The files of a large directory are looked at one by one. */
#define MARK_WAIT_MS 3000

struct collect files_order(const struct context *ctx)
{
	return (struct collect){
		.store_dir = ctx->begin.dir,
		.run = ctx->begin.run,
		.globs = ctx->begin.set.files,
		.work_dir = ctx->begin.brief->work_dir,
	};
}

static void mark_files(void *arg, void *reply)
{
	const struct collect collect = files_order(arg);

	collect_mark(&collect, reply);
}

void files_mark(struct context *ctx, struct collect_mark *mark)
{
	*mark = (struct collect_mark){.is_set = false};
	if (ctx->begin.set.files[0] && !report_is_stuck())
		aside_do(mark_files, ctx, mark, sizeof(*mark), MARK_WAIT_MS);
}

bool files_start(struct context *ctx, const struct collect_mark *since,
		 int64_t wait_s, bool is_said, unsigned pause_s)
{
	struct collect collect = files_order(ctx);
	pid_t pid;

	if (since)
		collect.since = *since;
	collect.wait_s = wait_s;
	collect.is_said = is_said;
	collect.pause_s = pause_s;
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
