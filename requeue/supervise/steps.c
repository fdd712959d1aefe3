/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steps.c: requests for the programs of the job's srun steps. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <time.h>

#include "requeue/policy/handmade.h"
#include "requeue/policy/launchers.h"
#include "requeue/process/picture.h"
#include "requeue/settings/option.h"
#include "requeue/slurm/client.h"
#include "requeue/slurm/srun.h"
#include "requeue/supervise/clock.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/steps.h"

/* So many programs are named in the job's output; the journal has them all. */
#define NAMED_MAX     8
#define SRUNS_MAX     64
#define AGENTS_END_MS 2000

static const char *signal_name(const struct context *ctx)
{
	return option_signal_name((int)ctx->begin.set.signal);
}

void steps_await(struct delivery *delivery)
{
	pid_t pids[SRUNS_MAX];
	size_t count = delivery_sruns(delivery, pids, SRUNS_MAX);

	for (size_t i = 0; i < count; i++)
		delivery_await(delivery, pids[i]);
}

static unsigned count_nodes(const struct context *ctx)
{
	static const char name[] = "SLURM_JOB_NUM_NODES=";
	unsigned nodes = 0;

	for (char **env = ctx->job_env; env && *env; env++)
		if (!strncmp(*env, name, sizeof(name) - 1))
			nodes = (unsigned)strtoul(*env + sizeof(name) - 1, NULL,
						  10);
	return nodes ? nodes : 1;
}

/* Where no step of ours can start, Slurm signals every program of the steps,
 * whether it catches the signal or not. */
static void fall_back(struct steps *steps, struct context *ctx)
{
	pid_t pid = client_signal_steps(ctx->begin.site.helpers,
					ctx->begin.job_id,
					(int)ctx->begin.set.signal);

	ctx->children.pid[CHILD_STEPS] = pid > 0 ? pid : 0;
	if (pid <= 0)
		steps->state = STEPS_UNCAUGHT;
}

/*
 * Slurm's own SIGTERM goes to the steps whenever it ends the job, and at the
 * start of a preemption's grace.  Steps that begin later in the grace have not
 * got it, so that only the first look counts there.
 */
static bool are_signalled_by_slurm(const struct context *ctx,
				   bool is_first_look)
{
	int64_t signum = ctx->begin.set.signal;

	return (signum == SIGTERM || !signum) &&
	       (ctx->run.has_term ||
		(ctx->run.cause == CAUSE_PREEMPT &&
		 ctx->notice == JOB_NOTICE_STEPS && is_first_look));
}

static void start_agents(struct steps *steps, struct context *ctx)
{
	const struct agents_order order = {
		.job_id = ctx->begin.job_id,
		.nodes = count_nodes(ctx),
		.signum = (int)ctx->begin.set.signal,
		.site = &ctx->begin.site,
		.store_dir = ctx->begin.dir,
		.work_dir = ctx->begin.brief->work_dir,
		.takes_runtimes = context_takes_runtimes(ctx),
		.deaf = context_deaf(ctx),
		.savers = ctx->begin.learned.savers,
	};
	pid_t pid;

	steps->state = STEPS_LOOKING;
	agents_end(&steps->agents); /* those of an earlier request */
	pid = agents_start(&steps->agents, &order, clock_now_ms());
	ctx->children.pid[CHILD_AGENTS] = pid > 0 ? pid : 0;
	if (pid <= 0)
		fall_back(steps, ctx);
}

void steps_request(struct steps *steps, struct context *ctx,
		   struct delivery *delivery, bool is_first_look)
{
	pid_t pid;

	if ((ctx->begin.set.signal && ctx->begin.set.target == CHOOSE_SCRIPT) ||
	    (steps->state != STEPS_NONE && steps->state != STEPS_UNCAUGHT))
		return;
	/* The sruns may have ended meanwhile. */
	if (are_signalled_by_slurm(ctx, is_first_look) &&
	    delivery_has_srun(delivery)) {
		report_line("the job's srun steps got SIGTERM from Slurm");
		steps->state = STEPS_SIGNALLED;
		steps_await(delivery);
		return;
	}
	/* The hook has requested their programs. */
	if (!ctx->begin.set.signal) {
		steps_await(delivery);
		return;
	}
	/* Agents that run already look again by themselves. */
	if (!ctx->children.pid[CHILD_AGENTS] &&
	    !ctx->children.pid[CHILD_STEPS] &&
	    delivery_sruns(delivery, &pid, 1))
		start_agents(steps, ctx);
}

static void keep_news(struct steps *steps, struct context *ctx,
		      const struct agents_news *news)
{
	const struct record record = {
		.kind = news->is_signalled ? RECORD_SIGNAL : RECORD_PASSED,
		.program = {.pid = news->pid,
			    .node = news->node,
			    .name = news->name,
			    .signal = ctx->begin.set.signal,
			    .why = news->why},
	};

	report_record(ctx->begin.store, ctx->begin.run, &record);
	if (news->is_signalled && steps->agents.signalled <= NAMED_MAX)
		report_line("SIG%s to %s (pid %d on %s)", signal_name(ctx),
			    news->name, news->pid, news->node);
	else if (!news->is_signalled && !steps->is_hooked &&
		 steps->passed_named++ < NAMED_MAX)
		report_line("%s (pid %d on %s) was passed over: %s", news->name,
			    news->pid, news->node, news->why);
}

static bool conclude(struct steps *steps, const struct context *ctx,
		     bool is_signalled)
{
	const struct agents *agents = &steps->agents;

	steps->state = is_signalled ? STEPS_SIGNALLED : STEPS_UNCAUGHT;
	if (!is_signalled && agents->looked &&
	    agents->stepless == agents->looked)
		report_line("srun runs, but no step of the job was found on "
			    "its nodes: no program of it was asked to save");
	if (steps->agents.signalled > NAMED_MAX)
		report_line("SIG%s to %u programs in all, on %u nodes",
			    signal_name(ctx), steps->agents.signalled,
			    steps->agents.nodes);
	return true;
}

bool steps_look(struct steps *steps, struct context *ctx)
{
	struct agents *agents = &steps->agents;
	unsigned signalled = agents->signalled;
	struct agents_news news;

	while (agents_read(agents, &news))
		keep_news(steps, ctx, &news);
	if (steps->state == STEPS_LOOKING && agents_have_looked(agents))
		return conclude(steps, ctx, agents->signalled > 0);
	if (steps->state == STEPS_UNCAUGHT && agents->signalled > signalled)
		return conclude(steps, ctx, true);
	if (steps_wait_ms(steps, ctx) == 0)
		return steps_stop(steps, ctx);
	return false;
}

int64_t steps_wait_ms(const struct steps *steps, const struct context *ctx)
{
	int64_t left_ms =
		steps->agents.started_ms + AGENTS_START_MS + 1 - clock_now_ms();

	if (steps->state != STEPS_LOOKING || !ctx->children.pid[CHILD_AGENTS])
		return -1;
	return left_ms > 0 ? left_ms : 0;
}

static bool end_agents(struct steps *steps, struct context *ctx)
{
	ctx->children.pid[CHILD_AGENTS] = 0;
	if (steps_look(steps, ctx)) /* their last lines */
		return true;
	if (steps->state != STEPS_LOOKING)
		return false;
	if (steps->agents.looked)
		return conclude(steps, ctx, steps->agents.signalled > 0);
	report_line("no step of ours could start in time: Slurm signals the "
		    "job's srun steps");
	fall_back(steps, ctx);
	return steps->state == STEPS_UNCAUGHT;
}

static bool end_fall_back(struct steps *steps, struct context *ctx,
			  int wait_status)
{
	bool is_done = WIFEXITED(wait_status) && !WEXITSTATUS(wait_status);

	ctx->children.pid[CHILD_STEPS] = 0;
	if (is_done)
		report_line("SIG%s to the job's srun steps", signal_name(ctx));
	else
		report_line("the srun steps could not be signalled");
	return conclude(steps, ctx, is_done);
}

bool steps_child_ended(struct steps *steps, struct context *ctx,
		       enum child child, int wait_status)
{
	return child == CHILD_AGENTS ? end_agents(steps, ctx)
				     : end_fall_back(steps, ctx, wait_status);
}

/* They end by themselves when the last program has. */
void steps_await_agents(struct steps *steps, struct context *ctx)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
	int64_t until_ms = clock_now_ms() + AGENTS_END_MS;

	if (steps->state != STEPS_SIGNALLED || !steps->agents.looked)
		return;
	while (ctx->children.pid[CHILD_AGENTS] &&
	       !agents_have_watched(&steps->agents) &&
	       clock_now_ms() < until_ms) {
		nanosleep(&pause, NULL);
		steps_look(steps, ctx);
	}
}

bool steps_are_watched(const struct steps *steps)
{
	if (steps->state == STEPS_UNCAUGHT)
		return steps->agents.nodes <= 1; /* this one is watched */
	return steps->state == STEPS_NONE ||
	       agents_have_watched(&steps->agents);
}

bool steps_stop(struct steps *steps, struct context *ctx)
{
	if (!ctx->children.pid[CHILD_AGENTS])
		return false;
	srun_stop(ctx->children.pid[CHILD_AGENTS]);
	return end_agents(steps, ctx);
}

/* Is it an srun of the job's own? */
static bool is_jobs_srun(const struct context *ctx, const struct proc *proc)
{
	for (size_t i = 0; i < CHILD_NONE; i++)
		if (ctx->children.pid[i] == proc->pid)
			return false;
	return launchers_kind(proc, NULL) == LAUNCHER_SRUN;
}

bool steps_are_running(const struct context *ctx)
{
	bool is_found = false;
	struct procs procs;

	picture_take(&procs, getpid(), SIGTERM);
	for (size_t i = 0; i < procs.count; i++)
		is_found |= is_jobs_srun(ctx, &procs.list[i]);
	procs_free(&procs);
	return is_found;
}

bool steps_may_be_async(void)
{
	bool is_found = false;
	struct procs procs;

	picture_take(&procs, getpid(), SIGTERM);
	for (size_t i = 0; i < procs.count && !is_found; i++)
		is_found = procs.list[i].script &&
			   handmade_is_async(procs.list[i].script);
	procs_free(&procs);
	return is_found;
}

void steps_kill(const struct context *ctx)
{
	/* Reaped by the loop. */
	client_signal_steps(ctx->begin.site.helpers, ctx->begin.job_id,
			    SIGKILL);
}
