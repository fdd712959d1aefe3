/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise.c: watch over the user's script.
 *
 * All signals are blocked; one sigtimedwait() waits for signals, the end of
 * children and the next moment at which run.c wants to be woken.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/store.h"
#include "requeue/begin.h"
#include "requeue/deliver.h"
#include "requeue/query.h"
#include "requeue/report.h"
#include "requeue/run.h"
#include "requeue/supervise.h"
#include "requeue/text.h"

/* While somebody is saving we look whether they still live: often at first,
 * then every second. */
#define POLL_MIN_MS 20
#define POLL_MAX_MS 1000
/* Readers of a pipe need a moment to finish after their writer has ended. */
#define LINGER_MS   3000

/* Passed over and told of, each time we look. */
#define PASSED_MAX 16

struct supervisor {
	struct begin begin; /* store, settings: what the run began with */
	struct run run;
	struct query query;
	pid_t script;
	int script_status;
	bool is_script_gone;
	bool is_script_reported;
	struct delivery *delivery; /* NULL: no request yet */
	pid_t steps_pid;	   /* rpc that signals the srun steps */
	bool has_steps;
	bool is_view_recorded;
	int64_t saved_ms;
	bool is_answered;
	int64_t wake_ms;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void keep(struct supervisor *s, struct ckpt_record *rec)
{
	report_record(s->begin.store, s->begin.run, rec);
}

static void step(struct supervisor *s, struct run_event *event);

/* ---------------------------------------------------------- requests */

static const char *why(const struct supervisor *s, char *buf, size_t size)
{
	char span[TEXT_SPAN_MAX];
	int64_t left_s = (s->run.end_ms - now_ms()) / 1000;

	switch (s->run.cause) {
	case CAUSE_LIMIT:
		if (s->run.has_term)
			snprintf(buf, size, "the time limit was reached");
		else
			snprintf(buf, size, "the run ends in %s",
				 text_span(span, left_s));
		break;
	case CAUSE_PREEMPT:
		snprintf(buf, size, "the job is being preempted");
		break;
	case CAUSE_OPERATOR:
		snprintf(buf, size, "asked to save and make room");
		break;
	default:
		snprintf(
			buf, size, "%s",
			s->run.is_cancelled
				? "the job was cancelled"
				: "Slurm ends the job, and can't be asked why");
	}
	return buf;
}

static void record_request(struct supervisor *s, bool is_made)
{
	struct ckpt_record *rec = ckpt_record_new("request");
	char text[160];

	ckpt_record_set_str(rec, "cause", cause_name(s->run.cause));
	ckpt_record_set_bool(rec, "made", is_made);
	ckpt_record_set_bool(rec, "term", s->run.has_term);
	ckpt_record_set_str(rec, "text", why(s, text, sizeof(text)));
	keep(s, rec);
	if (s->run.has_term && !is_made)
		keep(s, ckpt_record_new("term"));
}

/* Names and records of those who got the signal since the last call. */
static void tell_hearers(struct supervisor *s)
{
	const struct delivery_item *item;

	while ((item = delivery_next_signalled(s->delivery))) {
		struct ckpt_record *rec = ckpt_record_new("signal");

		ckpt_record_set_int(rec, "pid", item->pid);
		ckpt_record_set_str(rec, "name", item->name);
		ckpt_record_set_int(rec, "signal", s->begin.set.signal);
		keep(s, rec);
		report_line("SIG%s to %s (pid %d)",
			    sigabbrev_np((int)s->begin.set.signal), item->name,
			    (int)item->pid);
	}
}

/* Who was passed over, and why: for the journal, and for people where nobody
 * heard at all. */
static void tell_passed(struct supervisor *s, bool is_said)
{
	const struct delivery_item *item;

	for (unsigned n = 0; (item = delivery_next_passed(s->delivery)); n++) {
		struct ckpt_record *rec = ckpt_record_new("passed");

		if (n >= PASSED_MAX) {
			ckpt_record_free(rec);
			break;
		}
		ckpt_record_set_int(rec, "pid", item->pid);
		ckpt_record_set_str(rec, "name", item->name);
		ckpt_record_set_str(rec, "why", item->reason);
		keep(s, rec);
		if (is_said)
			report_line("%s (pid %d) was passed over: %s",
				    item->name, (int)item->pid, item->reason);
	}
}

static void signal_steps(struct supervisor *s)
{
	pid_t pids[64];
	size_t count = delivery_sruns(s->delivery, pids, 64);

	if (!count || s->has_steps)
		return;
	s->steps_pid = query_signal_steps(s->begin.site.helpers,
					  s->begin.job_id,
					  (int)s->begin.set.signal);
	if (s->steps_pid <= 0)
		return;
	s->has_steps = true;
	for (size_t i = 0; i < count; i++)
		delivery_await(s->delivery, pids[i]);
}

static unsigned count_hearers(const struct supervisor *s)
{
	return (unsigned)delivery_count(s->delivery) + (s->has_steps ? 1 : 0);
}

static void deliver(struct supervisor *s, bool is_first)
{
	struct run_event event = {.kind = RUN_EV_DELIVERED};
	pid_t mine[] = {s->query.pid, s->steps_pid};
	struct delivery_order order = {
		.root = getpid(),
		.signum = (int)s->begin.set.signal,
		.launchers = s->begin.site.launchers,
		.exclude = mine,
		.exclude_count = 2,
	};
	unsigned before = s->delivery ? count_hearers(s) : 0;

	if (is_first) {
		char text[160];

		record_request(s, false);
		report_line("%s: asking the job to save",
			    why(s, text, sizeof(text)));
	}
	if (!s->delivery)
		s->delivery = delivery_new();
	if (s->delivery && s->run.skips_delivery)
		delivery_note(s->delivery, &order);
	else if (s->delivery)
		delivery_make(s->delivery, &order);
	if (s->delivery) {
		tell_hearers(s);
		if (!s->run.skips_delivery)
			signal_steps(s);
		event.count = count_hearers(s);
		tell_passed(s, is_first && !event.count);
	}
	if (event.count && !before)
		record_request(s, true);
	if (event.count)
		s->saved_ms = now_ms();
	step(s, &event);
}

static void announce_unheard(struct supervisor *s)
{
	report_line("no program of the job hears SIG%s: it computes on until "
		    "just before the end, and what isn't saved by then is "
		    "lost",
		    sigabbrev_np((int)s->begin.set.signal));
	report_line("what helps: a handler in the program, a trap in the "
		    "script, another signal (--checkpoint-signal), or "
		    "scheckpoint save as it goes");
}

/* -------------------------------------------------------- slurmctld */

static void ask(struct supervisor *s, bool reach)
{
	struct run_event event = {.kind = RUN_EV_NO_ANSWER};

	if (s->query.pid) { /* a newer question supersedes it */
		kill(s->query.pid, SIGKILL);
		waitpid(s->query.pid, NULL, 0);
		close(s->query.fd);
		s->query.pid = 0;
	}
	if (query_start(&s->query, s->begin.site.helpers, s->begin.job_id,
			reach, now_ms()))
		step(s, &event);
}

static void hear_answer(struct supervisor *s, int wait_status)
{
	struct run_event event = {.kind = RUN_EV_ANSWER};
	int64_t old_end_ms = s->run.end_ms;
	struct query_job job;

	if (!query_finish(&s->query, wait_status, &event.view, &job)) {
		event.kind = RUN_EV_NO_ANSWER;
	} else if (!s->is_view_recorded) {
		s->is_view_recorded = true;
		begin_record_view(&s->begin, &event.view, &job);
	} else if (event.view.end_ms && event.view.end_ms != old_end_ms) {
		struct ckpt_record *rec = ckpt_record_new("deadline");

		ckpt_record_set_int(rec, "end", event.view.end_ms / 1000);
		keep(s, rec);
	}
	step(s, &event);
}

/* ------------------------------------------------------------ orders */

static void record_finish(struct supervisor *s)
{
	struct ckpt_record *rec = ckpt_record_new("finish");
	int status = s->script_status;

	if (WIFSIGNALED(status))
		ckpt_record_set_int(rec, "signal", WTERMSIG(status));
	else
		ckpt_record_set_int(rec, "exit", WEXITSTATUS(status));
	ckpt_record_set_bool(rec, "answered", s->is_answered);
	ckpt_record_set_bool(rec, "cut", s->run.is_stopped);
	ckpt_record_set_bool(rec, "oom", begin_has_oom(&s->begin));
	ckpt_record_set_int(rec, "calls", s->run.calls);
	keep(s, rec);
}

static void kill_all(struct supervisor *s)
{
	report_line("out of time: the job's programs are stopped");
	delivery_kill_all(getpid());
	(void)s;
}

static void obey(struct supervisor *s, const struct run_orders *orders)
{
	s->wake_ms = orders->wake_ms;
	if (orders->forward && !s->is_script_gone)
		kill(s->script, orders->forward);
	if (orders->stop_again && s->delivery)
		delivery_restop(s->delivery);
	if (orders->announce_unheard)
		announce_unheard(s);
	if (orders->release && s->delivery)
		delivery_release(s->delivery);
	if (orders->kill)
		kill_all(s);
	if (orders->finish)
		record_finish(s);
	if (orders->ask)
		ask(s, orders->ask_reach);
	if (orders->deliver)
		deliver(s, true);
	else if (orders->look_again)
		deliver(s, false);
}

static void step(struct supervisor *s, struct run_event *event)
{
	struct run_orders orders;

	event->now_ms = now_ms();
	run_step(&s->run, event, &orders);
	obey(s, &orders);
}

/* ---------------------------------------------------------- children */

static void reap_children(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == s->script) {
			s->script_status = status;
			s->is_script_gone = true;
		} else if (pid == s->query.pid) {
			hear_answer(s, status);
		} else if (pid == s->steps_pid) {
			s->steps_pid = 0;
			if (!WIFEXITED(status) || WEXITSTATUS(status))
				report_line("the srun steps could not be "
					    "signalled");
			else
				report_line(
					"SIG%s to the job's srun steps",
					sigabbrev_np((int)s->begin.set.signal));
		}
	}
}

/* Have those who got the signal ended? */
static void look_at_hearers(struct supervisor *s)
{
	struct run_event event = {.kind = RUN_EV_HEARERS_GONE};

	if (s->run.phase != RUN_SAVING || !s->run.is_made || s->steps_pid ||
	    delivery_waiting(s->delivery))
		return;
	s->is_answered = true;
	step(s, &event);
}

static void look_at_script(struct supervisor *s)
{
	struct run_event event = {.kind = RUN_EV_SCRIPT_ENDED};

	if (!s->is_script_gone || s->is_script_reported)
		return;
	s->is_script_reported = true;
	step(s, &event);
}

/* What was piped from those who have ended must still be written. */
static void linger(struct supervisor *s)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

	if (!s->run.is_made)
		return;
	for (int64_t end_ms = now_ms() + LINGER_MS; now_ms() < end_ms;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0)
			return;
		if (pid == 0)
			nanosleep(&pause, NULL);
	}
}

/* -------------------------------------------------------------- loop */

static int64_t poll_ms(const struct supervisor *s)
{
	int64_t waited_ms = now_ms() - s->saved_ms, pause_ms = waited_ms / 20;

	if (pause_ms < POLL_MIN_MS)
		return POLL_MIN_MS;
	return pause_ms > POLL_MAX_MS ? POLL_MAX_MS : pause_ms;
}

static void wait_for_something(struct supervisor *s, const sigset_t *all)
{
	struct run_event event = {.kind = RUN_EV_TICK};
	int64_t pause_ms = s->wake_ms ? s->wake_ms - now_ms() : -1;
	struct timespec pause;
	siginfo_t info;
	int signum;

	if (s->wake_ms && pause_ms < 0)
		pause_ms = 0;
	if (s->run.phase == RUN_SAVING && s->run.is_made &&
	    (pause_ms < 0 || pause_ms > poll_ms(s)))
		pause_ms = poll_ms(s);
	if (s->query.pid && (pause_ms < 0 || pause_ms > QUERY_TIMEOUT_MS))
		pause_ms = QUERY_TIMEOUT_MS;
	pause.tv_sec = pause_ms / 1000;
	pause.tv_nsec = pause_ms % 1000 * 1000000;
	signum = sigtimedwait(all, &info, pause_ms < 0 ? NULL : &pause);
	if (s->query.pid && now_ms() - s->query.started_ms > QUERY_TIMEOUT_MS)
		kill(s->query.pid, SIGKILL);
	if (signum == SIGCHLD || signum < 0) {
		reap_children(s);
		if (signum < 0 && errno == EAGAIN && s->wake_ms &&
		    s->wake_ms <= now_ms())
			step(s, &event);
		return;
	}
	event.kind = RUN_EV_SIGNAL;
	event.signum = signum;
	step(s, &event);
}

/* Slurm's limit and end, asked before the script starts, so that it can be
 * told; but it never waits long for slurmctld. */
static void await_first_answer(struct supervisor *s)
{
	const struct timespec wait = {.tv_sec = BEGIN_ANSWER_WAIT_S};
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (s->query.pid) {
		if (sigtimedwait(&child, NULL, &wait) < 0 && errno == EAGAIN)
			return;
		reap_children(s);
	}
}

int supervise_run(const struct brief *brief, char **env)
{
	struct supervisor s = {.script = brief->script_pid};
	struct run_event start = {.kind = RUN_EV_START};
	sigset_t all;
	int status;

	sigfillset(&all);
	if (begin_run(&s.begin, brief, env, &status))
		return status;
	run_init(&s.run, s.begin.set.grace_s);
	step(&s, &start);
	await_first_answer(&s);
	begin_go(&s.begin, &s.run);
	while (s.run.phase != RUN_ENDED) {
		wait_for_something(&s, &all);
		look_at_hearers(&s);
		look_at_script(&s);
	}
	linger(&s);
	begin_end(&s.begin, &s.run);
	delivery_free(s.delivery);
	/* A shell that we had to kill hasn't failed, nor has it succeeded. */
	if (WIFSIGNALED(s.script_status) && s.run.is_made &&
	    WTERMSIG(s.script_status) == SIGKILL)
		return (128 + (int)s.begin.set.signal) << 8;
	return s.script_status;
}
