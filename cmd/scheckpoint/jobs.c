/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jobs.c: all checkpointed jobs of a user, or of all users, one row each. */
#include "cmd/scheckpoint/jobs.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/row.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "cmd/scheckpoint/table.h"
#include "cmd/scheckpoint/terminal.h"
#include "requeue/settings/text.h"

/* Programs read it; a change of meaning makes it 2. */
#define JOBS_FORMAT 1
#define BAR_LEN	    10
#define NAME_LEN    24

/* --------------------------------------------------------------- select */

static bool has_more_users(const struct call *call)
{
	return call_option(call, "all") || call_option(call, "user");
}

/* Write what slurm_each() takes; false after saying that there is no such user.
 */
static bool select_jobs(const struct call *call, char *whose, size_t size)
{
	const char *name = call_option(call, "user");
	const struct passwd *entry = name ? getpwnam(name) : NULL;
	uint32_t uid = (uint32_t)getuid();

	if (call_option(call, "all")) {
		snprintf(whose, size, "all");
		return true;
	}
	if (entry)
		uid = (uint32_t)entry->pw_uid;
	else if (name && !parse_number(name, UINT32_MAX - 1, &uid)) {
		say_error(call, "there is no user %s here", name);
		return false;
	}
	snprintf(whose, size, "user:%" PRIu32, uid);
	return true;
}

struct living {
	bool (*each)(const struct job *job, void *arg);
	void *arg;
};

/* slurmctld keeps jobs that are over for a while. */
static bool each_living(const struct job *job, void *arg)
{
	const struct living *living = arg;

	return !job_is_alive(job) || living->each(job, living->arg);
}

int jobs_each(const struct call *call,
	      bool (*each)(const struct job *job, void *arg), void *arg)
{
	struct living living = {each, arg};
	char whose[32], trouble[SLURM_TROUBLE_MAX];

	if (!select_jobs(call, whose, sizeof(whose)))
		return SAYS_ERROR;
	if (slurm_each(whose, each_living, &living, trouble))
		return SAYS_YES;
	return say_error(call,
			 "%s; scheckpoint status . shows the stores in this "
			 "directory",
			 trouble[0] ? trouble : "slurmctld can't be asked");
}

/* ----------------------------------------------------------------- rows */

struct rows {
	struct row *list;
	size_t count, room;
	int64_t now_s;
	bool has_failed;
};

static bool add_job(const struct job *job, void *arg)
{
	struct rows *rows = arg;
	struct row *row;

	if (rows->count == rows->room) {
		size_t room = rows->room ? 2 * rows->room : 64;

		row = reallocarray(rows->list, room, sizeof(*row));
		if (!row) {
			rows->has_failed = true;
			return false;
		}
		rows->list = row;
		rows->room = room;
	}
	row = &rows->list[rows->count++];
	row_of_job(row, job, rows->now_s);
	/* Another user's files are none of ours, even for root. */
	if (job->user_id == (uint32_t)getuid())
		row_read(row, rows->now_s);
	return true;
}

/* ---------------------------------------------------------------- table */

static const char *name_user(char text[64], uint32_t uid)
{
	const struct passwd *entry = getpwuid(uid);

	if (entry)
		snprintf(text, 64, "%s", entry->pw_name);
	else
		snprintf(text, 64, "%" PRIu32, uid);
	return text;
}

static void add_progress(struct table *table, double progress)
{
	char bar[BAR_LEN + 1], text[TEXT_PROGRESS_MAX];

	if (!(progress >= 0 && progress <= 1)) {
		table_add(table, "-");
		return;
	}
	memset(bar, '.', BAR_LEN);
	memset(bar, '#', (size_t)(progress * BAR_LEN));
	bar[BAR_LEN] = '\0';
	table_add(table, "[%s] %6s", bar, text_progress(text, progress));
}

static enum paint paint_of(const struct row *row)
{
	if (row->trouble[0] || !strcmp(row->state, "HELD"))
		return PAINT_BAD;
	return row->is_running ? PAINT_GOOD : PAINT_WAITS;
}

static void add_row(struct table *table, const struct row *row, bool has_users,
		    int64_t now_s)
{
	char id[ROW_ID_MAX], next[ROW_NEXT_MAX], span[TEXT_SPAN_MAX], user[64];

	table_add(table, "%s", row_id(id, row));
	if (has_users)
		table_add(table, "%s", name_user(user, row->user_id));
	table_add(table, "%.*s", NAME_LEN, row->name);
	table_add(table, "%s", row->state);
	table_paint(table, paint_of(row));
	table_add(table, "%u", row->run);
	add_progress(table, row->progress);
	if (row->saved_s)
		table_add(table, "%s ago",
			  text_span(span, now_s - row->saved_s));
	else
		table_add(table, "-");
	table_add(table, "%s", row_next(next, row, now_s));
	table_add(table, "%s", row->trouble);
	if (row->trouble[0])
		table_paint(table, PAINT_BAD);
}

static bool print_table(const struct rows *rows, bool has_users)
{
	static const char *const heads[] = {"JOB",   "USER", "NAME",
					    "STATE", "RUN",  "PROGRESS",
					    "SAVED", "NEXT", "TROUBLE"};
	const size_t columns = sizeof(heads) / sizeof(heads[0]) - !has_users;
	struct table *table = table_new(columns, has_users ? 0x10 : 0x08);

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (i == 1 && !has_users)
			continue;
		table_add(table, "%s", heads[i]);
		table_paint(table, PAINT_HEAD);
	}
	for (size_t i = 0; i < rows->count; i++)
		add_row(table, &rows->list[i], has_users, rows->now_s);
	table_for_terminal(table, terminal_width(), terminal_has_colour());
	return table_print(table);
}

/* ----------------------------------------------------------------- JSON */

static void set_known(struct ckpt_record *rec, const char *key, int64_t value)
{
	if (value > 0)
		ckpt_record_set_int(rec, key, value);
}

static void set_text(struct ckpt_record *rec, const char *key,
		     const char *value)
{
	if (value[0])
		ckpt_record_set_str(rec, key, value);
}

static struct ckpt_record *as_record(const struct row *row)
{
	struct ckpt_record *rec = ckpt_record_plain();
	char text[64];

	ckpt_record_set_int(rec, "job", row->job);
	if (row->array_job) {
		ckpt_record_set_int(rec, "array_job", row->array_job);
		if (row->array_task != CKPT_NO_TASK)
			ckpt_record_set_int(rec, "array_task", row->array_task);
		set_text(rec, "array_tasks", row->tasks);
	}
	ckpt_record_set_str(rec, "user", name_user(text, row->user_id));
	ckpt_record_set_str(rec, "name", row->name);
	set_text(rec, "partition", row->partition);
	ckpt_record_set_str(rec, "state", row->state);
	set_text(rec, "state_reason", row->reason);
	ckpt_record_set_int(rec, "run", row->run);
	if (row->progress >= 0)
		ckpt_record_set_num(rec, "progress", row->progress);
	set_known(rec, "version", row->version);
	set_known(rec, "saved", row->saved_s);
	set_known(rec, "request", row->requested_s);
	set_known(rec, "next_request", row->request_s);
	set_known(rec, "deadline", row->end_s);
	set_known(rec, "next_begin", row->begin_s);
	set_known(rec, "grace", row->grace_s);
	set_text(rec, "dir", row->store);
	set_text(rec, "trouble", row->trouble);
	return rec;
}

bool jobs_print_json(const struct job *job, const char *store, int64_t now_s,
		     const char *before)
{
	struct row row;

	row_of_job(&row, job, now_s);
	snprintf(row.store, sizeof(row.store), "%s", store);
	row_read(&row, now_s);
	return say_record(as_record(&row), before);
}

static bool print_json(const struct rows *rows)
{
	bool is_good = true;

	printf("{\"format\":%d,\"jobs\":[", JOBS_FORMAT);
	for (size_t i = 0; i < rows->count && is_good; i++)
		is_good = say_record(as_record(&rows->list[i]),
				     i ? ",\n " : "\n ");
	printf("]}\n");
	return is_good;
}

int jobs_print(const struct call *call)
{
	struct rows rows = {.now_s = time(NULL)};
	int code = jobs_each(call, add_job, &rows);
	bool is_good = !rows.has_failed;

	if (code == SAYS_YES && is_good && call_option(call, "json")) {
		is_good = print_json(&rows);
	} else if (code == SAYS_YES && is_good) {
		rows.count = row_fold(rows.list, rows.count);
		if (rows.count)
			is_good = print_table(&rows, has_more_users(call));
		else
			printf(JOBS_NONE);
	}
	free(rows.list);
	return is_good ? code : say_error(call, "memory ran out");
}
