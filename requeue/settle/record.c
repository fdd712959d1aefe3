/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.c: what settle writes to the journal, and completes of the run. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "requeue/journal/records.h"
#include "requeue/settle/call.h"
#include "requeue/settle/record.h"

static void append(struct settle *s, const struct record *record)
{
	struct ckpt_record *rec = record_encode(record);
	struct ckpt_error err;

	if (s->store && ckpt_journal_append(s->store, s->run, rec, &err))
		snprintf(s->store_problem, sizeof(s->store_problem), "%.250s",
			 err.text);
	ckpt_record_free(rec);
	settle_beat(s, false);
}

void settle_record_plan(struct settle *s)
{
	const struct run_record *run = history_newest(&s->history);
	const struct record record = {
		.kind = RECORD_PLAN,
		.plan = {.action = s->decision.action,
			 .cause = s->decision.cause,
			 .state = s->job.state_name,
			 .restart = s->job.restart_count,
			 .old_limit_min = s->job.limit_min,
			 .limit_min = s->plan.limit_min,
			 .time_min_min = s->plan.time_min_min,
			 .ordered_min = s->has_order ? s->job.limit_min : -1,
			 .delay_s = s->delay_s,
			 .begin_s = settling_now_s() + s->delay_s,
			 .remaining_s = s->plan.remaining_s,
			 .used_s = s->plan.used_s,
			 .stalls = s->decision.stalls,
			 .versions = run->versions,
			 .version = run->version,
			 .bytes = (int64_t)run->bytes,
			 .failed_s = run->failed_s,
			 .failed_why = run->failed_s ? run->failed_why : NULL,
			 .saved_s = run->saved_s,
			 .progress = run->progress,
			 .is_done = run->is_done,
			 .has_ended = s->decision.has_ended,
			 .code = run->code,
			 .reason = s->decision.reason},
	};

	append(s, &record);
}

void settle_record_settled(struct settle *s)
{
	const struct record record = {
		.kind = RECORD_SETTLED,
		.settled = {.action = s->decision.action,
			    .state = s->job.state_name,
			    .limit_min = s->job.limit_min,
			    .time_min_min = s->job.time_min_min,
			    .begin_s = s->job.begin_s,
			    .calls = s->calls,
			    .text = s->done},
	};

	append(s, &record);
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
	case SETTLE_METHOD_CODE:
		return END_METHOD;
	default:
		return END_EXIT;
	}
}

/* Record the end of the run, which the journal lacks. */
static void record_finish(struct settle *s, const struct run_record *run)
{
	bool is_signal = run->ending == END_SIGNAL;
	const struct record record = {
		.kind = RECORD_FINISH,
		.finish = {.signal = is_signal ? run->code : 0,
			   .exit = is_signal ? -1 : run->code,
			   .has_store_failed = run->ending == END_STORE ||
					       run->ending == END_GONE ||
					       run->ending == END_FROM ||
					       run->ending == END_METHOD,
			   .is_repeat = run->ending == END_REPEAT,
			   .has_complied = run->has_complied,
			   .is_cut = run->is_cut,
			   .is_oom = run->is_oom,
			   .calls = -1,
			   .progress = -1},
	};

	append(s, &record);
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
	const struct record record = {
		.kind = RECORD_STRIKE,
		.strike = {.version = s->decision.strike},
	};
	const struct run_record *run = history_newest(&s->history);
	struct ckpt_error err;
	char why[64];

	if (!s->decision.strike || !s->store || run->strike)
		return;
	append(s, &record);
	snprintf(why, sizeof(why), "run %u ended soon after it began",
		 run->run);
	if (ckpt_strike(s->store, s->decision.strike, why, &err))
		snprintf(s->store_problem, sizeof(s->store_problem), "%.250s",
			 err.text);
}
