/* SPDX-License-Identifier: GPL-2.0-or-later */
/* history.c: the runs of a job, read back from the store's journals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/journal/history.h"
#include "requeue/journal/memo.h"

/* More runs than any site allows, and than are worth reading. */
#define RUN_MOST 100000

/* What one record kind adds to the picture. */
struct reading {
	struct history *history;
	struct run_record *run;
	bool has_finish;
	bool has_plan;
};

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static void read_run(struct reading *r, const struct ckpt_record *rec)
{
	struct history *h = r->history;
	int64_t completing_s = ckpt_record_int(rec, "completing", 0);

	r->run->started_s = ckpt_record_int(rec, "start", 0);
	r->run->limit_min = ckpt_record_int(rec, "limit_min", 0);
	r->run->restored = (uint32_t)ckpt_record_int(rec, "restored", 0);
	r->run->is_elsewhere = ckpt_record_str(rec, "from") != NULL;
	r->run->restored_progress =
		ckpt_record_num(rec, "restored_progress", -1);
	if (!h->submitted_min)
		h->submitted_min = ckpt_record_int(rec, "submitted_min", 0);
	if (completing_s > h->completing_s)
		h->completing_s = completing_s;
	h->misses += ckpt_record_bool(rec, "missed") && completing_s <= 0;
	copy(h->node, sizeof(h->node), ckpt_record_str(rec, "node"));
	copy(h->output, sizeof(h->output), ckpt_record_str(rec, "output"));
}

static void read_order(struct history *h, const struct ckpt_record *rec)
{
	int64_t ordered_min = ckpt_record_int(rec, "ordered_min", -1);

	if (ordered_min >= 0)
		h->ordered_min = ordered_min;
}

static void read_view(struct reading *r, const struct ckpt_record *rec)
{
	struct history *h = r->history;
	int64_t completing_s = ckpt_record_int(rec, "completing", 0);

	r->run->limit_min =
		ckpt_record_int(rec, "limit_min", r->run->limit_min);
	h->call_timeout_s = ckpt_record_int(rec, "call_timeout", 0);
	h->began_min = h->left.limit_min =
		ckpt_record_int(rec, "limit_min", -1);
	h->left.time_min_min = ckpt_record_int(rec, "time_min_min", 0);
	h->could_requeue = ckpt_record_bool(rec, "requeue");
	read_order(h, rec);
	if (!h->submitted_min)
		h->submitted_min = ckpt_record_int(rec, "submitted_min", 0);
	if (completing_s > h->completing_s)
		h->completing_s = completing_s;
	h->misses += ckpt_record_bool(rec, "missed") && completing_s <= 0;
}

static void read_request(struct reading *r, const struct ckpt_record *rec)
{
	if (!ckpt_record_bool(rec, "made"))
		return;
	r->run->cause = cause_from_name(ckpt_record_str(rec, "cause"));
	r->run->request_s = (int64_t)ckpt_record_time(rec);
}

static void read_finish(struct reading *r, const struct ckpt_record *rec)
{
	int64_t signum = ckpt_record_int(rec, "signal", 0);

	r->has_finish = true;
	r->run->ended_s = (int64_t)ckpt_record_time(rec);
	r->run->ending = signum ? END_SIGNAL : END_EXIT;
	r->run->code = (int)(signum ? signum : ckpt_record_int(rec, "exit", 0));
	r->run->has_complied = ckpt_record_bool(rec, "answered");
	r->run->is_cut = ckpt_record_bool(rec, "cut");
	r->run->is_oom = ckpt_record_bool(rec, "oom");
	if (ckpt_record_bool(rec, "repeat"))
		r->run->ending = END_REPEAT;
	if (ckpt_record_bool(rec, "store"))
		r->run->ending = END_STORE;
}

static void read_plan(struct reading *r, const struct ckpt_record *rec)
{
	struct recorded_plan *plan = &r->history->plan;

	r->has_plan = true;
	plan->is_there = true;
	plan->action = action_from_name(ckpt_record_str(rec, "action"));
	plan->cause = cause_from_name(ckpt_record_str(rec, "cause"));
	plan->limit_min = ckpt_record_int(rec, "limit_min", 0);
	plan->time_min_min = ckpt_record_int(rec, "time_min_min", 0);
	plan->begin_s = ckpt_record_int(rec, "begin", 0);
	plan->delay_s = ckpt_record_int(rec, "delay", 0);
	plan->has_ended = ckpt_record_bool(rec, "ended");
	copy(plan->reason, sizeof(plan->reason),
	     ckpt_record_str(rec, "reason"));
	r->history->planned_begin_s = plan->begin_s;
	/* Versions may have been pruned since. */
	r->run->versions = (unsigned)ckpt_record_int(rec, "versions", 0);
	r->run->saved_s = ckpt_record_int(rec, "saved", 0);
	r->run->progress = ckpt_record_num(rec, "progress", -1);
	r->run->is_done = ckpt_record_bool(rec, "done");
	r->run->cause = plan->cause;
	read_order(r->history, rec);
}

/* A limit that could not be set, as while the job was preempted, is none to
 * which another could be compared. */
static void read_settled(struct reading *r, const struct ckpt_record *rec)
{
	struct history *h = r->history;
	int64_t limit_min = ckpt_record_int(rec, "limit_min", -1);
	bool is_set = !h->plan.limit_min || h->plan.limit_min == limit_min;

	h->is_settled = true;
	h->left.limit_min = is_set ? limit_min : -1;
	h->left.time_min_min = ckpt_record_int(rec, "time_min_min", 0);
}

static bool read_record(const struct ckpt_record *rec, void *arg)
{
	struct reading *r = arg;
	const char *kind = ckpt_record_kind(rec);

	if (!strcmp(kind, "run"))
		read_run(r, rec);
	else if (!strcmp(kind, "view"))
		read_view(r, rec);
	else if (!strcmp(kind, "request"))
		read_request(r, rec);
	else if (!strcmp(kind, "term"))
		r->history->has_term = true;
	else if (!strcmp(kind, "finish"))
		read_finish(r, rec);
	else if (!strcmp(kind, "plan"))
		read_plan(r, rec);
	else if (!strcmp(kind, "strike"))
		r->history->has_strike = true;
	else if (!strcmp(kind, "settled"))
		read_settled(r, rec);
	return true;
}

/* What the versions themselves tell of a run that settle has not summed up. */
static void count_versions(struct run_record *run,
			   const struct ckpt_version *versions, size_t count)
{
	run->versions = 0;
	for (size_t i = 0; i < count; i++) {
		if (versions[i].run != run->run)
			continue;
		run->versions++;
		if (versions[i].time_s >= run->saved_s) {
			run->saved_s = versions[i].time_s;
			if (versions[i].progress >= 0)
				run->progress = versions[i].progress;
		}
	}
}

void history_count(struct ckpt_store *store, struct run_record *run)
{
	struct ckpt_version *versions = NULL;
	size_t count = 0;

	run->progress = -1;
	ckpt_list(store, &versions, &count, NULL);
	count_versions(run, versions, count);
	free(versions);
	run->is_done = ckpt_is_done(store, run->run);
	if (run->progress < 0)
		run->progress = ckpt_run_progress(store, run->run);
}

enum ckpt_status history_load(struct history *history, struct ckpt_store *store,
			      unsigned run, struct ckpt_error *err)
{
	struct ckpt_version *versions = NULL;
	size_t version_count = 0;
	enum ckpt_status status;

	memset(history, 0, sizeof(*history));
	history->ordered_min = history->left.limit_min = -1;
	if (run > RUN_MOST) {
		if (err)
			snprintf(err->text, sizeof(err->text),
				 "the job's environment speaks of run %u", run);
		return CKPT_EINVAL;
	}
	history->runs = calloc((size_t)run + 1, sizeof(*history->runs));
	if (!history->runs)
		return CKPT_ENOMEM;
	status = ckpt_list(store, &versions, &version_count, err);
	if (status && status != CKPT_NONE)
		return status;
	for (unsigned i = 0; i <= run; i++) {
		struct run_record *record = &history->runs[history->count++];
		struct reading reading = {history, record, false, false};

		record->run = i;
		record->progress = record->restored_progress = -1;
		record->ending = END_SUPERVISOR;
		history->has_term = history->is_settled = false;
		history->has_strike = false;
		history->began_min = -1;
		history->could_requeue = false;
		history->plan.is_there = false;
		status =
			ckpt_journal_read(store, i, read_record, &reading, err);
		if (status && status != CKPT_NONE)
			break;
		if (!reading.has_plan) {
			count_versions(record, versions, version_count);
			record->is_done = ckpt_is_done(store, i);
			if (record->progress < 0)
				record->progress = ckpt_run_progress(store, i);
		}
		/* Nobody settled it: the node went away with the run. */
		record->is_node_fail = i < run && !reading.has_plan;
		status = CKPT_OK;
	}
	free(versions);
	return status;
}

const struct run_record *history_runs(const struct history *history,
				      size_t *count)
{
	*count = history->count ? history->count : 1;
	return history->count ? history->runs : &history->blind;
}

struct run_record *history_newest(struct history *history)
{
	return history->count ? &history->runs[history->count - 1]
			      : &history->blind;
}

/* What the store tells by itself where it can be read. */
static void read_sum(struct run_record *run, const struct ckpt_record *rec)
{
	run->is_done = ckpt_record_bool(rec, "done");
	run->versions = (unsigned)ckpt_record_int(rec, "versions", 0);
	run->saved_s = ckpt_record_int(rec, "saved", 0);
	run->progress = ckpt_record_num(rec, "progress", -1);
}

static void recall(const struct ckpt_record *rec, void *arg)
{
	struct reading *r = arg;
	const char *kind = ckpt_record_kind(rec);

	/* The journal has these two, which add up. */
	if (r->history->count &&
	    (!strcmp(kind, "run") || !strcmp(kind, "view")))
		return;
	read_record(rec, r);
	if (!r->history->count && !strcmp(kind, "finish"))
		read_sum(r->run, rec);
}

bool history_recall(struct history *history, struct run_record *run,
		    int memo_fd)
{
	struct reading reading = {history, run, false, false};

	memo_read(memo_fd, recall, &reading);
	return reading.has_finish;
}

void history_free(struct history *history)
{
	free(history->runs);
	memset(history, 0, sizeof(*history));
}
