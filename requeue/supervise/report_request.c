/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_request.c: what the journal and the job's output get of a request. */
#include <stdio.h>
#include <string.h>

#include "requeue/settings/option.h"
#include "requeue/settings/text.h"
#include "requeue/supervise/clock.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/report_request.h"

/* So many are recorded as passed over in one look. */
#define PASSED_MAX 16

static void keep(struct context *ctx, const struct record *record)
{
	report_record(ctx->begin.store, ctx->begin.run, record);
}

const char *report_cause(const struct context *ctx, char buf[REPORT_CAUSE_MAX])
{
	int64_t left_ms = ctx->run.end_ms - clock_now_ms();
	char span[TEXT_SPAN_MAX];

	switch (ctx->run.cause) {
	case CAUSE_LIMIT:
		if (ctx->run.has_term)
			snprintf(buf, REPORT_CAUSE_MAX,
				 "the time limit was reached");
		else
			snprintf(buf, REPORT_CAUSE_MAX, "the run ends in %s",
				 text_span(span, (left_ms + 500) / 1000));
		break;
	case CAUSE_PREEMPT:
		snprintf(buf, REPORT_CAUSE_MAX, "the job is being preempted");
		break;
	case CAUSE_OPERATOR:
		snprintf(buf, REPORT_CAUSE_MAX, "asked to save and make room");
		break;
	case CAUSE_NODE:
		snprintf(buf, REPORT_CAUSE_MAX, "the node %.100s was set down",
			 ctx->begin.brief->node);
		break;
	default:
		snprintf(
			buf, REPORT_CAUSE_MAX, "%s",
			ctx->run.is_cancelled
				? "the job was cancelled"
				: "Slurm ends the job, and can't be asked why");
	}
	return buf;
}

void report_request(struct context *ctx, enum cause cause, bool is_made)
{
	char text[REPORT_CAUSE_MAX] = "a state while the run goes on";
	struct record record = {
		.kind = RECORD_REQUEST,
		.request = {.cause = cause,
			    .is_made = is_made,
			    .has_term = ctx->run.has_term,
			    .text = cause == CAUSE_INTERVAL
					    ? text
					    : report_cause(ctx, text)},
	};

	keep(ctx, &record);
}

void report_signalled(struct context *ctx, struct delivery *delivery,
		      int signum)
{
	const struct delivery_item *item;

	while ((item = delivery_next_signalled(delivery))) {
		struct record record = {
			.kind = RECORD_SIGNAL,
			.program = {.pid = item->pid,
				    .name = item->name,
				    .signal = item->is_sent ? signum : 0},
		};

		keep(ctx, &record);
		if (item->is_sent)
			report_line("SIG%s to %s (pid %d)",
				    option_signal_name(signum), item->name,
				    (int)item->pid);
		else
			report_line("%s (pid %d) was asked by the hook",
				    item->name, (int)item->pid);
	}
}

void report_waiting(struct delivery *delivery)
{
	const struct delivery_item *item;

	while ((item = delivery_next_waiting(delivery)))
		report_line("the trap of %s (pid %d) runs when %s (pid %d) has "
			    "ended, as the script waits for it: start it with "
			    "\"&\", then \"wait\"",
			    item->name, (int)item->pid, item->behind_name,
			    (int)item->behind_pid);
}

/* The job script itself is told of when it has ended. */
void report_not_continued(struct context *ctx, struct delivery *delivery)
{
	const struct delivery_item *item;

	while ((item = delivery_next_frozen(delivery)))
		if (!strcmp(item->reason, CHOICE_SUBMITS))
			report_line("%s (pid %d) was passed over: %s, and this "
				    "job goes on itself",
				    item->name, (int)item->pid, item->reason);
		else if (item->kind != CHOICE_SHELL &&
			 delivery_has_killed(delivery, item->pid))
			report_line(
				"%s (pid %d) is not continued after the "
				"save: it does not catch SIG%s",
				item->name, (int)item->pid,
				option_signal_name((int)ctx->begin.set.signal));
}

void report_passed(struct context *ctx, struct delivery *delivery, bool is_said)
{
	for (unsigned n = 0; n < PASSED_MAX; n++) {
		const struct delivery_item *item =
			delivery_next_passed(delivery);
		struct record record = {.kind = RECORD_PASSED};

		if (!item)
			return;
		record.program.pid = item->pid;
		record.program.name = item->name;
		record.program.why = item->reason;
		keep(ctx, &record);
		if (is_said)
			report_line("%s (pid %d) was passed over: %s",
				    item->name, (int)item->pid, item->reason);
	}
}
