/* SPDX-License-Identifier: GPL-2.0-or-later */
/* row.c: what scheckpoint status says of a job in one line. */
#include "cmd/scheckpoint/row.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/find.h"
#include "requeue/journal/history.h"
#include "requeue/policy/run.h"
#include "requeue/settings/comment.h"
#include "requeue/settings/text.h"
#include "requeue/slurm/job.h"

/* Runs whose journals are read: those before tell no news. */
#define RUNS_READ 3

static void say(struct row *row, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Say what is wrong; what was said first stays. */
static void say(struct row *row, const char *format, ...)
{
	char raw[ROW_TROUBLE_MAX];
	va_list args;

	if (row->trouble[0])
		return;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	text_clean(row->trouble, sizeof(row->trouble), raw);
}

/* ----------------------------------------------------------------- job */

/* Say why the job is held, as far as Slurm knows.  Where settle has held it,
 * the comment says so, and what to do before its release. */
static void say_held(struct row *row, const struct job *job)
{
	char said[COMMENT_MAX];

	comment_said(said, sizeof(said), comment_part(job->comment));
	if (strstr(said, "release"))
		say(row, "held: %s", said);
	else
		say(row, "held (%s): scontrol release lets it go on",
		    job->reason[0] ? job->reason : "no reason is known");
}

static void take_state(struct row *row, const struct job *job, int64_t now_s)
{
	row->is_pending = job->state == STATE_PENDING;
	row->is_running = job->state == STATE_RUNNING && !job->is_suspended;
	text_clean(row->state, sizeof(row->state),
		   job->is_held ? "HELD" : job->state_name);
	text_clean(row->reason, sizeof(row->reason), job->reason);
	if (row->is_running)
		row->end_s = job->end_s;
	if (!row->is_pending || job->is_held)
		return;
	if (job->start_s > job->begin_s && job->start_s > now_s)
		row->begin_s = job->start_s;
	else if (job->begin_s > now_s)
		row->begin_s = job->begin_s;
}

void row_of_job(struct row *row, const struct job *job, int64_t now_s)
{
	memset(row, 0, sizeof(*row));
	row->job = job->job_id;
	row->array_job = job->array_job_id;
	row->array_task = job->array_job_id ? job->array_task_id : CKPT_NO_TASK;
	row->user_id = job->user_id;
	row->run = job->restart_count;
	row->progress = -1;
	row->tasks_count = 1;
	text_clean(row->tasks, sizeof(row->tasks), job->array_tasks);
	text_clean(row->name, sizeof(row->name), job->name);
	text_clean(row->partition, sizeof(row->partition), job->partition);
	take_state(row, job, now_s);
	if (!job_store(row->store, sizeof(row->store), job))
		row->store[0] = '\0';
	if (job->is_held)
		say_held(row, job);
	if (row->is_running && !job->can_requeue)
		say(row, "Requeue=0 was set: it isn't run again after this "
			 "run");
}

/* ------------------------------------------------------------- history */

static const struct run_record *last_ended(const struct history *history)
{
	for (size_t i = history->count; i-- > 0;)
		if (history_end_s(&history->runs[i]))
			return &history->runs[i];
	return NULL;
}

/* When the present run is requested to save. */
static void take_request(struct row *row, const struct run_record *run)
{
	if (!row->end_s)
		row->end_s = run->deadline_s;
	if (run->shown.request_s && run->shown.cause != CAUSE_INTERVAL)
		row->requested_s = run->shown.request_s;
	else if (row->end_s && run->grace_s)
		row->request_s = run_request_of(run->started_s, row->end_s,
						run->grace_s);
}

static void say_trouble(struct row *row, const struct history *history,
			const struct ckpt_version *versions, size_t count,
			int64_t now_s)
{
	const struct run_record *newest = &history->runs[history->count - 1];
	const struct run_record *ended = last_ended(history);
	char span[TEXT_SPAN_MAX];

	if (newest->failed_s)
		say(row, "save failed %s ago: %s",
		    text_span(span, now_s - newest->failed_s),
		    newest->failed_why);
	if (count && versions[0].is_aside)
		say(row, "version %" PRIu32 " is set aside",
		    versions[0].number);
	if (newest->shown.passed)
		say(row, "version %" PRIu32 " can't be used: %s",
		    newest->shown.passed, newest->shown.passed_why);
	if (ended && ended->shown.stalls)
		say(row, "%s saved nothing",
		    ended->shown.stalls == 1 ? "the run before"
					     : "the runs before");
}

void row_add_history(struct row *row, const struct history *history,
		     const struct ckpt_version *versions, size_t count,
		     int64_t now_s)
{
	const struct run_record *newest, *ended = last_ended(history);

	for (size_t i = count; i-- > 0;)
		if (!versions[i].is_aside) {
			row->version = versions[i].number;
			row->saved_s = versions[i].time_s;
		}
	for (size_t i = history->count; i-- > 0 && !row->saved_s;)
		if (history->runs[i].evidence == EVIDENCE_FILES)
			row->saved_s = history_end_s(&history->runs[i]);
	for (size_t i = history->count; i-- > 0 && row->progress < 0;)
		row->progress = history->runs[i].shown.progress;
	if (!history->count)
		return;
	newest = &history->runs[history->count - 1];
	row->grace_s = newest->grace_s;
	/* What settle decided tells more than the comment, which may be cut. */
	if (!strcmp(row->state, "HELD") && ended &&
	    ended->plan.action == ACT_REQUEUE_HOLD) {
		row->trouble[0] = '\0';
		say(row, "held: %s", ended->plan.reason);
	}
	if (row->is_running && newest->run == row->run &&
	    !history_end_s(newest))
		take_request(row, newest);
	say_trouble(row, history, versions, count, now_s);
}

/* ---------------------------------------------------------------- read */

static enum ckpt_status read_store(struct row *row, struct ckpt_store *store,
				   int64_t now_s, struct ckpt_error *err)
{
	struct ckpt_version *versions = NULL;
	struct history history = {0};
	size_t count = 0;
	enum ckpt_status status =
		history_load_newest(&history, store, RUNS_READ, err);

	if (!status)
		status = ckpt_list(store, &versions, &count, err);
	if (!status)
		row_add_history(row, &history, versions, count, now_s);
	free(versions);
	history_free(&history);
	return status;
}

void row_read(struct row *row, int64_t now_s)
{
	const struct job job = {
		.job_id = row->job,
		.array_job_id = row->array_job,
		.array_task_id = row->array_task,
	};
	struct ckpt_store *store = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status;

	if (!row->store[0])
		return;
	status = ckpt_open(&store, row->store, CKPT_READ, CKPT_RUN_PRESENT,
			   &err);
	if (!status && !job_has_store(&job, store))
		say(row, "%s is another job's store", row->store);
	else if (!status)
		status = read_store(row, store, now_s, &err);
	/* Before its first run a job has none. */
	if (status == CKPT_NONE || (status && err.errnum == ENOENT)) {
		if (row->run || row->is_running)
			say(row, "there is no store %s", row->store);
	} else if (status) {
		say(row, "%s",
		    err.text[0] ? err.text : ckpt_status_text(status));
	}
	ckpt_close(store);
}

/* --------------------------------------------------------------- arrays */

/* How many tasks a list such as "0-9,12,20-30:2%4" names. */
static unsigned count_tasks(const char *list)
{
	unsigned count = 0;

	while (*list && *list != '%') {
		unsigned first = 0, last, step = 1;
		int used = 0;

		if (sscanf(list, "%u%n", &first, &used) < 1)
			break;
		list += used;
		last = first;
		if (*list == '-' && sscanf(list, "-%u%n", &last, &used) == 1)
			list += used;
		if (*list == ':' && sscanf(list, ":%u%n", &step, &used) == 1)
			list += used;
		if (last >= first && step)
			count += (last - first) / step + 1;
		list += *list == ',';
	}
	return count ? count : 1;
}

#define STATES_MAX 8

/* An array that is being folded into its first row. */
struct fold {
	struct row *into;
	struct {
		char name[64];
		unsigned count;
	} states[STATES_MAX];
	double progress; /* sum */
	unsigned with_progress;
};

static void count_state(struct fold *fold, const char *name, unsigned count)
{
	for (size_t i = 0; i < STATES_MAX; i++) {
		if (!fold->states[i].count)
			snprintf(fold->states[i].name,
				 sizeof(fold->states[i].name), "%s", name);
		else if (strcmp(fold->states[i].name, name) != 0)
			continue;
		fold->states[i].count += count;
		return;
	}
}

/* The earlier of two times, of which 0 is none. */
static int64_t earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

static void fold_row(struct fold *fold, const struct row *row)
{
	struct row *into = fold->into;
	unsigned count = row->tasks[0] ? count_tasks(row->tasks) : 1;

	count_state(fold, row->state, count);
	if (row->progress >= 0) {
		fold->progress += row->progress;
		fold->with_progress++;
	}
	if (row == into) {
		into->tasks_count = count;
		into->troubled = into->trouble[0] ? count : 0;
		return;
	}
	into->tasks_count += count;
	into->troubled += row->trouble[0] ? count : 0;
	if (row->run > into->run)
		into->run = row->run;
	into->is_running |= row->is_running;
	into->is_pending &= row->is_pending;
	into->saved_s = earlier(into->saved_s, row->saved_s);
	into->requested_s = earlier(into->requested_s, row->requested_s);
	into->request_s = earlier(into->request_s, row->request_s);
	into->end_s = earlier(into->end_s, row->end_s);
	into->begin_s = earlier(into->begin_s, row->begin_s);
	if (row->trouble[0])
		say(into, "%s", row->trouble);
}

/* "12 RUNNING, 80 PENDING" */
static void put_states(struct fold *fold)
{
	char *state = fold->into->state;
	size_t size = sizeof(fold->into->state), used = 0;

	for (size_t i = 0; i < STATES_MAX && fold->states[i].count; i++) {
		snprintf(state + used, size - used, "%s%u %s", i ? ", " : "",
			 fold->states[i].count, fold->states[i].name);
		used = strlen(state);
	}
}

static void end_fold(struct fold *fold)
{
	struct row *into = fold->into;
	char said[ROW_TROUBLE_MAX];

	if (into->tasks_count == 1)
		return;
	put_states(fold);
	if (fold->with_progress)
		into->progress = fold->progress / fold->with_progress;
	into->array_task = CKPT_NO_TASK;
	into->job = into->array_job;
	into->version = 0;
	into->store[0] = '\0';
	if (!into->troubled)
		return;
	memcpy(said, into->trouble, sizeof(said));
	into->trouble[0] = '\0';
	say(into, "%u task%s: %.250s", into->troubled,
	    into->troubled == 1 ? "" : "s", said);
}

size_t row_fold(struct row *rows, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct fold fold = {.into = &rows[kept]};

		if (!rows[i].tasks_count)
			continue; /* folded already */
		if (kept != i)
			rows[kept] = rows[i];
		kept++;
		if (!fold.into->array_job)
			continue;
		fold_row(&fold, fold.into);
		for (size_t j = i + 1; j < count; j++)
			if (rows[j].tasks_count &&
			    rows[j].array_job == fold.into->array_job) {
				fold_row(&fold, &rows[j]);
				rows[j].tasks_count = 0;
			}
		end_fold(&fold);
	}
	return kept;
}

/* ---------------------------------------------------------------- words */

const char *row_id(char text[ROW_ID_MAX], const struct row *row)
{
	if (!row->array_job)
		snprintf(text, ROW_ID_MAX, "%" PRIu32, row->job);
	else if (row->array_task != CKPT_NO_TASK)
		snprintf(text, ROW_ID_MAX, "%" PRIu32 "_%" PRIu32,
			 row->array_job, row->array_task);
	else if (row->tasks[0] && row->tasks_count == 1)
		snprintf(text, ROW_ID_MAX, "%" PRIu32 "_[%s]", row->array_job,
			 row->tasks);
	else
		snprintf(text, ROW_ID_MAX, "%" PRIu32 " (%u tasks)",
			 row->array_job, row->tasks_count);
	return text;
}

const char *row_next(char text[ROW_NEXT_MAX], const struct row *row,
		     int64_t now_s)
{
	char span[TEXT_SPAN_MAX], left[TEXT_SPAN_MAX];

	text[0] = '\0';
	if (row->requested_s && row->end_s > now_s)
		snprintf(text, ROW_NEXT_MAX, "requested %s ago, ends in %s",
			 text_span(span, now_s - row->requested_s),
			 text_span(left, row->end_s - now_s));
	else if (row->requested_s)
		snprintf(text, ROW_NEXT_MAX, "requested %s ago",
			 text_span(span, now_s - row->requested_s));
	else if (row->request_s > now_s)
		snprintf(text, ROW_NEXT_MAX, "request in %s",
			 text_span(span, row->request_s - now_s));
	else if (row->end_s > now_s)
		snprintf(text, ROW_NEXT_MAX, "ends in %s",
			 text_span(span, row->end_s - now_s));
	else if (row->begin_s > now_s)
		snprintf(text, ROW_NEXT_MAX, "starts in %s",
			 text_span(span, row->begin_s - now_s));
	else if (row->is_pending && strcmp(row->state, "HELD") != 0)
		snprintf(text, ROW_NEXT_MAX, "waits (%s)", row->reason);
	return text;
}
