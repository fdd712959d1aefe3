/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise.c: the loop that watches over the user's script.
 *
 * All signals are blocked.  One sigtimedwait() waits for signals, for the end
 * of children and for the time at which the run wants to be woken.  What has
 * happened is posted as an event to a queue; the loop takes an event out,
 * passes it to run_step(), and carries out the orders that this returns.
 * Orders may post events, which are done after them.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "requeue/process/deliver.h"
#include "requeue/settle/settle.h"
#include "requeue/slurm/srun.h"
#include "requeue/supervise/bystander.h"
#include "requeue/supervise/clock.h"
#include "requeue/supervise/context.h"
#include "requeue/supervise/files.h"
#include "requeue/supervise/finish.h"
#include "requeue/supervise/method.h"
#include "requeue/supervise/queries.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/report_request.h"
#include "requeue/supervise/request.h"
#include "requeue/supervise/save.h"
#include "requeue/supervise/jobscript.h"
#include "requeue/supervise/sentinel.h"
#include "requeue/supervise/steps.h"
#include "requeue/supervise/storage.h"
#include "requeue/supervise/supervise.h"
#include "requeue/supervise/userhook.h"

/* So long after they were killed, the programs of steps write no more. */
#define STEPS_KILL_S 2

struct supervisor {
	struct context ctx; /* what all parts read */
	struct jobscript script;
	struct queries queries;
	struct sentinel sentinel;
	struct request request;
	struct save save;
	struct method method;
	struct files files;
	struct bystander bystander;
	int64_t wake_ms;   /* when the run wants a RUN_EV_TICK; 0 never */
	bool has_children; /* to reap, perhaps */
	bool is_begun;	   /* the script was started */
	bool has_killed_steps;
};

static void post(struct supervisor *s, enum run_event_kind kind)
{
	events_post_kind(&s->ctx.events, kind);
}

/* ------------------------------------------------------------ orders */

static void collect(struct supervisor *s)
{
	s->save.step = SAVE_NONE;
	/* The method has taken them with the programs. */
	if (s->method.has_saved) {
		post(s, RUN_EV_COLLECTED);
		return;
	}
	/* The child of a save has waited for files long enough. */
	children_kill(&s->ctx.children, CHILD_FILES);
	if (!files_start(&s->ctx, NULL, 0, true,
			 s->has_killed_steps ? STEPS_KILL_S : 0))
		post(s, RUN_EV_COLLECTED);
}

static void hook(struct supervisor *s)
{
	save_give_hook(&s->save, &s->ctx);
	request_hook(&s->request, &s->ctx);
}

/* The programs of steps must not write while their files are taken. */
static void kill_programs(struct supervisor *s)
{
	s->has_killed_steps = s->ctx.run.has_files &&
			      steps_are_running(&s->ctx);
	delivery_kill_all(getpid());
	if (s->has_killed_steps)
		steps_kill(&s->ctx);
}

/* What concerns processes that run already: it can't wait. */
static void act_on_processes(struct supervisor *s,
			     const struct run_orders *orders)
{
	bool has_method = method_is_on(&s->method, &s->ctx);

	if (orders->freeze && !has_method)
		request_freeze(&s->request, &s->ctx);
	if (orders->thaw && !has_method)
		request_thaw(&s->request, &s->ctx);
	if (orders->forward)
		jobscript_forward(&s->script, orders->forward);
	if (orders->freeze_again)
		request_freeze_again(&s->request);
	if (orders->announce_uncaught)
		request_uncaught(&s->request, &s->ctx);
	if (orders->kill_frozen)
		request_kill_frozen(&s->request, &s->ctx);
	if (orders->kill) {
		request_give_up(&s->request, &s->ctx, &s->script);
		kill_programs(s);
		report_line("out of time: the job's programs are stopped");
		/* A request that no program caught has ended the run all the
		 * same: it is the cause. */
		if (!s->ctx.run.is_made)
			report_request(&s->ctx, s->ctx.run.cause, true);
	}
}

static void deliver(struct supervisor *s)
{
	if (method_is_on(&s->method, &s->ctx))
		method_request(&s->method, &s->ctx);
	else
		request_deliver(&s->request, &s->ctx);
}

static void save(struct supervisor *s, bool is_now)
{
	if (method_is_on(&s->method, &s->ctx))
		method_save(&s->method, &s->ctx);
	else
		save_start(&s->save, &s->ctx, is_now);
}

/* The order matters: work is frozen before a query is made or a hook runs, the
 * hook runs before the signal, files are taken last. */
static void carry_out(struct supervisor *s, const struct run_orders *orders)
{
	act_on_processes(s, orders);
	if (orders->query_reach) /* SIGTERM has come */
		request_foresee(&s->ctx);
	if (orders->finish &&
	    !method_never_began(&s->method, &s->ctx, &s->script))
		finish_record(&s->ctx, &s->script, &s->request, &s->files);
	if (orders->query)
		queries_start(&s->queries, &s->ctx, orders->query_reach);
	if (orders->announce)
		request_announce(&s->request, &s->ctx);
	if (orders->acknowledge)
		request_acknowledge(&s->ctx);
	if (orders->hook)
		hook(s);
	if (orders->deliver || orders->look_again)
		deliver(s);
	if (orders->save)
		save(s, orders->save_now);
	if (orders->collect)
		collect(s);
}

static void start_sentinel(struct supervisor *s)
{
	int64_t poll_ms = sentinel_start(&s->sentinel, &s->ctx);

	if (poll_ms)
		s->ctx.run.poll_ms = poll_ms;
}

/* Pass on what was posted, and what that leads to, until the queue is empty. */
static void run_events(struct supervisor *s)
{
	struct run_orders orders;
	struct run_event event;

	while (events_take(&s->ctx.events, &event)) {
		event.now_ms = clock_now_ms();
		run_step(&s->ctx.run, &event, &orders);
		s->wake_ms = orders.wake_ms;
		carry_out(s, &orders);
		/* The sentinel has ended with its notice: start the next. */
		if (s->is_begun && (event.kind == RUN_EV_REPLY ||
				    event.kind == RUN_EV_NO_REPLY))
			start_sentinel(s);
	}
}

/* ----------------------------------------------------------- children */

static void end_child(struct supervisor *s, enum child child, int wait_status)
{
	struct context *ctx = &s->ctx;
	bool is_good;

	switch (child) {
	case CHILD_QUERY:
		queries_ended(&s->queries, ctx, wait_status);
		break;
	case CHILD_SAY:
		ctx->children.pid[CHILD_SAY] = 0;
		break;
	case CHILD_STEPS:
	case CHILD_AGENTS:
		request_child_ended(&s->request, ctx, child, wait_status);
		break;
	case CHILD_SENTINEL:
		sentinel_ended(&s->sentinel, ctx);
		break;
	case CHILD_HOOK:
		is_good = userhook_ended(ctx, wait_status);
		if (s->save.step == SAVE_HOOK)
			save_hook_ended(&s->save, ctx, is_good);
		else
			request_hook_ended(&s->request, ctx, is_good);
		break;
	case CHILD_FILES:
		files_ended(&s->files, ctx, wait_status);
		if (s->save.step == SAVE_FILES)
			save_files_ended(&s->save, ctx);
		else
			post(s, RUN_EV_COLLECTED);
		break;
	case CHILD_METHOD:
		method_child_ended(&s->method, ctx, &s->script, wait_status);
		break;
	case CHILD_WATCH: /* it was killed: the end of the run will say so */
		ctx->children.pid[CHILD_WATCH] = 0;
		break;
	case CHILD_TIDY:
		ctx->children.pid[CHILD_TIDY] = 0;
		break;
	case CHILD_BYSTANDER:
		bystander_ended(&s->bystander, ctx);
		break;
	case CHILD_WRITER: /* report_flush() takes its word */
	case CHILD_NONE:   /* an orphan of the script */
		break;
	}
}

static void reap_children(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == s->script.pid)
			jobscript_ended(&s->script, status);
		else
			end_child(s, children_find(&s->ctx.children, pid),
				  status);
		run_events(s);
	}
}

/* ------------------------------------------------------------ signals */

/* What the owner wants of the run (scheckpoint set, now, requeue), left in the
 * store; false: nothing is there. */
static bool take_owner_request(struct supervisor *s)
{
	struct context *ctx = &s->ctx;
	char word[CKPT_REQUEST_MAX];

	if (!storage_take_request(ctx, word))
		return false;
	if (!strcmp(word, "set")) {
		begin_amend(&ctx->begin);
		ctx->run.grace_ms = ctx->begin.grace_ms;
		post(s, RUN_EV_TICK);
		return true;
	}
	post(s, strcmp(word, "now") ? RUN_EV_REQUEUE : RUN_EV_SAVE_NOW);
	return true;
}

static void handle_signal(struct supervisor *s, const siginfo_t *info)
{
	struct run_event event = {.kind = RUN_EV_SIGNAL,
				  .signum = info->si_signo};

	if (sentinel_is_notice(info)) {
		post(s, RUN_EV_PREEMPT_NOTICE);
		/* This SIGURG may stand for one that came with it. */
		take_owner_request(s);
		return;
	}
	/* SIGURG: slurmctld's warning, or the owner's request. */
	if (info->si_signo == SIGURG && take_owner_request(s))
		return;
	else if (info->si_signo != SIGURG) /* neither goes to the script */
		event.reaches_all =
			bystander_got(&s->bystander, &s->ctx, info->si_signo);
	events_post(&s->ctx.events, &event);
}

/* --------------------------------------------------------------- loop */

/* The shorter of two waits of which either may be endless, -1. */
static int64_t shorter_ms(int64_t a_ms, int64_t b_ms)
{
	if (a_ms < 0 || b_ms < 0)
		return a_ms < 0 ? b_ms : a_ms;
	return a_ms < b_ms ? a_ms : b_ms;
}

/* How long the loop may sleep; -1: until something happens. */
static int64_t sleep_ms(const struct supervisor *s)
{
	int64_t wait_ms = -1;

	if (s->wake_ms) {
		wait_ms = s->wake_ms - clock_now_ms();
		if (wait_ms < 0)
			wait_ms = 0;
	}
	wait_ms = shorter_ms(wait_ms, request_wait_ms(&s->request, &s->ctx));
	wait_ms = shorter_ms(wait_ms, method_wait_ms(&s->method));
	return shorter_ms(wait_ms, queries_wait_ms(&s->queries));
}

static void wait_for_signal(struct supervisor *s)
{
	int64_t wait_ms = sleep_ms(s);
	struct timespec wait = {.tv_sec = wait_ms / 1000,
				.tv_nsec = wait_ms % 1000 * 1000000};
	siginfo_t info = {0};
	sigset_t all;
	int signum;

	sigfillset(&all);
	signum = sigtimedwait(&all, &info, wait_ms < 0 ? NULL : &wait);
	report_flush();
	queries_kill_late(&s->queries);
	s->has_children = signum <= 0 || signum == SIGCHLD || signum == SIGIO;
	if (!s->has_children)
		handle_signal(s, &info);
}

static void look_at_children(struct supervisor *s)
{
	if (s->has_children)
		reap_children(s);
}

static void look_at_clock(struct supervisor *s)
{
	if (s->wake_ms && s->wake_ms <= clock_now_ms())
		post(s, RUN_EV_TICK);
}

static void look_at_steps(struct supervisor *s)
{
	request_look_at_steps(&s->request, &s->ctx);
}

static void look_at_programs(struct supervisor *s)
{
	request_look_at_programs(&s->request, &s->ctx);
}

static void look_at_method(struct supervisor *s)
{
	method_look(&s->method, &s->ctx);
	if (method_falls_back(&s->method))
		request_deliver(&s->request, &s->ctx);
}

static void look_at_script(struct supervisor *s)
{
	struct run_event event = {.kind = RUN_EV_SCRIPT_ENDED};
	struct context *ctx = &s->ctx;

	if (!s->script.is_gone || s->script.is_reported)
		return;
	s->script.is_reported = true;
	request_script_ended(&s->request, ctx, &s->script);
	event.has_others = ctx->run.is_term_queried &&
			   jobscript_has_left_others(ctx);
	events_post(&ctx->events, &event);
}

/* Whatever may post events, in the order in which it is looked at.  The events
 * of one are done before the next is looked at. */
static void (*const sources[])(struct supervisor *s) = {
	wait_for_signal,  look_at_children, look_at_clock,  look_at_steps,
	look_at_programs, look_at_method,   look_at_script,
};

static void loop(struct supervisor *s)
{
	while (s->ctx.run.phase != RUN_ENDED) {
		for (size_t i = 0; i < sizeof(sources) / sizeof(*sources);
		     i++) {
			sources[i](s);
			run_events(s);
		}
	}
}

/* Slurm's limit and end are queried before the script starts, so that it can
 * be told; but a slurmctld that doesn't reply must not keep it waiting. */
static void await_first_reply(struct supervisor *s)
{
	int64_t until_ms = clock_now_ms() + BEGIN_REPLY_WAIT_S * 1000, left_ms;
	struct timespec wait;
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (s->queries.query.pid) {
		left_ms = until_ms - clock_now_ms();
		if (left_ms <= 0)
			return;
		wait = (struct timespec){.tv_sec = left_ms / 1000,
					 .tv_nsec = left_ms % 1000 * 1000000};
		if (sigtimedwait(&child, NULL, &wait) < 0 && errno == EAGAIN)
			return;
		reap_children(s);
	}
}

static void start(struct supervisor *s)
{
	struct context *ctx = &s->ctx;

	run_init(&ctx->run, begin_grace_s(&ctx->begin));
	ctx->run.grace_ms = ctx->begin.grace_ms;
	ctx->run.interval_ms = ctx->begin.set.interval_s * 1000;
	ctx->run.has_hook = ctx->begin.set.hook[0];
	ctx->run.has_files = ctx->begin.set.files[0];
	post(s, RUN_EV_START);
	run_events(s);
	await_first_reply(s);
	begin_go(&ctx->begin, &ctx->run);
	/* Later: it would keep the script's pipe open. */
	bystander_start(&s->bystander, ctx);
	ctx->children.pid[CHILD_TIDY] = begin_tidy(&ctx->begin);
	s->is_begun = true;
	start_sentinel(s);
}

int supervise_run(const struct brief *brief, char **env)
{
	struct supervisor s = {
		.ctx.job_env = env,
		.script.pid = brief->script_pid,
	};
	int status;

	struct ckpt_version newest;
	bool has_saved;

	report_use(&s.ctx.children.pid[CHILD_WRITER]);
	if (begin_run(&s.ctx.begin, brief, &status))
		return status;
	start(&s);
	loop(&s);
	if (s.ctx.children.pid[CHILD_SENTINEL])
		srun_stop(s.ctx.children.pid[CHILD_SENTINEL]);
	request_end(&s.request, &s.ctx);
	method_end(&s.method, &s.ctx);
	bystander_stop(&s.bystander, &s.ctx);
	finish_await_readers(&s.ctx);
	has_saved = storage_newest(&s.ctx, &newest);
	begin_end(&s.ctx.begin, &s.ctx.run, has_saved ? &newest : NULL);
	if (method_never_began(&s.method, &s.ctx, &s.script))
		return SETTLE_METHOD_CODE << 8;
	return finish_status(&s.ctx, &s.script);
}
