/* SPDX-License-Identifier: GPL-2.0-or-later */
/* finish.c: the end of the run. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "requeue/process/picture.h"
#include "requeue/supervise/clock.h"
#include "requeue/supervise/finish.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/storage.h"

#define READERS_MAX_MS 3000

/* Has the run said by its exit code that it saved? */
static bool has_said_so(const struct context *ctx,
			const struct record_finish *finish)
{
	return ctx->begin.set.exit_code &&
	       finish->exit == ctx->begin.set.exit_code;
}

/* The programs have ended as requested, and no version was saved. */
static void say_what_is_left(struct context *ctx, const struct request *request,
			     const struct testimony *seen)
{
	switch (seen->evidence) {
	case EVIDENCE_FILES:
		report_line("saved by itself: %u file%s written since the "
			    "request, the newest is %s",
			    seen->files, seen->files == 1 ? "" : "s",
			    seen->name);
		break;
	case EVIDENCE_NONE:
	case EVIDENCE_SAME:
		request_report_nothing(request, ctx, seen);
		ctx->begin.has_said_nothing = true;
		break;
	case EVIDENCE_UNKNOWN:
		/* Slurm itself signals the programs as it ends a job. */
		if (!ctx->run.has_term)
			report_line("it can't be seen here what the job wrote "
				    "since the request: that its programs "
				    "ended by themselves counts as a save");
		break;
	}
}

/* A program that finishes its work within its grace looks like one that has
 * saved and stopped: the first time, say how a job tells. */
static void say_how_to_end(const struct context *ctx,
			   const struct record_finish *finish)
{
	if (finish->exit == 0 && !finish->is_done && !ctx->begin.run &&
	    !has_said_so(ctx, finish))
		report_line("it ended with 0 as it was asked to save, so it is "
			    "run again; a script that has finished its work "
			    "says so with: scheckpoint done");
}

void finish_record(struct context *ctx, const struct jobscript *script,
		   struct request *request, const struct files *files)
{
	struct testimony seen = request_witness(request, ctx);
	struct record record = {.kind = RECORD_FINISH};
	struct record_finish *finish = &record.finish;
	struct run_record run = {.run = ctx->begin.run, .progress = -1};
	int status = script->wait_status;
	char digest[17];

	storage_count(ctx, &run);
	/* The program may have hidden it. */
	if (run.failed_s)
		report_line("the last save of this run failed: %s",
			    run.failed_why);
	finish->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	finish->exit = finish->signal ? -1 : WEXITSTATUS(status);
	/* A job that leaves its files to us has saved nothing where they could
	 * not be taken, or are what the store had already. */
	finish->has_complied = request_has_complied(request, ctx, script) &&
			       !files->has_failed &&
			       (!ctx->begin.set.files[0] || run.versions);
	finish->is_cut = ctx->run.is_cut;
	if (!finish->has_complied && !ctx->begin.set.files[0] &&
	    request_has_hung(request, ctx, &seen)) {
		finish->has_complied = true;
		finish->is_cut = false;
	}
	finish->is_oom = begin_has_oom(&ctx->begin);
	if (ctx->run.is_made)
		finish->save_ms = clock_now_ms() - ctx->run.request_ms;
	finish->calls = ctx->run.calls;
	finish->is_done = run.is_done;
	finish->versions = run.versions;
	finish->saved_s = run.saved_s;
	finish->progress = run.progress;
	finish->evidence = seen.evidence;
	finish->files = seen.files;
	finish->file = seen.name[0] ? seen.name : NULL;
	if (seen.digest) {
		snprintf(digest, sizeof(digest), "%016" PRIx64, seen.digest);
		finish->digest = digest;
	}
	/* A job that saves by itself at its own times isn't signalled. */
	if (!ctx->begin.set.signal && !ctx->begin.set.files[0] &&
	    seen.evidence == EVIDENCE_FILES)
		finish->has_complied = true;
	ctx->begin.has_saved_itself = finish->has_complied &&
				      seen.evidence == EVIDENCE_FILES;
	if (finish->has_complied && !finish->versions && !finish->is_done &&
	    !has_said_so(ctx, finish))
		say_what_is_left(ctx, request, &seen);
	if (finish->has_complied && seen.evidence == EVIDENCE_FILES)
		say_how_to_end(ctx, finish);
	report_record(ctx->begin.store, ctx->begin.run, &record);
}

static bool has_reader(void)
{
	struct procs procs;
	bool is_found = false;

	picture_take(&procs, getpid(), SIGTERM);
	for (size_t i = 0; i < procs.count; i++)
		if (procs.list[i].stdin_pipe)
			is_found = true;
	procs_free(&procs);
	return is_found;
}

void finish_await_readers(const struct context *ctx)
{
	int64_t end_ms = clock_now_ms() + READERS_MAX_MS;
	struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

	if (!ctx->run.is_made)
		return;
	while (clock_now_ms() < end_ms && has_reader()) {
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 300 * 1000 * 1000)
			pause.tv_nsec *= 2;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

int finish_status(const struct context *ctx, const struct jobscript *script)
{
	int status = script->wait_status;
	int signum = (int)ctx->begin.set.signal;

	/* A shell that was killed as it stood, frozen, has not failed, nor has
	 * it succeeded. */
	if (WIFSIGNALED(status) && ctx->run.is_made &&
	    WTERMSIG(status) == SIGKILL)
		return (128 + (signum ? signum : SIGTERM)) << 8;
	return status;
}
