/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle.c: what becomes of the job when a run has ended.
 *
 * look (slurmctld, store) -> decide (pure) -> record -> act -> record.  Where
 * the store can't be read or written it acts on Slurm's word alone, and says
 * so in the job's comment.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "lib/store.h"
#include "requeue/amend.h"
#include "requeue/comment.h"
#include "requeue/ctl.h"
#include "requeue/history.h"
#include "requeue/pattern.h"
#include "requeue/settle.h"
#include "requeue/text.h"

/* Once Slurm ends the job itself, slurmd waits for us: be quick. */
#define BOUND_S	    20
/* While slurmctld is away, slurmstepd would wait for ever as well. */
#define RETRY_MAX_S 15
/* Signs of life during a call. */
#define BEAT_S	    5
/* No call takes longer than this where the site's MessageTimeout is unknown. */
#define CALL_MAX_S  900

/* A path that leaves room for the rest of a reason. */
#define REASON_DIR_MAX 120

struct settle {
	const struct brief *brief;
	void (*beat)(bool is_waiting);
	unsigned run;
	struct settings set;
	struct site site;
	bool has_settings;
	char dir[4096];
	struct ckpt_store *store; /* NULL: it can't be used */
	char store_problem[256];
	struct history history;
	struct run_record blind; /* stands for the run without a store */
	struct ctl_job job;
	struct decision decision;
	struct plan plan;
	int64_t delay_s;
	int64_t skew_s;	    /* slurmctld's clock is ahead of ours by this */
	bool is_requeued;   /* by us, or so we heard */
	bool has_order;	    /* somebody changed the limit of this run */
	bool is_forbidden;  /* to put it back: Requeue=0 */
	int64_t deadline_s; /* see deadline_s(); 0 none yet */
	int64_t old_limit_min;
	struct ctl_change change; /* the one under way */
	char *comment;
	char done[512]; /* what was done, for people */
	unsigned calls;
	int output_errno;
};

static int64_t now_s(void)
{
	return (int64_t)time(NULL);
}

static void beat(const struct settle *s, bool is_waiting)
{
	if (s->beat)
		s->beat(is_waiting);
}

/*
 * A call to slurmctld blocks for the site's MessageTimeout, perhaps several
 * times over: for so long a thread of its own shows that we live.  Whatever
 * hangs outside of a call, such as the store, does so in silence.
 */
static struct {
	void (*beat)(bool is_waiting);
	_Atomic int64_t until_s;
} pulse;

static void *keep_beating(void *arg)
{
	for (;;) {
		sleep(BEAT_S);
		if (now_s() < atomic_load(&pulse.until_s))
			pulse.beat(true);
	}
	return arg;
}

static void start_pulse(void (*beat_fn)(bool is_waiting))
{
	pthread_t thread;

	pulse.beat = beat_fn;
	if (beat_fn && !pthread_create(&thread, NULL, keep_beating, NULL))
		pthread_detach(thread);
}

/* --------------------------------------------------------------- call */

/* Until when slurmctld is asked again.  While it is away the job waits with
 * us; but once Slurm has begun to end it, slurmd waits for us. */
static int64_t deadline_s(struct settle *s)
{
	if (!s->history.has_term && !s->is_requeued &&
	    s->job.state == STATE_RUNNING)
		return INT64_MAX;
	if (!s->deadline_s)
		s->deadline_s = now_s() + BOUND_S;
	return s->deadline_s;
}

/*
 * A slurmctld that is away answers with an error in the end, and we wait on.  A
 * call that takes longer than that is put off by one that lives, and that may
 * end the job meanwhile: then slurmd waits for us, and would drain the node.
 */
static int64_t call_max_s(const struct settle *s)
{
	int64_t call_s = s->history.call_timeout_s;

	return call_s > 0 && call_s < CALL_MAX_S ? call_s : CALL_MAX_S;
}

static enum ctl_result
persist(struct settle *s, enum ctl_result (*call)(struct settle *s, char *text),
	char *text)
{
	enum ctl_result result;
	unsigned pause_s = 1;

	for (;;) {
		int64_t until_s = deadline_s(s);

		if (until_s > now_s() + call_max_s(s))
			until_s = now_s() + call_max_s(s);
		atomic_store(&pulse.until_s, until_s);
		result = call(s, text);
		atomic_store(&pulse.until_s, 0);
		s->calls++;
		beat(s, result == CTL_AWAY);
		if (result != CTL_AWAY || now_s() > deadline_s(s))
			return result;
		sleep(pause_s);
		beat(s, true);
		pause_s = pause_s * 2 < RETRY_MAX_S ? pause_s * 2 : RETRY_MAX_S;
	}
}

static enum ctl_result call_load(struct settle *s, char *text)
{
	int64_t asked_s = now_s();
	enum ctl_result result = ctl_load(s->brief->job_id, &s->job, text);

	if (result == CTL_OK)
		s->skew_s = plan_skew_s(s->job.now_s, asked_s, now_s());
	return result;
}

/* --------------------------------------------------------------- look */

/* The site's bounds; what can't be read bounds nothing, so that it must not
 * pass for a site without any. */
static int read_site(struct settle *s, char *err, size_t err_len)
{
	site_init(&s->site);
	if (s->brief->site[0])
		return site_decode(&s->site, s->brief->site, err, err_len);
	return site_read_line(&s->site, s->brief->site_args, err, err_len);
}

static void read_settings(struct settle *s)
{
	char err[SETTINGS_ERROR_LEN];
	bool has_site =
		!read_site(s, s->store_problem, sizeof(s->store_problem));

	s->has_settings = !settings_decode(&s->set, s->brief->settings, err,
					   sizeof(err)) &&
			  has_site &&
			  !site_check(&s->site, &s->set, err, sizeof(err));
	if (!s->has_settings && has_site)
		snprintf(s->store_problem, sizeof(s->store_problem), "%.200s",
			 err);
}

static bool find_store(struct settle *s)
{
	struct pattern_values values = {
		.job = s->brief->job_id,
		.array_job = s->brief->array_job_id,
		.array_task = s->brief->array_task_id == BRIEF_NO_TASK
				      ? 0
				      : s->brief->array_task_id,
		.name = s->brief->job_name,
		.user = s->brief->user,
	};

	return !pattern_expand(s->set.dir, &values, s->brief->work_dir, s->dir,
			       sizeof(s->dir), s->store_problem,
			       sizeof(s->store_problem));
}

static void open_store(struct settle *s)
{
	struct ckpt_identity id = {
		.job = s->brief->job_id,
		.array_job = s->brief->array_job_id,
		.array_task = s->brief->array_task_id,
		.token = s->set.token,
	};
	char clause[SETTINGS_ERROR_LEN];
	struct ckpt_error err = {0};
	enum ckpt_status status;

	if (!s->has_settings || !find_store(s))
		return;
	if (s->brief->is_blind) {
		snprintf(s->store_problem, sizeof(s->store_problem),
			 "it didn't answer within half a minute");
		return;
	}
	status = ckpt_attach(&s->store, s->dir, &id, &err);
	if (!status && s->brief->restart_count == BRIEF_NO_RUN)
		s->run = (unsigned)ckpt_journal_newest(s->store);
	if (!status)
		status = history_load(&s->history, s->store, s->run, &err);
	if (!status) {
		/* A run says what of it is refused. */
		amend_settings(&s->set, &s->site, s->store, clause,
			       sizeof(clause));
		return;
	}
	snprintf(s->store_problem, sizeof(s->store_problem), "%.250s",
		 err.text);
	history_free(&s->history);
	ckpt_close(s->store);
	s->store = NULL;
}

static const struct run_record *runs_of(const struct settle *s, size_t *count)
{
	*count = s->history.count ? s->history.count : 1;
	return s->history.count ? s->history.runs : &s->blind;
}

/* ------------------------------------------------------------- decide */

static bool is_pending_next(const struct settle *s)
{
	return s->job.state == STATE_PENDING &&
	       s->job.restart_count == s->run + 1;
}

/*
 * A limit that isn't the one with which the run began was set by its owner or
 * an operator: it stands for the submitted one from now on.  The limit of a
 * pending job that was submitted without one is the partition's.
 */
static void hear_order(struct settle *s)
{
	int64_t began_min = s->history.began_min;

	if (!s->history.count || began_min < 0 ||
	    s->job.limit_min == began_min ||
	    (s->job.restart_count != s->run && !is_pending_next(s)) ||
	    (s->job.state == STATE_PENDING && !s->set.submitted_min))
		return;
	s->history.ordered_min = s->job.limit_min;
	s->has_order = true;
}

static int64_t submitted_min(const struct settle *s)
{
	if (s->history.count && s->history.ordered_min >= 0)
		return s->history.ordered_min;
	return s->history.submitted_min ? s->history.submitted_min
					: s->set.submitted_min;
}

static void decide_and_plan(struct settle *s)
{
	struct decision_input in = {
		.state = s->job.state,
		.is_preempting = s->job.preempt_s != 0,
		.restart_count = s->job.restart_count,
		.submit_s = s->job.submit_s,
		.now_s = now_s(),
		.grace_s = s->set.grace_s,
		.total_s = s->set.total_s,
		.exit_code = (int)s->set.exit_code,
		.max_runs = (unsigned)s->set.max_runs,
		.max_stalls = (unsigned)s->set.max_stalls,
		.restore_window_s = s->site.restore_window_s,
	};
	struct plan_input plan = {
		.submitted_min = submitted_min(s),
		.grace_s = s->set.grace_s,
		.total_s = s->set.total_s,
		.exit_code = (int)s->set.exit_code,
		.min_s = s->set.min_s,
	};

	in.runs = plan.runs = runs_of(s, &in.count);
	plan.count = in.count;
	s->decision = decide(&in);
	plan.is_full_limit = s->decision.is_full_limit;
	s->plan = plan_limit(&plan);
	s->delay_s = plan_delay_s(s->history.completing_s, s->history.misses,
				  s->decision.quick_runs,
				  s->site.restart_delay_s);
}

/*
 * Requeue=0 as the site's default is no obstacle: --checkpoint asks for it. But
 * where the run began with 1, somebody has forbidden it since.
 */
static void heed_requeue(struct settle *s)
{
	struct decision *d = &s->decision;

	if ((d->action != ACT_REQUEUE && d->action != ACT_REQUEUE_HOLD) ||
	    s->job.can_requeue || !s->history.could_requeue)
		return;
	d->action = ACT_LEAVE;
	d->strike = 0;
	d->is_stall = false;
	/* One that has ended Slurm doesn't let anyone change. */
	snprintf(
		d->reason, sizeof(d->reason),
		"Requeue=0 was set while it ran, so the job is not put back; "
		"a new job with --checkpoint-from=%.119s goes on from its state",
		strlen(s->dir) < REASON_DIR_MAX ? s->dir : "DIR");
	s->is_forbidden = true;
}

/* A second settle of the same run does what the first one planned. */
static void take_recorded_plan(struct settle *s)
{
	const struct recorded_plan *plan = &s->history.plan;

	s->decision.action = plan->action;
	s->decision.cause = plan->cause;
	s->decision.has_ended = plan->has_ended;
	snprintf(s->decision.reason, sizeof(s->decision.reason), "%s",
		 plan->reason);
	s->plan.limit_min = plan->limit_min;
	s->plan.time_min_min = plan->time_min_min;
	s->delay_s = plan->delay_s;
}

/* ------------------------------------------------------------- record */

static void record(struct settle *s, struct ckpt_record *rec)
{
	struct ckpt_error err;

	if (s->store && ckpt_journal_append(s->store, s->run, rec, &err))
		snprintf(s->store_problem, sizeof(s->store_problem), "%.250s",
			 err.text);
	ckpt_record_free(rec);
	beat(s, false);
}

static void record_plan(struct settle *s)
{
	struct ckpt_record *rec = ckpt_record_new("plan");
	const struct run_record *run;
	size_t count;

	run = runs_of(s, &count);
	run += count - 1;
	ckpt_record_set_str(rec, "action", action_name(s->decision.action));
	ckpt_record_set_str(rec, "cause", cause_name(s->decision.cause));
	ckpt_record_set_str(rec, "state", s->job.state_name);
	ckpt_record_set_int(rec, "restart", s->job.restart_count);
	ckpt_record_set_int(rec, "old_limit_min", s->job.limit_min);
	ckpt_record_set_int(rec, "limit_min", s->plan.limit_min);
	ckpt_record_set_int(rec, "time_min_min", s->plan.time_min_min);
	if (s->has_order)
		ckpt_record_set_int(rec, "ordered_min", s->job.limit_min);
	ckpt_record_set_int(rec, "delay", s->delay_s);
	ckpt_record_set_int(rec, "begin", now_s() + s->delay_s);
	ckpt_record_set_int(rec, "remaining", s->plan.remaining_s);
	ckpt_record_set_int(rec, "used", s->plan.used_s);
	ckpt_record_set_int(rec, "stalls", s->decision.stalls);
	ckpt_record_set_int(rec, "versions", run->versions);
	ckpt_record_set_int(rec, "saved", run->saved_s);
	ckpt_record_set_num(rec, "progress", run->progress);
	ckpt_record_set_bool(rec, "done", run->is_done);
	ckpt_record_set_bool(rec, "ended", s->decision.has_ended);
	ckpt_record_set_int(rec, "code", run->code);
	ckpt_record_set_str(rec, "reason", s->decision.reason);
	record(s, rec);
}

static void record_settled(struct settle *s)
{
	struct ckpt_record *rec = ckpt_record_new("settled");

	ckpt_record_set_str(rec, "action", action_name(s->decision.action));
	ckpt_record_set_str(rec, "state", s->job.state_name);
	ckpt_record_set_int(rec, "limit_min", s->job.limit_min);
	ckpt_record_set_int(rec, "time_min_min", s->job.time_min_min);
	ckpt_record_set_int(rec, "begin", s->job.begin_s);
	ckpt_record_set_int(rec, "calls", s->calls);
	ckpt_record_set_str(rec, "text", s->done);
	record(s, rec);
}

/* A supervisor says so when it could not use the store. */
static enum ending ending_of(int code)
{
	switch (code) {
	case SETTLE_STORE_CODE:
		return END_STORE;
	case SETTLE_GONE_CODE:
		return END_GONE;
	default:
		return END_EXIT;
	}
}

/* What the journal should have told. */
static void record_finish(struct settle *s, const struct run_record *run)
{
	struct ckpt_record *rec = ckpt_record_new("finish");

	ckpt_record_set_int(rec, run->ending == END_SIGNAL ? "signal" : "exit",
			    run->code);
	ckpt_record_set_bool(rec, "store",
			     run->ending == END_STORE ||
				     run->ending == END_GONE);
	ckpt_record_set_bool(rec, "repeat", run->ending == END_REPEAT);
	ckpt_record_set_bool(rec, "answered", run->is_answered);
	ckpt_record_set_bool(rec, "cut", run->is_cut);
	ckpt_record_set_bool(rec, "oom", run->is_oom);
	record(s, rec);
}

/* Where nothing else tells how the run ended: what slurmstepd saw of the
 * supervisor's end, which ends as the script did. */
static void judge_status(struct run_record *run, int status)
{
	run->ended_s = now_s();
	run->code = WEXITSTATUS(status);
	run->ending = ending_of(run->code);
}

static void begin_blind(struct settle *s, struct run_record *run)
{
	int status = s->brief->wait_status;

	run->run = s->run;
	run->progress = run->restored_progress = -1;
	run->started_s = s->job.start_s - s->skew_s;
	run->ended_s = now_s();
	run->limit_min = s->job.limit_min;
	run->ending = END_SUPERVISOR;
	if (status != BRIEF_NO_STATUS && WIFSIGNALED(status) &&
	    WTERMSIG(status) != SIGKILL) {
		run->ending = END_SIGNAL;
		run->code = WTERMSIG(status);
	}
}

/* The run as the journal has it, or without one; and what that may lack. */
static void complete_run(struct settle *s)
{
	struct run_record *run = &s->blind;
	int status = s->brief->wait_status;
	bool is_new;

	if (s->history.count)
		run = &s->history.runs[s->history.count - 1];
	else
		begin_blind(s, run);
	is_new = run->ending == END_SUPERVISOR;
	if (!s->history.plan.is_there)
		history_recall(&s->history, run, BRIEF_MEMO_FD);
	if (run->ending == END_SUPERVISOR && status != BRIEF_NO_STATUS &&
	    WIFEXITED(status))
		judge_status(run, status);
	if (is_new && run->ending != END_SUPERVISOR)
		record_finish(s, run);
	if (s->brief->oom_kills)
		run->is_oom = true;
}

/* A strike is given once a run, and before the plan is recorded, so that an
 * interruption can't lose it. */
static void strike(struct settle *s)
{
	struct ckpt_record *rec;
	struct ckpt_error err;

	if (!s->decision.strike || !s->store || s->history.has_strike)
		return;
	rec = ckpt_record_new("strike");
	ckpt_record_set_int(rec, "version", s->decision.strike);
	record(s, rec);
	if (ckpt_strike(s->store, s->decision.strike, s->decision.reason, &err))
		snprintf(s->store_problem, sizeof(s->store_problem), "%.250s",
			 err.text);
}

/* ---------------------------------------------------------------- act */

static void tell(struct settle *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(struct settle *s, const char *format, ...)
{
	size_t used = strlen(s->done);
	va_list args;

	if (used && used + 2 < sizeof(s->done)) {
		memcpy(s->done + used, "; ", 3);
		used += 2;
	}
	va_start(args, format);
	vsnprintf(s->done + used, sizeof(s->done) - used, format, args);
	va_end(args);
}

/* As slurmctld's clock will show it. */
static int64_t next_begin_s(const struct settle *s)
{
	return now_s() + s->skew_s + s->delay_s;
}

static enum ctl_result call_change(struct settle *s, char *text)
{
	if (s->change.begin_s) /* we may have waited for slurmctld */
		s->change.begin_s = next_begin_s(s);
	return ctl_change(&s->job, &s->change, text);
}

static enum ctl_result change(struct settle *s, struct ctl_change what,
			      char *text)
{
	enum ctl_result result;

	s->change = what;
	result = persist(s, call_change, text);
	if (result == CTL_OK && what.begin_s)
		s->job.begin_s = s->change.begin_s;
	if (result == CTL_OK && what.limit_min)
		s->job.limit_min = what.limit_min;
	if (result == CTL_OK && what.time_min_min)
		s->job.time_min_min = what.time_min_min;
	return result;
}

static enum ctl_result call_requeue(struct settle *s, char *text)
{
	/* With only_running a cancellation in between wins. */
	bool only_running = s->job.state == STATE_RUNNING;

	return ctl_requeue(s->brief->job_id, only_running,
			   s->decision.action == ACT_REQUEUE_HOLD, text);
}

/* States from which going on is ours to ask for. */
static bool may_requeue(enum job_state state)
{
	switch (state) {
	case STATE_RUNNING:
	case STATE_TIMEOUT:
	case STATE_PREEMPTED:
	/* Booked as ended before it was settled: see decide(). */
	case STATE_COMPLETED:
	case STATE_FAILED:
		return true;
	default:
		return false;
	}
}

/* Put the job back in the queue, and look whether it is there. */
static bool requeue(struct settle *s)
{
	char text[CTL_TEXT_MAX] = "";
	enum ctl_result result;

	if (s->job.restart_count != s->run || !may_requeue(s->job.state))
		return is_pending_next(s);
	if (!s->job.can_requeue &&
	    change(s, (struct ctl_change){.requeue = true}, text) != CTL_OK)
		tell(s, "Slurm refused requeue=1 (%s)", text);
	result = persist(s, call_requeue, text);
	s->is_requeued = result == CTL_OK || result == CTL_PENDING;
	if (result == CTL_REFUSED)
		tell(s, "Slurm refused the requeue (%s)", text);
	if (persist(s, call_load, text) != CTL_OK)
		return false;
	return is_pending_next(s);
}

/* For scheckpoint, which finds a store by its default name without being
 * told. */
static void name_store(const struct settle *s, char word[COMMENT_STORE_MAX])
{
	word[0] = '\0';
	if (s->dir[0] && strcmp(s->set.dir, PATTERN_DEFAULT) != 0 &&
	    strcmp(s->set.dir, PATTERN_DEFAULT_ARRAY) != 0)
		comment_put_store(word, s->dir);
}

/* The user's own comment is kept, our last one replaced. */
static void compose_comment(struct settle *s)
{
	char store[COMMENT_STORE_MAX], part[COMMENT_MAX];

	name_store(s, store);
	snprintf(part, sizeof(part), "%srun %u: %.380s%s%.120s", store, s->run,
		 s->decision.reason,
		 s->store_problem[0] ? "; the store is out of use: " : "",
		 s->store_problem);
	free(s->comment);
	s->comment = comment_compose(s->job.comment, part);
}

/* A later begin of somebody's is kept; just after our own requeue it is
 * Slurm's delay.  A held job has one as well: it should go on as soon as it is
 * released. */
static int64_t wanted_begin_s(const struct settle *s)
{
	if (!s->is_requeued && s->job.begin_s > next_begin_s(s))
		return 0;
	return next_begin_s(s);
}

/*
 * While preempted the limit is frozen; TimeMin isn't, and backfill honours it:
 * there it is the planned limit.
 */
static void want_limits(const struct settle *s, struct ctl_change *want)
{
	int64_t limit_min = s->plan.limit_min;
	int64_t time_min_min = s->plan.time_min_min;

	if (!limit_min)
		return;
	if (s->job.preempt_s && limit_min != s->job.limit_min) {
		time_min_min = limit_min;
		limit_min = s->job.limit_min;
	}
	if (limit_min != s->job.limit_min)
		want->limit_min = limit_min;
	if (time_min_min != s->job.time_min_min &&
	    (!limit_min || time_min_min <= limit_min))
		want->time_min_min = time_min_min;
}

static void change_limits(struct settle *s, const struct ctl_change *want)
{
	const struct ctl_change limit = {.limit_min = want->limit_min};
	const struct ctl_change minimum = {.time_min_min = want->time_min_min};
	char text[CTL_TEXT_MAX] = "";

	/* A limit below the minimum is refused: lower that first. */
	if (limit.limit_min && minimum.time_min_min &&
	    s->job.time_min_min > limit.limit_min)
		change(s, minimum, text);
	if (limit.limit_min && change(s, limit, text) != CTL_OK)
		tell(s, "limit of %" PRId64 " min refused (%s)",
		     limit.limit_min, text);
	if (minimum.time_min_min &&
	    minimum.time_min_min != s->job.time_min_min &&
	    (!s->job.limit_min || minimum.time_min_min <= s->job.limit_min) &&
	    change(s, minimum, text) != CTL_OK)
		tell(s, "minimum of %" PRId64 " min refused (%s)",
		     minimum.time_min_min, text);
}

/*
 * Slurm drops what comes after the first field that it refuses: each for
 * itself, and what matters most goes first.
 */
static void change_apart(struct settle *s, const struct ctl_change *want)
{
	const struct ctl_change begin = {.begin_s = want->begin_s};
	char text[CTL_TEXT_MAX] = "";

	if (begin.begin_s && change(s, begin, text) != CTL_OK)
		tell(s, "begin time refused (%s)", text);
	change_limits(s, want);
	change(s, (struct ctl_change){.comment = want->comment}, text);
}

/* Begin time, limits and comment of a job that is back in the queue. */
static void adjust(struct settle *s)
{
	struct ctl_change want = {.begin_s = wanted_begin_s(s)};
	char text[CTL_TEXT_MAX] = "";
	enum ctl_result result;

	compose_comment(s);
	want.comment = s->comment;
	want_limits(s, &want);
	result = change(s, want, text);
	if (result == CTL_REFUSED)
		change_apart(s, &want);
	else if (result != CTL_OK)
		tell(s, "limit and begin time stay as they are (%s)", text);
}

static void act(struct settle *s)
{
	char text[CTL_TEXT_MAX];

	s->old_limit_min = s->job.limit_min;
	if (s->decision.action == ACT_LEAVE) {
		tell(s, "%s", s->decision.reason);
		/* What was said of an earlier run holds no more. */
		if (s->is_forbidden || (s->job.state == STATE_RUNNING &&
					comment_part(s->job.comment)[0])) {
			compose_comment(s);
			change(s, (struct ctl_change){.comment = s->comment},
			       text);
		}
		return;
	}
	if (!requeue(s)) {
		if (s->job.restart_count == s->run)
			tell(s, "not requeued: the job is %s",
			     s->job.state_name);
		else
			tell(s, "the job was requeued already");
		return;
	}
	adjust(s);
	if (s->decision.action == ACT_REQUEUE_HOLD)
		tell(s, "requeued and HELD: %s", s->decision.reason);
	else
		tell(s, "requeued: %s", s->decision.reason);
	if (s->job.limit_min != s->old_limit_min)
		tell(s, "limit %" PRId64 " min, was %" PRId64, s->job.limit_min,
		     s->old_limit_min);
	else
		tell(s, "limit %" PRId64 " min", s->job.limit_min);
}

/* --------------------------------------------------------------- tell */

/* The output is as large as it is, and gets one line more. */
static void lift_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* The last word in the job's own output, if that is a plain file of the
 * owner's. */
static void write_output(struct settle *s)
{
	const char *path = s->history.output[0] ? s->history.output
						: s->job.std_err;
	char whole[1024], line[1024];
	struct stat st;
	size_t len;
	int fd;

	if (!path[0] || s->brief->is_blind)
		return;
	lift_file_limit();
	fd = open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK |
				O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	snprintf(whole, sizeof(whole), "scheckpoint: run %u: %s%s%s", s->run,
		 s->done, s->store_problem[0] ? "; store: " : "",
		 s->store_problem);
	text_clean(line, sizeof(line) - 1, whole);
	len = strlen(line);
	line[len++] = '\n';
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    write(fd, line, len) < 0)
		s->output_errno = errno;
	close(fd);
}

static void write_syslog(const struct settle *s)
{
	char clean[600];

	text_clean(clean, sizeof(clean), s->done);
	openlog("scheckpoint", LOG_PID, LOG_USER);
	syslog(LOG_INFO, "job %" PRIu32 " run %u: %s", s->brief->job_id, s->run,
	       clean);
	closelog();
}

static void tidy_store(struct settle *s)
{
	struct ckpt_error err;

	if (s->store && s->decision.is_success && s->set.clean == CLEAN_SUCCESS)
		ckpt_clean(s->store, &err);
}

/* ---------------------------------------------------------------- all */

static void settle_known(struct settle *s)
{
	complete_run(s);
	if (s->history.plan.is_there) {
		take_recorded_plan(s);
	} else {
		hear_order(s);
		decide_and_plan(s);
		heed_requeue(s);
		strike(s);
		record_plan(s);
	}
	act(s);
	record_settled(s);
	tidy_store(s);
	/* Why the job was refused the supervisor has told. */
	if (s->has_settings || s->decision.action != ACT_LEAVE)
		write_output(s);
	write_syslog(s);
}

/* What an epilog isn't told: the job's name, and its place in an array. */
static enum ctl_result complete_brief(struct settle *s, struct brief *brief)
{
	char text[CTL_TEXT_MAX];
	enum ctl_result result = persist(s, call_load, text);

	if (result)
		return result;
	snprintf(brief->job_name, sizeof(brief->job_name), "%s", s->job.name);
	brief->array_job_id = s->job.array_job_id;
	brief->array_task_id = s->job.array_task_id;
	return CTL_OK;
}

/*
 * An epilog settles only what it knows to be the run that ended on its node:
 * that of the newest journal, if Slurm counts the same.
 */
static bool is_epilogs(const struct settle *s)
{
	return s->store && !strcmp(s->history.node, s->brief->node) &&
	       (s->job.restart_count == s->run || is_pending_next(s));
}

static int settle_late(struct settle *s, const struct brief *brief)
{
	struct brief whole = *brief;
	enum ctl_result result;

	s->brief = &whole;
	result = complete_brief(s, &whole);
	if (result == CTL_OK)
		open_store(s);
	if (result == CTL_OK && is_epilogs(s) && !s->history.is_settled)
		settle_known(s);
	return result == CTL_OK || result == CTL_GONE ? 0 : -1;
}

static int settle_now(struct settle *s)
{
	char text[CTL_TEXT_MAX];
	enum ctl_result result;

	open_store(s);
	beat(s, false);
	result = s->history.is_settled ? CTL_GONE : persist(s, call_load, text);
	if (result == CTL_OK)
		settle_known(s);
	return result == CTL_OK || result == CTL_GONE ? 0 : -1;
}

int settle_run(const struct brief *brief, void (*beat_fn)(bool is_waiting))
{
	struct settle *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -1;
	s->job.state = STATE_RUNNING; /* until we hear otherwise */
	s->brief = brief;
	s->beat = beat_fn;
	s->run = brief->restart_count;
	start_pulse(beat_fn);
	read_settings(s);
	rc = brief->restart_count == BRIEF_NO_RUN ? settle_late(s, brief)
						  : settle_now(s);
	history_free(&s->history);
	ckpt_close(s->store);
	ctl_forget(&s->job);
	free(s->comment);
	free(s);
	return rc;
}
