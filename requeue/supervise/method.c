/* SPDX-License-Identifier: GPL-2.0-or-later */
/* method.c: a method saves the job's programs from outside. */
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "requeue/process/deliver.h"
#include "requeue/process/picture.h"
#include "requeue/process/pid.h"
#include "requeue/supervise/clock.h"
#include "requeue/supervise/method.h"
#include "requeue/supervise/method_begin.h"
#include "requeue/supervise/method_save.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/report_request.h"
#include "requeue/supervise/storage.h"

/* "continue" and "discard" have this time. */
#define SHORT_MS    10000
/* What a save that fails leaves of a request's time. */
#define MARGIN_MS   3000
/* A commit has at least this time. */
#define COMMIT_MS   1000
#define LEAST_MS    5000
/* What a save has at least while the run goes on. */
#define INTERVAL_MS 600000
/* After Slurm's SIGTERM: KillWait is 30 s by default. */
#define TERM_MS	    20000

bool method_is_on(const struct method *m, const struct context *ctx)
{
	return ctx->begin.method.is_on && !m->has_failed;
}

/* ---------------------------------------------------------------- steps */

static int64_t at_least(int64_t ms)
{
	return ms < LEAST_MS ? LEAST_MS : ms;
}

/* How long a save may take. */
static int64_t save_ms(const struct method *m, const struct context *ctx)
{
	const struct run *run = &ctx->run;

	if (m->is_requested && run->has_term)
		return TERM_MS;
	if (m->is_requested && run->give_up_ms)
		return at_least(run->give_up_ms - clock_now_ms() - MARGIN_MS);
	if (m->is_requested)
		return at_least(run->grace_ms - MARGIN_MS);
	/* To kill it may do more harm than to wait. */
	return run->grace_ms < INTERVAL_MS ? INTERVAL_MS : run->grace_ms;
}

/* The step's child runs until *until_ms; a child that couldn't be started has
 * failed. */
static bool set_child(struct method *m, struct context *ctx, pid_t pid,
		      int64_t wait_ms)
{
	ctx->children.pid[CHILD_METHOD] = pid > 0 ? pid : 0;
	m->until_ms = clock_now_ms() + wait_ms;
	return pid > 0;
}

static uint32_t newest_version(struct context *ctx)
{
	struct ckpt_version newest;

	return storage_newest(ctx, &newest) ? newest.number : 0;
}

static void end_step(struct method *m, struct context *ctx,
		     const struct jobscript *script, bool is_good);

static void begin_save(struct method *m, struct context *ctx)
{
	struct method_call call = {
		.tree = m->tree,
		.wait_ms = save_ms(m, ctx),
		.goes_on = !m->is_requested,
	};

	m->newest = newest_version(ctx);
	m->step = METHOD_SAVES;
	/* A save that goes wrong may end the programs: then the job isn't one
	 * that has failed by itself. */
	report_request(ctx, CAUSE_INTERVAL, true);
	if (!set_child(m, ctx, method_save_start(ctx, &call),
		       call.wait_ms + COMMIT_MS))
		end_step(m, ctx, NULL, false);
}

static void begin_verb(struct method *m, struct context *ctx,
		       enum method_step step)
{
	const struct method_call call = {.tree = m->tree, .wait_ms = SHORT_MS};
	const char *name = step == METHOD_DISCARDS ? "discard" : "continue";

	m->step = step;
	if (!set_child(m, ctx, method_verb_start(ctx, &call, name),
		       2 * SHORT_MS))
		end_step(m, ctx, NULL, false);
}

/* The method can't let the programs compute on: do that for it. */
static void thaw_tree(const struct method *m)
{
	struct procs procs;

	picture_take(&procs, m->tree, 0);
	for (size_t i = 0; i < procs.count; i++)
		pid_kill(procs.list[i].pid, procs.list[i].start_ticks, SIGCONT);
	procs_free(&procs);
}

static void kill_tree(const struct method *m)
{
	delivery_kill_all(m->tree);
	kill(m->tree, SIGKILL);
}

static void end_save(struct method *m, struct context *ctx,
		     const struct jobscript *script, bool is_good)
{
	if (is_good && m->is_requested) {
		m->has_saved = true;
		report_request(ctx, ctx->run.cause, true);
		events_post(&ctx->events,
			    &(struct run_event){.kind = RUN_EV_DELIVERED,
						.count = 1});
		events_post_kind(&ctx->events, RUN_EV_PROGRAMS_ENDED);
		begin_verb(m, ctx, METHOD_DISCARDS);
		return;
	}
	if (!is_good && !(script && script->is_gone)) {
		m->has_failed = true;
		report_line("the job computes on; for the rest of this run its "
			    "programs have to save themselves, as with "
			    "--checkpoint-method=program");
	}
	begin_verb(m, ctx, METHOD_CONTINUES);
}

static void end_continue(struct method *m, struct context *ctx, bool is_good)
{
	if (!is_good)
		thaw_tree(m);
	m->step = METHOD_IDLE;
	m->falls_back = m->has_failed && m->is_requested;
	if (m->is_interval)
		events_post_kind(&ctx->events, RUN_EV_SAVED);
	m->is_interval = false;
	if (m->is_requested && !m->has_failed)
		begin_save(m, ctx);
}

/* The child of the step has ended, or there is none. */
static void end_step(struct method *m, struct context *ctx,
		     const struct jobscript *script, bool is_good)
{
	m->until_ms = 0;
	switch (m->step) {
	case METHOD_SAVES:
		end_save(m, ctx, script, is_good);
		break;
	case METHOD_CONTINUES:
		end_continue(m, ctx, is_good);
		break;
	case METHOD_DISCARDS:
		if (!is_good)
			kill_tree(m);
		break;
	case METHOD_BEGINS:
	case METHOD_IDLE:
		break;
	}
}

void method_child_ended(struct method *m, struct context *ctx,
			const struct jobscript *script, int wait_status)
{
	bool is_good = WIFEXITED(wait_status) && !WEXITSTATUS(wait_status);

	ctx->children.pid[CHILD_METHOD] = 0;
	/* One that was killed may have committed the version. */
	if (m->step == METHOD_SAVES && WIFSIGNALED(wait_status)) {
		is_good = newest_version(ctx) > m->newest;
		if (!is_good)
			report_line("%s can't save the job: the save was "
				    "killed, or had no time left",
				    ctx->begin.set.method);
	}
	end_step(m, ctx, script, is_good);
}

/* ------------------------------------------------------------- requests */

void method_request(struct method *m, struct context *ctx)
{
	int64_t until_ms;

	m->is_requested = true;
	if (m->step == METHOD_IDLE) {
		begin_save(m, ctx);
	} else if (m->step == METHOD_SAVES) {
		until_ms = clock_now_ms() + save_ms(m, ctx);
		if (until_ms < m->until_ms)
			m->until_ms = until_ms;
	} else if (m->step == METHOD_BEGINS) {
		report_line("%s is still beginning: the job is saved then",
			    ctx->begin.set.method);
	}
}

void method_save(struct method *m, struct context *ctx)
{
	if (m->step != METHOD_IDLE) {
		events_post_kind(&ctx->events, RUN_EV_SAVED);
		return;
	}
	m->is_interval = true;
	begin_save(m, ctx);
}

bool method_falls_back(struct method *m)
{
	bool falls_back = m->falls_back;

	m->falls_back = false;
	return falls_back;
}

/* -------------------------------------------------------------- looking */

/* The helper "method" replies once, when the programs compute. */
static void await_ready(struct method *m, struct context *ctx)
{
	struct begin *begin = &ctx->begin;
	struct method_ready ready;

	if (read(BRIEF_REPLY_FD, &ready, sizeof(ready)) !=
	    (ssize_t)sizeof(ready))
		return;
	close(BRIEF_REPLY_FD);
	m->tree = ready.pid;
	m->step = METHOD_IDLE;
	if (ready.version)
		report_line("%s has restored version %" PRIu32
			    ": the job computes on",
			    begin->set.method, ready.version);
	if (m->is_requested)
		begin_save(m, ctx);
}

/* The child has had its time: it and what it has started is killed. */
static void end_late_child(struct method *m, struct context *ctx)
{
	pid_t pid = ctx->children.pid[CHILD_METHOD];

	m->until_ms = 0;
	if (!pid)
		return;
	delivery_kill_all(pid);
	kill(pid, SIGKILL);
}

void method_look(struct method *m, struct context *ctx)
{
	if (!ctx->begin.method.is_on)
		return;
	if (m->step == METHOD_BEGINS)
		await_ready(m, ctx);
	if (m->until_ms && clock_now_ms() >= m->until_ms)
		end_late_child(m, ctx);
}

int64_t method_wait_ms(const struct method *m)
{
	int64_t wait_ms = m->until_ms - clock_now_ms();

	if (!m->until_ms)
		return -1;
	return wait_ms > 0 ? wait_ms : 0;
}

bool method_never_began(const struct method *m, const struct context *ctx,
			const struct jobscript *script)
{
	return ctx->begin.method.is_on && m->step == METHOD_BEGINS &&
	       script->is_gone && WIFEXITED(script->wait_status);
}

void method_end(struct method *m, struct context *ctx)
{
	if (ctx->begin.method.is_on)
		end_late_child(m, ctx);
}
