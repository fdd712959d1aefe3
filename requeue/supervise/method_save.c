/* SPDX-License-Identifier: GPL-2.0-or-later */
/* method_save.c: the verbs of a method on a job that runs. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "requeue/process/environ.h"
#include "requeue/process/verb.h"
#include "requeue/supervise/clock.h"
#include "requeue/supervise/files.h"
#include "requeue/supervise/method_begin.h"
#include "requeue/supervise/method_save.h"
#include "requeue/supervise/report.h"

/* Run a verb in this process's child; 0, or -1: the reason is in said. */
static int do_verb(struct context *ctx, const struct method_call *call,
		   const char *name, char *const *args, char said[VERB_SAY_MAX])
{
	char pid[64];
	char *const own[] = {pid, NULL};
	char *const *const lists[] = {own, ctx->begin.run_env, ctx->job_env};
	struct verb verb = {
		.method = ctx->begin.method.path,
		.name = name,
		.args = args,
		.work_dir = ctx->begin.brief->work_dir,
		.env = environ_merge(lists, 3),
	};
	int code;

	snprintf(pid, sizeof(pid), "SLURM_CHECKPOINT_PID=%d", (int)call->tree);
	if (!verb.env) {
		snprintf(said, VERB_SAY_MAX, "out of memory");
		return -1;
	}
	code = verb_do(&verb, call->wait_ms, said);
	return code ? -1 : 0;
}

/* Have the method write into the stage, and add the job's files. */
static enum ckpt_status fill(struct context *ctx,
			     const struct method_call *call,
			     struct ckpt_stage *stage, struct ckpt_error *err)
{
	char dir[8192], said[VERB_SAY_MAX];
	char *const args[] = {dir, NULL};
	const struct collect files = files_order(ctx);
	enum ckpt_status status = CKPT_OK;

	snprintf(dir, sizeof(dir), "%s/" METHOD_SUBDIR, ckpt_stage_dir(stage));
	if (mkdir(dir, 0700)) {
		snprintf(err->text, sizeof(err->text), "%.400s: %s", dir,
			 strerror(errno));
		return CKPT_EIO;
	}
	if (do_verb(ctx, call, "save", args, said)) {
		snprintf(err->text, sizeof(err->text), "%s", said);
		return CKPT_EIO;
	}
	if (files.globs[0])
		status = collect_add(&files, stage, err);
	if (!status)
		status = ckpt_note(stage, METHOD_NOTE, ctx->begin.set.method,
				   err);
	return status;
}

static int save(struct context *ctx, const struct method_call *call)
{
	int64_t begun_ms = clock_now_ms();
	struct ckpt_store *store = NULL;
	struct ckpt_stage *stage = NULL;
	struct ckpt_error err = {0};
	uint32_t version = 0;
	enum ckpt_status status = ckpt_open(&store, ctx->begin.dir, CKPT_WRITE,
					    (int)ctx->begin.run, &err);

	if (!status)
		status = ckpt_begin(store, &stage, &err);
	if (!status)
		status = fill(ctx, call, stage, &err);
	if (status)
		ckpt_abort(stage);
	else
		status = ckpt_commit(stage, &version, &err);
	ckpt_close(store);
	if (status)
		report_line("%s can't save the job: %s", ctx->begin.set.method,
			    err.text);
	else if (call->goes_on)
		report_line("%s has saved version %" PRIu32
			    " in %.1f s: the job computes on",
			    ctx->begin.set.method, version,
			    (double)(clock_now_ms() - begun_ms) / 1000);
	return status ? 1 : 0;
}

/* In the child: no signal of the job's reaches it, and it ends with the
 * supervisor. */
static void become_child(void)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

pid_t method_save_start(struct context *ctx, const struct method_call *call)
{
	pid_t pid = fork();

	if (pid == 0) {
		become_child();
		_exit(save(ctx, call));
	}
	return pid;
}

pid_t method_verb_start(struct context *ctx, const struct method_call *call,
			const char *name)
{
	char said[VERB_SAY_MAX];
	pid_t pid = fork();

	if (pid)
		return pid;
	become_child();
	if (!do_verb(ctx, call, name, NULL, said))
		_exit(0);
	report_line("%s: %s: %s", ctx->begin.set.method, name, said);
	_exit(1);
}
