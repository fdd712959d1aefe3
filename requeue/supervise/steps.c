/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * steps.c: asking the programs of srun steps to save.  Their own srun, which
 * stands in our tree, is never signalled: it kills what it started.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "requeue/settings/option.h"
#include "requeue/supervise/report.h"
#include "requeue/slurm/srun.h"
#include "requeue/supervise/supervisor.h"

/* So many programs are named in the job's output; the journal has them all. */
#define NAMED_MAX 8
#define SRUNS_MAX 64

static const char *signal_name(const struct supervisor *s)
{
	return option_signal_name((int)s->begin.set.signal);
}

/* srun ends when its tasks do: it is waited for like one that was asked. */
static void await_sruns(struct supervisor *s)
{
	pid_t pids[SRUNS_MAX];
	size_t count = delivery_sruns(s->delivery, pids, SRUNS_MAX);

	for (size_t i = 0; i < count; i++)
		delivery_await(s->delivery, pids[i]);
}

static unsigned count_nodes(const struct supervisor *s)
{
	static const char name[] = "SLURM_JOB_NUM_NODES=";
	unsigned nodes = 0;

	for (char **env = s->job_env; env && *env; env++)
		if (!strncmp(*env, name, sizeof(name) - 1))
			nodes = (unsigned)strtoul(*env + sizeof(name) - 1, NULL,
						  10);
	return nodes ? nodes : 1;
}

/* Where no step of ours can start, Slurm signals whom it can reach. */
static void fall_back(struct supervisor *s)
{
	s->steps_pid = client_signal_steps(s->begin.site.helpers,
					   s->begin.job_id,
					   (int)s->begin.set.signal);
	if (s->steps_pid > 0)
		return;
	s->steps_pid = 0;
	s->steps = STEPS_UNCAUGHT;
}

/* Slurm's own TERM goes to the steps: at the start of a preemption's grace,
 * of which those that begin later have heard nothing, and whenever it ends the
 * job. */
static bool are_signalled_by_slurm(const struct supervisor *s)
{
	return s->begin.set.signal == SIGTERM &&
	       (s->run.has_term ||
		(s->run.cause == CAUSE_PREEMPT &&
		 s->notice == JOB_NOTICE_STEPS && !s->has_looked));
}

void steps_request(struct supervisor *s)
{
	pid_t pid;

	if (s->begin.set.target == CHOOSE_SCRIPT ||
	    (s->steps != STEPS_NONE && s->steps != STEPS_UNCAUGHT))
		return;
	/* They may have ended meanwhile. */
	if (are_signalled_by_slurm(s) && delivery_has_srun(s->delivery)) {
		report_line("the job's srun steps got SIGTERM from Slurm");
		s->steps = STEPS_SIGNALLED;
		await_sruns(s);
		return;
	}
	/* Those that were started then look on. */
	if (s->agents.pid || s->steps_pid ||
	    !delivery_sruns(s->delivery, &pid, 1))
		return;
	s->steps = STEPS_LOOKING;
	agents_end(&s->agents); /* those of a request before */
	if (agents_start(&s->agents, s->begin.job_id, count_nodes(s),
			 (int)s->begin.set.signal, &s->begin.site, s->begin.dir,
			 supervisor_now_ms()))
		fall_back(s);
}

static void keep_news(struct supervisor *s, const struct agents_news *news)
{
	struct ckpt_record *rec =
		ckpt_record_new(news->is_signalled ? "signal" : "passed");

	ckpt_record_set_int(rec, "pid", news->pid);
	ckpt_record_set_str(rec, "node", news->node);
	ckpt_record_set_str(rec, "name", news->name);
	if (news->is_signalled)
		ckpt_record_set_int(rec, "signal", s->begin.set.signal);
	else
		ckpt_record_set_str(rec, "why", news->why);
	report_record(s->begin.store, s->begin.run, rec);
	if (news->is_signalled && s->agents.heard <= NAMED_MAX)
		report_line("SIG%s to %s (pid %d on %s)", signal_name(s),
			    news->name, news->pid, news->node);
	else if (!news->is_signalled && s->passed_named++ < NAMED_MAX)
		report_line("%s (pid %d on %s) was passed over: %s", news->name,
			    news->pid, news->node, news->why);
}

/* The steps are known to hear, or not: the request goes on. */
static void conclude(struct supervisor *s, enum steps_state state)
{
	/* It was let go when nobody heard. */
	if (state == STEPS_SIGNALLED && s->steps == STEPS_UNCAUGHT)
		request_freeze(s);
	s->steps = state;
	if (s->agents.heard > NAMED_MAX)
		report_line("SIG%s to %u programs in all, on %u nodes",
			    signal_name(s), s->agents.heard, s->agents.nodes);
	if (state == STEPS_SIGNALLED)
		await_sruns(s);
	request_delivered(s);
}

void steps_look(struct supervisor *s)
{
	struct agents_news news;
	unsigned heard = s->agents.heard;

	while (agents_read(&s->agents, &news))
		keep_news(s, &news);
	if (s->steps == STEPS_LOOKING && agents_have_looked(&s->agents))
		conclude(s, s->agents.heard ? STEPS_SIGNALLED : STEPS_UNCAUGHT);
	else if (s->steps == STEPS_UNCAUGHT && s->agents.heard > heard)
		conclude(s, STEPS_SIGNALLED);
	else if (s->steps == STEPS_LOOKING && s->agents.pid &&
		 supervisor_now_ms() - s->agents.started_ms > AGENTS_START_MS)
		steps_stop(s); /* its end leads on */
}

int64_t steps_wait_ms(const struct supervisor *s)
{
	int64_t left_ms = s->agents.started_ms + AGENTS_START_MS + 1 -
			  supervisor_now_ms();

	if (s->steps != STEPS_LOOKING || !s->agents.pid)
		return -1;
	return left_ms > 0 ? left_ms : 0;
}

static void end_agents(struct supervisor *s)
{
	s->agents.pid = 0;
	steps_look(s); /* its last lines */
	if (s->steps != STEPS_LOOKING)
		return;
	if (s->agents.told) {
		conclude(s, s->agents.heard ? STEPS_SIGNALLED : STEPS_UNCAUGHT);
		return;
	}
	report_line("no step of ours could start in time: Slurm signals the "
		    "job's srun steps");
	fall_back(s);
	if (s->steps == STEPS_UNCAUGHT)
		request_delivered(s);
}

static void end_fall_back(struct supervisor *s, int wait_status)
{
	bool is_done = WIFEXITED(wait_status) && !WEXITSTATUS(wait_status);

	s->steps_pid = 0;
	if (is_done)
		report_line("SIG%s to the job's srun steps", signal_name(s));
	else
		report_line("the srun steps could not be signalled");
	conclude(s, is_done ? STEPS_SIGNALLED : STEPS_UNCAUGHT);
}

bool steps_child_ended(struct supervisor *s, pid_t pid, int wait_status)
{
	if (pid == s->agents.pid)
		end_agents(s);
	else if (pid == s->steps_pid)
		end_fall_back(s, wait_status);
	else
		return false;
	return true;
}

void steps_stop(struct supervisor *s)
{
	if (!s->agents.pid)
		return;
	srun_stop(s->agents.pid);
	end_agents(s);
}
