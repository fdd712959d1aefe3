/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queries.c: the supervisor's queries for the job. */
#include <signal.h>
#include <stdio.h>

#include "requeue/supervise/clock.h"
#include "requeue/supervise/queries.h"
#include "requeue/supervise/report.h"

void queries_start(struct queries *queries, struct context *ctx,
		   bool with_reach)
{
	char reach[sizeof(CLIENT_REACH) + sizeof(ctx->begin.brief->node)];
	const char *extra = with_reach		 ? reach
			    : queries->has_reply ? NULL
						 : "begin";

	snprintf(reach, sizeof(reach), CLIENT_REACH "%s",
		 ctx->begin.brief->node);
	client_cancel_query(&queries->query);
	if (client_start_query(&queries->query, ctx->begin.site.helpers,
			       ctx->begin.job_id, extra, clock_now_ms()))
		events_post_kind(&ctx->events, RUN_EV_NO_REPLY);
	ctx->children.pid[CHILD_QUERY] = queries->query.pid;
}

void queries_kill_late(const struct queries *queries)
{
	const struct client_query *query = &queries->query;

	if (query->pid &&
	    clock_now_ms() - query->started_ms >= query->timeout_ms)
		kill(query->pid, SIGKILL);
}

int64_t queries_wait_ms(const struct queries *queries)
{
	return queries->query.pid ? queries->query.timeout_ms : -1;
}

static void record_deadline(struct context *ctx, int64_t end_s)
{
	const struct record record = {
		.kind = RECORD_DEADLINE,
		.deadline = {.end_s = clock_on_wall_ms(end_s * 1000) / 1000},
	};

	report_record(ctx->begin.store, ctx->begin.run, &record);
}

static void record_reply(struct queries *queries, struct context *ctx,
			 const struct job *job)
{
	if (!queries->has_reply) {
		queries->has_reply = true;
		begin_record_view(&ctx->begin, job);
		ctx->notice = job->notice;
	} else if (job->end_s && job->end_s * 1000 != ctx->run.end_ms) {
		record_deadline(ctx, job->end_s);
	}
}

void queries_ended(struct queries *queries, struct context *ctx,
		   int wait_status)
{
	struct run_event event = {.kind = RUN_EV_NO_REPLY};
	struct job job = {0};

	ctx->children.pid[CHILD_QUERY] = 0;
	if (client_finish_query(&queries->query, wait_status, clock_now_ms(),
				&job)) {
		event.kind = RUN_EV_REPLY;
		event.view = job_view(&job);
		record_reply(queries, ctx, &job);
	}
	job_forget(&job);
	events_post(&ctx->events, &event);
}
