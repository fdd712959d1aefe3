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
#include "requeue/settings/text.h"

/* Programs read it; a change of meaning makes it 2. */
#define HISTORY_FORMAT 1

static void add_row(struct table *table, const struct run_row *row,
		    bool is_newest)
{
	char clock[TEXT_CLOCK_MAX], progress[SAY_PROGRESS_MAX];
	char end[RUN_END_MAX];
	/* Without an end on record it runs, or died with its node. */
	const char *open = !is_newest	  ? "no end on record"
			   : row->is_done ? "running, done"
					  : "running";

	table_add(table, "%u", row->run);
	table_add(table, "%s",
		  row->start_s ? text_clock(clock, row->start_s, 0) : "");
	table_add(table, "%s",
		  row->end_s ? text_clock(clock, row->end_s, row->start_s)
			     : "");
	table_add(table, "%s", row->node);
	if (row->limit_min)
		table_add(table, "%" PRId64 " min", row->limit_min);
	else
		table_add(table, "-");
	table_add(table, "%s",
		  row->cause == CAUSE_NONE ? "" : cause_name(row->cause));
	if (row->version)
		table_add(table, "%" PRIu32, row->version);
	else
		table_add(table, "-");
	table_add(table, "%s", say_progress(progress, row->progress));
	run_end(end, row);
	table_add(table, "%s", row->end_s ? end : open);
}

static int print_table(const struct run_row *rows, size_t count)
{
	static const char *const heads[] = {
		"RUN",	 "START", "END",      "NODE",	     "LIMIT",
		"CAUSE", "SAVED", "PROGRESS", "HOW IT ENDED"};
	const size_t columns = sizeof(heads) / sizeof(heads[0]);
	struct table *table = table_new(columns, 0xd1);

	for (size_t i = 0; i < columns; i++)
		table_add(table, "%s", heads[i]);
	for (size_t i = 0; i < count; i++)
		add_row(table, &rows[i], i == count - 1);
	if (!table_print(table))
		return SAYS_ERROR;
	for (size_t i = 0; i < count; i++)
		if (rows[i].action == ACT_REQUEUE_HOLD || rows[i].strike)
			printf("run %u: %s\n", rows[i].run, rows[i].reason);
	return SAYS_YES;
}

/* ------------------------------------------------------------------ JSON */

static bool print_record(struct ckpt_record *rec, const char *before)
{
	const char *text = rec ? ckpt_record_json(rec) : NULL;

	if (text)
		printf("%s%s", before, text);
	ckpt_record_free(rec);
	return text != NULL;
}

static struct ckpt_record *store_record(const struct ckpt_store *store)
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

static void set_end(struct ckpt_record *rec, const struct run_row *row)
{
	if (row->exit_code >= 0)
		ckpt_record_set_int(rec, "exit", row->exit_code);
	set_known(rec, "signal", row->signal);
	ckpt_record_set_bool(rec, "answered", row->has_complied);
	ckpt_record_set_bool(rec, "cut", row->is_cut);
	ckpt_record_set_bool(rec, "done", row->is_done);
	ckpt_record_set_bool(rec, "oom", row->is_oom);
	if (!row->has_plan)
		return;
	ckpt_record_set_str(rec, "action", action_name(row->action));
	ckpt_record_set_bool(rec, "settled", row->is_settled);
	ckpt_record_set_str(rec, "reason", row->reason);
	set_known(rec, "next_limit_min", row->next_limit_min);
	set_known(rec, "next_time_min_min", row->next_time_min_min);
	set_known(rec, "next_begin", row->next_begin_s);
	if (row->remaining_s >= 0)
		ckpt_record_set_int(rec, "remaining", row->remaining_s);
	if (row->used_s >= 0)
		ckpt_record_set_int(rec, "used", row->used_s);
}

static struct ckpt_record *run_record(const struct run_row *row)
{
	struct ckpt_record *rec = ckpt_record_new("run");

	ckpt_record_set_int(rec, "run", row->run);
	set_known(rec, "start", row->start_s);
	set_known(rec, "end", row->end_s);
	set_known(rec, "deadline", row->deadline_s);
	if (row->node[0])
		ckpt_record_set_str(rec, "node", row->node);
	set_known(rec, "limit_min", row->limit_min);
	set_known(rec, "restored", row->restored);
	ckpt_record_set_str(rec, "cause", cause_name(row->cause));
	set_known(rec, "request", row->request_s);
	ckpt_record_set_int(rec, "requests", row->requests);
	ckpt_record_set_int(rec, "versions", row->versions);
	set_known(rec, "version", row->version);
	set_known(rec, "saved", row->saved_s);
	if (row->version)
		ckpt_record_set_int(rec, "bytes", (int64_t)row->bytes);
	if (row->progress >= 0)
		ckpt_record_set_num(rec, "progress", row->progress);
	set_known(rec, "strike", row->strike);
	set_end(rec, row);
	return rec;
}

static int print_json(const struct ckpt_store *store,
		      const struct run_row *rows, size_t count)
{
	bool is_good = true;

	printf("{\"format\":%d,", HISTORY_FORMAT);
	is_good = print_record(store_record(store), "\"store\":");
	printf(",\"runs\":[");
	for (size_t i = 0; i < count && is_good; i++)
		is_good =
			print_record(run_record(&rows[i]), i ? ",\n " : "\n ");
	printf("]}\n");
	return is_good ? SAYS_YES : SAYS_ERROR;
}

static int show(const struct call *call, struct ckpt_store *store)
{
	struct run_row *rows = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status;
	char clean[4096], name[JOB_NAME_MAX], left_out[RUNS_LEFT_OUT_MAX];
	size_t count = 0;
	int code;

	status = runs_load(store, &rows, &count, &err);
	if (status)
		return say_status(call, status, &err);
	if (call_option(call, "json")) {
		code = print_json(store, rows, count);
	} else {
		job_name(name, store);
		printf("%s%s%s: %zu run%s%s\n", name, name[0] ? ", " : "",
		       say_clean(clean, sizeof(clean), ckpt_dir(store)), count,
		       count == 1 ? "" : "s",
		       runs_left_out(left_out, rows, count));
		code = count ? print_table(rows, count) : SAYS_YES;
	}
	if (code)
		say_error(call, "memory ran out");
	free(rows);
	return code;
}

int command_history(struct call *call)
{
	return each_store(call, call->count ? call->operands[0] : NULL,
			  CKPT_READ, show);
}
