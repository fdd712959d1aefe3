/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.c: what settle writes to the journal, and completes of the run. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "requeue/settle/call.h"
#include "requeue/settle/record.h"

static void record(struct settle *s, struct ckpt_record *rec)
{
	struct ckpt_error err;

	if (s->store && ckpt_journal_append(s->store, s->run, rec, &err))
		snprintf(s->store_problem, sizeof(s->store_problem), "%.250s",
			 err.text);
	ckpt_record_free(rec);
	settle_beat(s, false);
}

void settle_record_plan(struct settle *s)
{
	struct ckpt_record *rec = ckpt_record_new("plan");
	const struct run_record *run = history_newest(&s->history);

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
	ckpt_record_set_int(rec, "begin", settling_now_s() + s->delay_s);
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

void settle_record_settled(struct settle *s)
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

/* What the exit code of a supervisor says, which ends as the script did. */
static enum ending ending_of(int code)
{
	switch (code) {
	case SETTLE_STORE_CODE:
		return END_STORE;
	case SETTLE_GONE_CODE:
		return END_GONE;
	case SETTLE_FROM_CODE:
		return END_FROM;
	default:
		return END_EXIT;
	}
}

/* Record the end of the run, which the journal lacks. */
static void record_finish(struct settle *s, const struct run_record *run)
{
	struct ckpt_record *rec = ckpt_record_new("finish");

	ckpt_record_set_int(rec, run->ending == END_SIGNAL ? "signal" : "exit",
			    run->code);
	ckpt_record_set_bool(rec, "store",
			     run->ending == END_STORE ||
				     run->ending == END_GONE ||
				     run->ending == END_FROM);
	ckpt_record_set_bool(rec, "repeat", run->ending == END_REPEAT);
	ckpt_record_set_bool(rec, "answered", run->has_complied);
	ckpt_record_set_bool(rec, "cut", run->is_cut);
	ckpt_record_set_bool(rec, "oom", run->is_oom);
	record(s, rec);
}

/* Judge the run by the supervisor's exit, as slurmstepd saw it, where nothing
 * else tells how it ended. */
static void judge_status(struct run_record *run, int status)
{
	run->ended_s = settling_now_s();
	run->code = WEXITSTATUS(status);
	run->ending = ending_of(run->code);
}

/* Fill in the run where no journal can be read. */
static void begin_blind(struct settle *s, struct run_record *run)
{
	int status = s->brief->wait_status;

	run->run = s->run;
	run->progress = run->restored_progress = -1;
	run->started_s = s->job.start_s - s->skew_s;
	run->ended_s = settling_now_s();
	run->limit_min = s->job.limit_min;
	run->ending = END_SUPERVISOR;
	if (status != BRIEF_NO_STATUS && WIFSIGNALED(status) &&
	    WTERMSIG(status) != SIGKILL) {
		run->ending = END_SIGNAL;
		run->code = WTERMSIG(status);
	}
}

void settle_complete_run(struct settle *s)
{
	struct run_record *run = history_newest(&s->history);
	int status = s->brief->wait_status;
	bool is_new;

	if (!s->history.count)
		begin_blind(s, run);
	is_new = run->ending == END_SUPERVISOR;
	if (!run->plan.is_there)
		history_recall(&s->history, BRIEF_MEMO_FD);
	if (run->ending == END_SUPERVISOR && status != BRIEF_NO_STATUS &&
	    WIFEXITED(status))
		judge_status(run, status);
	if (is_new && run->ending != END_SUPERVISOR)
		record_finish(s, run);
	if (s->brief->oom_kills)
		run->is_oom = true;
}

void settle_strike(struct settle *s)
{
	struct ckpt_record *rec;
	struct ckpt_error err;

	if (!s->decision.strike || !s->store ||
	    history_newest(&s->history)->strike)
		return;
	rec = ckpt_record_new("strike");
	ckpt_record_set_int(rec, "version", s->decision.strike);
	record(s, rec);
	if (ckpt_strike(s->store, s->decision.strike, s->decision.reason, &err))
		snprintf(s->store_problem, sizeof(s->store_problem), "%.250s",
			 err.text);
}
