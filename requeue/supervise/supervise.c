/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise.c: watch over the user's script.
 *
 * All signals are blocked; one sigtimedwait() waits for signals, the end of
 * children and the next moment at which run.c wants to be woken.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "requeue/journal/history.h"
#include "requeue/supervise/notice.h"
#include "requeue/settings/option.h"
#include "requeue/process/picture.h"
#include "requeue/process/pid.h"
#include "requeue/supervise/report.h"
#include "requeue/slurm/srun.h"
#include "requeue/supervise/supervise.h"
#include "requeue/supervise/supervisor.h"

/* While somebody is saving we look whether they still live: often at first,
 * then every second. */
#define POLL_MIN_MS	  20
#define POLL_MAX_MS	  1000
/* Readers of a pipe need a moment to finish after their writer has ended. */
#define LINGER_MS	  3000
/* Sentinels that may end early before we take to polling. */
#define SENTINELS_MAX	  3
#define SENTINEL_LIVED_MS 30000
#define POLL_PREEMPT_MS	  55000 /* and up to 10 s more, by chance */

static int64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * The time of day as it was when we started, counted on by a clock that nobody
 * sets: were the node's put forward by an hour, a run would seem to be over.
 * What slurmctld says is converted to it like to any clock that isn't its own.
 */
int64_t supervisor_now_ms(void)
{
	static int64_t offset_ms;

	if (!offset_ms)
		offset_ms = clock_ms(CLOCK_REALTIME) - clock_ms(CLOCK_BOOTTIME);
	return clock_ms(CLOCK_BOOTTIME) + offset_ms;
}

/* A moment of ours on the clock that others read. */
static int64_t on_wall_ms(int64_t at_ms)
{
	return at_ms + clock_ms(CLOCK_REALTIME) - supervisor_now_ms();
}

static void keep(struct supervisor *s, struct ckpt_record *rec)
{
	report_record(s->begin.store, s->begin.run, rec);
}

/* -------------------------------------------------------- slurmctld */

/*
 * When a preemption with a grace begins, Slurm sends TERM to srun steps and
 * tells the batch script nothing: a step that does nothing but wait for it is
 * the notice, in the very second.  Its task tells us by itself, and its end
 * does where the task can't.
 */
static void start_sentinel(struct supervisor *s)
{
	char path[OPTION_PATH_LEN + 16], pid[16], start[24];
	const char *const command[] = {path, pid, start, NULL};
	const struct srun_step step = {
		.job_id = s->begin.job_id,
		.name = "preempt-notice",
		.node = s->begin.brief->node,
		.out_fd = -1,
		.command = command,
	};

	if (s->notice != JOB_NOTICE_STEPS || s->sentinel_pid ||
	    s->run.poll_ms || s->run.phase != RUN_COMPUTING)
		return;
	if (s->sentinels >= SENTINELS_MAX) { /* such steps don't live here */
		s->run.poll_ms = POLL_PREEMPT_MS + getpid() % 1000 * 10;
		return;
	}
	snprintf(path, sizeof(path), "%s/notice", s->begin.site.helpers);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	snprintf(start, sizeof(start), "%" PRIu64,
		 pid_start_ticks(getpid(), NULL));
	s->sentinels++;
	s->sentinel_ms = supervisor_now_ms();
	s->sentinel_pid = srun_start(&step);
	if (s->sentinel_pid < 0)
		s->sentinel_pid = 0;
}

static void end_sentinel(struct supervisor *s)
{
	s->sentinel_pid = 0;
	/* One that lived counts for nothing against the next. */
	if (supervisor_now_ms() - s->sentinel_ms > SENTINEL_LIVED_MS)
		s->sentinels = 0;
	supervisor_step_kind(s, RUN_EV_NOTICE);
}

static void ask(struct supervisor *s, bool reach)
{
	const char *extra = reach		  ? "reach"
			    : s->is_view_recorded ? NULL
						  : "begin";

	client_cancel_query(&s->query); /* the newer one takes its place */
	if (client_start_query(&s->query, s->begin.site.helpers,
			       s->begin.job_id, extra, supervisor_now_ms()))
		supervisor_step_kind(s, RUN_EV_NO_REPLY);
}

static void record_reply(struct supervisor *s, const struct job *job)
{
	struct ckpt_record *rec;

	if (!s->is_view_recorded) {
		s->is_view_recorded = true;
		begin_record_view(&s->begin, job);
		s->notice = job->notice;
	} else if (job->end_s && job->end_s * 1000 != s->run.end_ms) {
		rec = ckpt_record_new("deadline");
		ckpt_record_set_int(rec, "end",
				    on_wall_ms(job->end_s * 1000) / 1000);
		keep(s, rec);
	}
}

static void handle_reply(struct supervisor *s, int wait_status)
{
	struct run_event event = {.kind = RUN_EV_NO_REPLY};
	struct job job = {0};

	if (client_finish_query(&s->query, wait_status, supervisor_now_ms(),
				&job)) {
		event.kind = RUN_EV_REPLY;
		event.view = job_view(&job);
		record_reply(s, &job);
	}
	job_forget(&job);
	supervisor_step(s, &event);
	if (s->is_begun)
		start_sentinel(s);
}

/* ------------------------------------------------------------ orders */

/* A script that dies of the signal has not heard it, nor has anyone else where
 * it was the only one that got it. */
static bool has_died_of_it(const struct supervisor *s)
{
	return s->is_script_gone && WIFSIGNALED(s->script_status) &&
	       WTERMSIG(s->script_status) == (int)s->begin.set.signal &&
	       s->delivery && delivery_is_alone(s->delivery, s->script) &&
	       s->steps != STEPS_SIGNALLED && !s->is_hooked;
}

static void record_finish(struct supervisor *s)
{
	struct ckpt_record *rec = ckpt_record_new("finish");
	struct run_record run = {.run = s->begin.run};
	int status = s->script_status;
	bool has_complied = s->has_complied && !has_died_of_it(s);

	history_count(s->begin.store, &run);
	if (WIFSIGNALED(status))
		ckpt_record_set_int(rec, "signal", WTERMSIG(status));
	else
		ckpt_record_set_int(rec, "exit", WEXITSTATUS(status));
	/* Who leaves its files to us has not saved when we couldn't. */
	ckpt_record_set_bool(rec, "answered",
			     (has_complied || s->has_poller) &&
				     !s->is_uncollected);
	ckpt_record_set_bool(rec, "cut", s->run.is_stopped);
	ckpt_record_set_bool(rec, "oom", begin_has_oom(&s->begin));
	ckpt_record_set_int(rec, "calls", s->run.calls);
	ckpt_record_set_bool(rec, "done", run.is_done);
	ckpt_record_set_int(rec, "versions", run.versions);
	ckpt_record_set_int(rec, "saved", run.saved_s);
	ckpt_record_set_num(rec, "progress", run.progress);
	keep(s, rec);
}

/* Those who answer to the run are told in the order in which they act. */
static void obey(struct supervisor *s, const struct run_orders *orders)
{
	s->wake_ms = orders->wake_ms;
	if (orders->freeze)
		request_freeze(s);
	if (orders->thaw && s->delivery)
		delivery_thaw(s->delivery);
	if (orders->forward && !s->is_script_gone)
		kill(s->script, orders->forward);
	if (orders->freeze_again && s->delivery)
		delivery_freeze_again(s->delivery);
	if (orders->announce_uncaught)
		request_uncaught(s);
	if (orders->kill_frozen && s->delivery)
		delivery_kill_frozen(s->delivery);
	if (orders->kill) {
		report_line("out of time: the job's programs are stopped");
		delivery_kill_all(getpid());
	}
	if (orders->finish)
		record_finish(s);
	if (orders->query)
		ask(s, orders->query_reach);
	if (orders->announce)
		request_announce(s);
	if (orders->acknowledge)
		request_acknowledge(s);
	if (orders->hook)
		request_hook(s);
	if (orders->deliver || orders->look_again)
		request_deliver(s);
	if (orders->save)
		request_save(s);
	if (orders->collect)
		request_collect(s);
}

void supervisor_step(struct supervisor *s, struct run_event *event)
{
	struct run_orders orders;

	event->now_ms = supervisor_now_ms();
	run_step(&s->run, event, &orders);
	obey(s, &orders);
}

void supervisor_step_kind(struct supervisor *s, enum run_event_kind kind)
{
	struct run_event event = {.kind = kind};

	supervisor_step(s, &event);
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
			handle_reply(s, status);
		} else if (pid == s->sentinel_pid) {
			end_sentinel(s);
		} else if (!request_child_ended(s, pid, status)) {
			steps_child_ended(s, pid, status);
		}
	}
}

static void look_at_script(struct supervisor *s)
{
	struct run_event event = {.kind = RUN_EV_SCRIPT_ENDED};

	if (!s->is_script_gone || s->is_script_reported)
		return;
	s->is_script_reported = true;
	if (s->delivery && delivery_has_killed(s->delivery, s->script))
		report_line("the job script is not continued after the save: "
			    "it has no trap for SIG%s",
			    option_signal_name((int)s->begin.set.signal));
	request_last_word(s);
	event.has_others = s->run.is_term_queried && request_has_others(s);
	supervisor_step(s, &event);
}

/* Does a process of ours still read from a pipe? */
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

/* What was piped from those who have ended must still be written.  Nobody
 * else is waited for: a script that stops may leave a sleep behind. */
static void linger(struct supervisor *s)
{
	int64_t end_ms = supervisor_now_ms() + LINGER_MS;
	struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

	if (!s->run.is_made)
		return;
	while (supervisor_now_ms() < end_ms && has_reader()) {
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 300 * 1000 * 1000)
			pause.tv_nsec *= 2;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

/* -------------------------------------------------------------- loop */

static int64_t poll_ms(const struct supervisor *s)
{
	int64_t waited_ms = supervisor_now_ms() - s->delivered_ms;
	int64_t pause_ms = waited_ms / 20;

	if (pause_ms < POLL_MIN_MS)
		return POLL_MIN_MS;
	return pause_ms > POLL_MAX_MS ? POLL_MAX_MS : pause_ms;
}

/* How long we may sleep; -1: until something happens. */
static int64_t sleep_ms(const struct supervisor *s)
{
	int64_t pause_ms = -1;

	if (s->wake_ms) {
		pause_ms = s->wake_ms - supervisor_now_ms();
		if (pause_ms < 0)
			pause_ms = 0;
	}
	if (s->run.phase == RUN_SAVING && s->run.is_made &&
	    (pause_ms < 0 || pause_ms > poll_ms(s)))
		pause_ms = poll_ms(s);
	if (steps_wait_ms(s) >= 0 &&
	    (pause_ms < 0 || pause_ms > steps_wait_ms(s)))
		pause_ms = steps_wait_ms(s);
	if (s->query.pid && (pause_ms < 0 || pause_ms > s->query.timeout_ms))
		pause_ms = s->query.timeout_ms;
	return pause_ms;
}

static void obey_owner_request(struct supervisor *s, const char *word)
{
	if (!strcmp(word, "set")) {
		begin_amend(&s->begin);
		s->run.grace_ms = s->begin.set.grace_s * 1000;
		supervisor_step_kind(s, RUN_EV_TICK);
		return;
	}
	s->is_now = !strcmp(word, "now");
	supervisor_step_kind(s, s->is_now ? RUN_EV_NOW : RUN_EV_REQUEUE);
}

/* The owner's word in the store, if there is one. */
static bool handle_owner_request(struct supervisor *s)
{
	char word[CKPT_REQUEST_MAX];

	if (!ckpt_take_request(s->begin.store, s->begin.run, word))
		return false;
	obey_owner_request(s, word);
	return true;
}

/* URG: slurmctld's warning, or that word. */
static void handle_signal(struct supervisor *s, int signum)
{
	struct run_event event = {.kind = RUN_EV_SIGNAL, .signum = signum};

	if (signum == SIGURG && handle_owner_request(s))
		return;
	if (signum == SIGTERM)
		request_foresee(s);
	supervisor_step(s, &event);
}

/* The sentinel's URG may stand for one that came in the same moment. */
static void handle_notice(struct supervisor *s)
{
	supervisor_step_kind(s, RUN_EV_NOTICE);
	handle_owner_request(s);
}

static void wait_for_something(struct supervisor *s, const sigset_t *all)
{
	int64_t pause_ms = sleep_ms(s);
	struct timespec pause = {.tv_sec = pause_ms / 1000,
				 .tv_nsec = pause_ms % 1000 * 1000000};
	siginfo_t info = {0};
	int signum;

	signum = sigtimedwait(all, &info, pause_ms < 0 ? NULL : &pause);
	if (s->query.pid &&
	    supervisor_now_ms() - s->query.started_ms >= s->query.timeout_ms)
		kill(s->query.pid, SIGKILL);
	if (notice_is(&info))
		handle_notice(s);
	else if (signum > 0 && signum != SIGCHLD && signum != SIGIO)
		handle_signal(s, signum);
	else
		reap_children(s);
	if (s->wake_ms && s->wake_ms <= supervisor_now_ms())
		supervisor_step_kind(s, RUN_EV_TICK);
}

/* Slurm's limit and end, asked before the script starts, so that it can be
 * told; but it never waits long for slurmctld. */
static void await_first_reply(struct supervisor *s)
{
	const struct timespec wait = {.tv_sec = BEGIN_REPLY_WAIT_S};
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (s->query.pid) {
		if (sigtimedwait(&child, NULL, &wait) < 0 && errno == EAGAIN)
			return;
		reap_children(s);
	}
}

static void configure_run(struct supervisor *s)
{
	run_init(&s->run, s->begin.set.grace_s);
	s->run.interval_ms = s->begin.set.interval_s * 1000;
	s->run.has_hook = s->begin.set.hook[0];
	s->run.has_files = s->begin.set.files[0];
}

int supervise_run(const struct brief *brief, char **env)
{
	struct supervisor s = {.script = brief->script_pid, .job_env = env};
	sigset_t all;
	int status;

	sigfillset(&all);
	if (begin_run(&s.begin, brief, &status))
		return status;
	configure_run(&s);
	supervisor_step_kind(&s, RUN_EV_START);
	await_first_reply(&s);
	begin_go(&s.begin, &s.run);
	begin_tidy(&s.begin);
	s.is_begun = true;
	start_sentinel(&s);
	while (s.run.phase != RUN_ENDED) {
		wait_for_something(&s, &all);
		steps_look(&s);
		request_look(&s);
		look_at_script(&s);
	}
	if (s.sentinel_pid)
		srun_stop(s.sentinel_pid);
	steps_stop(&s);
	linger(&s);
	begin_end(&s.begin, &s.run);
	delivery_free(s.delivery);
	/* A shell that we had to kill hasn't failed, nor has it succeeded. */
	if (WIFSIGNALED(s.script_status) && s.run.is_made &&
	    WTERMSIG(s.script_status) == SIGKILL)
		return (128 + (int)s.begin.set.signal) << 8;
	return s.script_status;
}
