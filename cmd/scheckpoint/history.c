/* SPDX-License-Identifier: GPL-2.0-or-later */
/* history.c: the runs of a job and why each of them ended. */
#include "cmd/scheckpoint/history.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/runs.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/table.h"
#include "requeue/journal/history.h"
#include "requeue/policy/decision.h"
#include "requeue/settings/text.h"

/* Programs read it; a change of meaning makes it 2. */
#define HISTORY_FORMAT 1
/* Bytes of a node's name that are shown, with a NUL. */
#define NODE_MAX       64

static void add_row(struct table *table, const struct run_record *run,
		    bool is_newest)
{
	const struct run_shown *shown = &run->shown;
	int64_t end_s = history_end_s(run);
	char clock[TEXT_CLOCK_MAX], progress[TEXT_PROGRESS_MAX];
	char end[RUN_END_MAX], node[NODE_MAX];
	/* Without an end on record it runs, or died with its node. */
	const char *open = !is_newest	    ? "no end on record"
			   : shown->is_done ? "running, done"
					    : "running";

	table_add(table, "%u", run->run);
	table_add(table, "%s",
		  run->started_s ? text_clock(clock, run->started_s, 0) : "");
	table_add(table, "%s",
		  end_s ? text_clock(clock, end_s, run->started_s) : "");
	table_add(table, "%s", say_clean(node, sizeof(node), run->node));
	if (run->limit_min)
		table_add(table, "%" PRId64 " min", run->limit_min);
	else
		table_add(table, "-");
	table_add(table, "%s",
		  shown->cause == CAUSE_NONE ? "" : cause_name(shown->cause));
	if (shown->version)
		table_add(table, "%" PRIu32, shown->version);
	else
		table_add(table, "-");
	table_add(table, "%s", text_progress(progress, shown->progress));
	table_add(table, "%s", end_s ? run_end(end, run) : open);
}

/* Say why the grace of a run is what it is, where that is news. */
static void print_grace(const struct run_record *runs, size_t i)
{
	char span[TEXT_SPAN_MAX];

	if (!runs[i].shown.grace_why[0] ||
	    (i && runs[i].grace_s == runs[i - 1].grace_s))
		return;
	printf("run %u: grace %s: %s\n", runs[i].run,
	       text_span(span, runs[i].grace_s), runs[i].shown.grace_why);
}

static int print_table(const struct run_record *runs, size_t count)
{
	static const char *const heads[] = {
		"RUN",	 "START", "END",      "NODE",	     "LIMIT",
		"CAUSE", "SAVED", "PROGRESS", "HOW IT ENDED"};
	const size_t columns = sizeof(heads) / sizeof(heads[0]);
	struct table *table = table_new(columns, 0xd1);

	for (size_t i = 0; i < columns; i++)
		table_add(table, "%s", heads[i]);
	for (size_t i = 0; i < count; i++)
		add_row(table, &runs[i], i == count - 1);
	if (!table_print(table))
		return SAYS_ERROR;
	for (size_t i = 0; i < count; i++)
		if (runs[i].plan.action == ACT_REQUEUE_HOLD || runs[i].strike)
			printf("run %u: %s\n", runs[i].run,
			       runs[i].plan.reason);
	for (size_t i = 0; i < count; i++)
		print_grace(runs, i);
	for (size_t i = 0; i < count; i++)
		if (runs[i].shown.passed)
			printf("run %u: version %" PRIu32
			       " could not be used: %s\n",
			       runs[i].run, runs[i].shown.passed,
			       runs[i].shown.passed_why);
	return SAYS_YES;
}

/* ------------------------------------------------------------------ JSON */

static struct ckpt_record *store_json(const struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	struct ckpt_record *rec = ckpt_record_new("store");

	ckpt_record_set_str(rec, "dir", ckpt_dir(store));
	ckpt_record_set_str(rec, "cluster", id->cluster);
	ckpt_record_set_int(rec, "job", id->job);
	if (id->array_job) {
		ckpt_record_set_int(rec, "array_job", id->array_job);
		ckpt_record_set_int(rec, "array_task", id->array_task);
	}
	return rec;
}

static void set_known(struct ckpt_record *rec, const char *key, int64_t value)
{
	if (value > 0)
		ckpt_record_set_int(rec, key, value);
}

static void set_plan(struct ckpt_record *rec, const struct run_record *run)
{
	const struct recorded_plan *plan = &run->plan;

	ckpt_record_set_str(rec, "action", action_name(plan->action));
	ckpt_record_set_bool(rec, "settled", run->is_settled);
	ckpt_record_set_str(rec, "reason", plan->reason);
	set_known(rec, "next_limit_min", run->shown.next_limit_min);
	set_known(rec, "next_time_min_min", plan->time_min_min);
	set_known(rec, "next_begin", run->shown.next_begin_s);
	if (plan->remaining_s >= 0)
		ckpt_record_set_int(rec, "remaining", plan->remaining_s);
	if (plan->used_s >= 0)
		ckpt_record_set_int(rec, "used", plan->used_s);
}

static void set_end(struct ckpt_record *rec, const struct run_record *run)
{
	if (run->ending == END_SIGNAL)
		set_known(rec, "signal", run->code);
	else if (run->ending != END_SUPERVISOR)
		ckpt_record_set_int(rec, "exit", run->code);
	ckpt_record_set_bool(rec, "answered", run->has_complied);
	ckpt_record_set_str(rec, "evidence", evidence_name(run->evidence));
	if (run->files)
		ckpt_record_set_int(rec, "files", run->files);
	ckpt_record_set_bool(rec, "cut", run->is_cut);
	set_known(rec, "save_ms", run->save_ms);
	ckpt_record_set_bool(rec, "done", run->shown.is_done);
	ckpt_record_set_bool(rec, "oom", run->is_oom);
	if (run->plan.is_there)
		set_plan(rec, run);
}

static struct ckpt_record *run_json(const struct run_record *run)
{
	const struct run_shown *shown = &run->shown;
	struct ckpt_record *rec = ckpt_record_new("run");
	char node[NODE_MAX];

	ckpt_record_set_int(rec, "run", run->run);
	set_known(rec, "start", run->started_s);
	set_known(rec, "end", history_end_s(run));
	set_known(rec, "deadline", run->deadline_s);
	if (run->node[0])
		ckpt_record_set_str(rec, "node",
				    say_clean(node, sizeof(node), run->node));
	set_known(rec, "limit_min", run->limit_min);
	set_known(rec, "grace", run->grace_s);
	if (shown->grace_why[0])
		ckpt_record_set_str(rec, "grace_why", shown->grace_why);
	set_known(rec, "restored", run->restored);
	set_known(rec, "passed", shown->passed);
	if (shown->passed)
		ckpt_record_set_str(rec, "passed_why", shown->passed_why);
	ckpt_record_set_str(rec, "cause", cause_name(shown->cause));
	set_known(rec, "request", shown->request_s);
	ckpt_record_set_int(rec, "requests", shown->requests);
	ckpt_record_set_int(rec, "versions", shown->versions);
	set_known(rec, "version", shown->version);
	set_known(rec, "saved", shown->saved_s);
	if (shown->version)
		ckpt_record_set_int(rec, "bytes", (int64_t)shown->bytes);
	if (shown->progress >= 0)
		ckpt_record_set_num(rec, "progress", shown->progress);
	set_known(rec, "failed", run->failed_s);
	if (run->failed_s)
		ckpt_record_set_str(rec, "failed_why", run->failed_why);
	set_known(rec, "strike", run->strike);
	set_end(rec, run);
	return rec;
}

static int print_json(const struct ckpt_store *store,
		      const struct run_record *runs, size_t count)
{
	bool is_good = true;

	printf("{\"format\":%d,", HISTORY_FORMAT);
	is_good = say_record(store_json(store), "\"store\":");
	printf(",\"runs\":[");
	for (size_t i = 0; i < count && is_good; i++)
		is_good = say_record(run_json(&runs[i]), i ? ",\n " : "\n ");
	printf("]}\n");
	return is_good ? SAYS_YES : SAYS_ERROR;
}

static int show(const struct call *call, struct ckpt_store *store)
{
	struct history history;
	struct ckpt_error err = {0};
	enum ckpt_status status;
	char clean[4096], name[JOB_NAME_MAX], left_out[RUNS_LEFT_OUT_MAX];
	const struct run_record *runs;
	size_t count;
	int code;

	status = history_load_shown(&history, store, &err);
	if (status)
		return say_status(call, status, &err);
	runs = history.runs;
	count = history.count;
	if (call_option(call, "json")) {
		code = print_json(store, runs, count);
	} else {
		job_name(name, store);
		printf("%s%s%s: %zu run%s%s\n", name, name[0] ? ", " : "",
		       say_clean(clean, sizeof(clean), ckpt_dir(store)), count,
		       count == 1 ? "" : "s",
		       runs_left_out(left_out, runs, count));
		code = count ? print_table(runs, count) : SAYS_YES;
	}
	if (code)
		say_error(call, "memory ran out");
	history_free(&history);
	return code;
}

int command_history(struct call *call)
{
	return each_store(call, call->count ? call->operands[0] : NULL,
			  CKPT_READ, show);
}
