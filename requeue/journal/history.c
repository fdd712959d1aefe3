/* SPDX-License-Identifier: GPL-2.0-or-later */
/* history.c: the runs of a job, read back from the store's journals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/journal/history.h"
#include "requeue/journal/memo.h"
#include "requeue/journal/records.h"
#include "requeue/settings/text.h"

/* No site allows more runs. */
#define RUN_MOST 100000

/* For people: no job has more runs, but its owner may write more journals. */
#define SHOWN_RUNS_MOST	 10000
/* For people: bytes of the journals, apart from the newest.  A run's takes a
 * few KiB, but a file with holes may be of any size. */
#define SHOWN_BYTES_MOST (32u << 20)

/* A run whose journal is being read. */
struct reading {
	struct history *history;
	struct run_record *run;
	bool has_finish;
};

/* Set what is known before any record is read. */
static void init_run(struct run_record *run, unsigned number)
{
	*run = (struct run_record){
		.run = number,
		.ending = END_SUPERVISOR,
		.progress = -1,
		.restored_progress = -1,
		.wait_s = -1,
		.plan = {.remaining_s = -1, .used_s = -1},
		.shown = {.progress = -1, .base = -1},
	};
}

static void copy_clean(char *to, size_t size, const char *from)
{
	text_clean(to, size, from ? from : "");
}

/* ------------------------------------------------ what each record adds */

/* Count how long COMPLETING took, or a delay that was too short for it. */
static void count_completing(struct history *h, bool has_missed,
			     int64_t completing_s)
{
	if (completing_s > h->completing_s)
		h->completing_s = completing_s;
	h->misses += has_missed && completing_s <= 0;
}

static void read_run(struct reading *r, const struct record *record)
{
	const struct record_run *from = &record->run;
	struct history *h = r->history;
	struct run_record *run = r->run;

	run->is_begun = true;
	run->started_s = from->start_s ? from->start_s : record->time_s;
	if (from->limit_min >= 0)
		run->limit_min = from->limit_min;
	if (from->end_s)
		run->deadline_s = from->end_s;
	/* The run before has planned when this one may begin. */
	if (run != h->runs && h->count > 1 && run[-1].plan.begin_s &&
	    run->started_s >= run[-1].plan.begin_s)
		run->wait_s = run->started_s - run[-1].plan.begin_s;
	run->restored = (uint32_t)from->restored;
	run->is_elsewhere = from->from != NULL;
	run->restored_progress = from->restored_progress;
	run->grace_s = from->grace_s;
	run->total_s = from->total_s;
	run->can_save = from->can_save;
	copy_clean(run->node, sizeof(run->node), from->node);
	run->shown.passed = (uint32_t)from->passed;
	copy_clean(run->shown.grace_why, sizeof(run->shown.grace_why),
		   from->grace_why);
	copy_clean(run->shown.passed_why, sizeof(run->shown.passed_why),
		   from->passed_why);
	if (!h->submitted_min)
		h->submitted_min = from->submitted_min;
	count_completing(h, from->has_missed, from->completing_s);
	/* The path is opened, not shown, and so it isn't cleaned. */
	snprintf(h->output, sizeof(h->output), "%s",
		 from->output ? from->output : "");
}

static void read_view(struct reading *r, const struct record_view *from)
{
	struct history *h = r->history;
	struct run_record *run = r->run;

	if (from->limit_min >= 0)
		run->limit_min = from->limit_min;
	if (from->end_s >= 0)
		run->deadline_s = from->end_s;
	h->began_min = h->left.limit_min = from->limit_min;
	h->left.time_min_min = from->time_min_min;
	h->could_requeue = from->can_requeue;
	h->has_exact_min = from->has_exact_min;
	h->is_quick_to_end = from->is_quick_to_end;
	run->time_min_min = from->time_min_min;
	run->shown.queued_s = from->queued_s;
	if (from->ordered_min >= 0)
		h->ordered_min = from->ordered_min;
	if (!h->submitted_min)
		h->submitted_min = from->submitted_min;
	count_completing(h, from->has_missed, from->completing_s);
}

/* The owner has used scheckpoint set. */
static void read_set(struct run_record *run, const struct record_set *from)
{
	if (from->grace_s >= 0)
		run->grace_s = from->grace_s;
	if (from->total_s >= 0)
		run->total_s = from->total_s;
}

static void read_request(struct run_record *run, const struct record *record)
{
	struct run_shown *shown = &run->shown;

	shown->requests++;
	shown->cause = record->request.cause;
	shown->request_s = record->time_s;
	if (!record->request.is_made)
		return;
	run->cause = record->request.cause;
	run->request_s = record->time_s;
}

static void read_finish(struct reading *r, const struct record *record)
{
	const struct record_finish *from = &record->finish;
	struct run_record *run = r->run;

	r->has_finish = true;
	run->ended_s = record->time_s;
	run->ending = from->has_store_failed ? END_STORE
		      : from->is_repeat	     ? END_REPEAT
		      : from->signal	     ? END_SIGNAL
					     : END_EXIT;
	run->code = (int)(from->signal	    ? from->signal
			  : from->exit >= 0 ? from->exit
					    : 0);
	run->has_complied = from->has_complied;
	run->evidence = from->evidence;
	run->files = (unsigned)from->files;
	run->digest = from->digest ? strtoull(from->digest, NULL, 16) : 0;
	run->is_cut = from->is_cut;
	run->is_oom = from->is_oom;
	run->save_ms = from->save_ms;
	run->shown.is_done |= from->is_done;
	if (from->progress >= 0)
		run->shown.progress = from->progress;
}

/* The versions that settle found: they may have been removed since. */
static void read_saved(struct run_shown *shown, const struct record_plan *from)
{
	if (from->versions > shown->versions)
		shown->versions = (unsigned)from->versions;
	if (!from->version || from->version < shown->version)
		return;
	shown->version = (uint32_t)from->version;
	shown->bytes = (uint64_t)from->bytes;
	shown->saved_s = from->saved_s;
}

static void read_plan(struct reading *r, const struct record *record)
{
	const struct record_plan *from = &record->plan;
	struct run_record *run = r->run;

	run->plan = (struct recorded_plan){
		.is_there = true,
		.action = from->action,
		.cause = from->cause,
		.written_s = record->time_s,
		.limit_min = from->limit_min,
		.time_min_min = from->time_min_min,
		.begin_s = from->begin_s,
		.delay_s = from->delay_s,
		.remaining_s = from->remaining_s,
		.used_s = from->used_s,
		.has_ended = from->has_ended,
	};
	copy_clean(run->plan.reason, sizeof(run->plan.reason), from->reason);
	/* The plan's count stands, as versions may have been pruned since. */
	run->versions = (unsigned)from->versions;
	run->saved_s = from->saved_s;
	run->failed_s = from->failed_s;
	copy_clean(run->failed_why, sizeof(run->failed_why), from->failed_why);
	run->progress = from->progress;
	run->is_done = from->is_done;
	read_saved(&run->shown, from);
	run->cause = run->shown.cause = from->cause;
	run->shown.is_done |= from->is_done;
	if (from->progress >= 0)
		run->shown.progress = from->progress;
	run->shown.next_limit_min = from->limit_min;
	run->shown.next_begin_s = from->begin_s;
	run->shown.stalls = from->stalls > 0 ? (unsigned)from->stalls : 0;
	if (from->ordered_min >= 0)
		r->history->ordered_min = from->ordered_min;
}

/* The job kept its limit where settle could not set the planned one, as while
 * the job was preempted.  Such a limit can't be compared with a later one. */
static void read_settled(struct reading *r, const struct record_settled *from)
{
	struct history *h = r->history;
	struct run_record *run = r->run;
	bool is_set = !run->plan.limit_min ||
		      run->plan.limit_min == from->limit_min;

	run->is_settled = true;
	h->left.limit_min = is_set ? from->limit_min : -1;
	h->left.time_min_min = from->time_min_min;
	if (from->limit_min >= 0)
		run->shown.next_limit_min = from->limit_min;
	if (from->begin_s >= 0)
		run->shown.next_begin_s = from->begin_s;
}

static void read_version(struct run_shown *shown, const struct record *record)
{
	if (record->version.version <= shown->version)
		return;
	shown->versions++;
	shown->version = (uint32_t)record->version.version;
	shown->saved_s = record->time_s;
	shown->bytes = (uint64_t)record->version.bytes;
}

/* A name with a comma in it would look like two. */
static void read_signal(struct run_record *run,
			const struct record_program *from)
{
	size_t used = strlen(run->signalled);
	char name[64];

	if (!from->signal || !from->name)
		return;
	copy_clean(name, sizeof(name), from->name);
	for (char *at = name; (at = strchr(at, ','));)
		*at = '?';
	snprintf(run->signalled + used, sizeof(run->signalled) - used, "%s%s",
		 used ? "," : "", name);
}

static void keep_settings(struct history *h, const struct record_settings *from)
{
	free(h->settings);
	h->settings = from->text ? strdup(from->text) : NULL;
}

static void add_record(struct reading *r, const struct record *record)
{
	switch (record->kind) {
	case RECORD_RUN:
		read_run(r, record);
		break;
	case RECORD_VIEW:
		read_view(r, &record->view);
		break;
	case RECORD_DEADLINE:
		if (record->deadline.end_s >= 0)
			r->run->deadline_s = record->deadline.end_s;
		break;
	case RECORD_SET:
		read_set(r->run, &record->set);
		break;
	case RECORD_REQUEST:
		read_request(r->run, record);
		break;
	case RECORD_TERM:
		r->history->has_term = true;
		break;
	case RECORD_SIGNAL:
		read_signal(r->run, &record->program);
		break;
	case RECORD_FINISH:
		read_finish(r, record);
		break;
	case RECORD_PLAN:
		read_plan(r, record);
		break;
	case RECORD_SETTLED:
		read_settled(r, &record->settled);
		break;
	case RECORD_SETTINGS:
		keep_settings(r->history, &record->settings);
		break;
	case RECORD_STRIKE:
		r->run->strike = (uint32_t)record->strike.version;
		break;
	case RECORD_VERSION:
		read_version(&r->run->shown, record);
		break;
	default: /* for people who read the journal: decides nothing */
		break;
	}
}

static bool read_record(const struct ckpt_record *rec, void *arg)
{
	const struct ckpt_kind *first = &ckpt_kinds[CKPT_KIND_CLAIM];
	const struct reading *r = arg;
	struct record record;
	struct ckpt_claim claim;

	if (record_decode(&record, rec)) {
		add_record(arg, &record);
	} else if (!strcmp(ckpt_record_kind(rec), first->name)) {
		ckpt_kind_decode(first, rec, &claim);
		r->run->shown.base = claim.base;
	}
	return true;
}

/* ------------------------------------------------- what the store adds */

/* Count the versions of a run that has no plan, which would have the count. */
static void count_versions(struct run_record *run,
			   const struct ckpt_version *versions, size_t count)
{
	run->versions = 0;
	for (size_t i = 0; i < count; i++) {
		if (!ckpt_is_of_run(&versions[i], run->run))
			continue;
		/* The newest comes first. */
		if (run->versions++)
			continue;
		run->saved_s = versions[i].time_s;
		run->version = versions[i].number;
		run->bytes = versions[i].bytes;
		run->progress = versions[i].progress;
	}
}

/* A save that failed counts until one succeeds. */
static void count_failure(struct ckpt_store *store, struct run_record *run)
{
	struct ckpt_failure failure;

	run->failed_s = 0;
	if (!ckpt_failure(store, run->run, &failure) ||
	    failure.time_s <= run->saved_s)
		return;
	run->failed_s = failure.time_s;
	copy_clean(run->failed_why, sizeof(run->failed_why), failure.why);
}

static void count_run(struct ckpt_store *store, struct run_record *run,
		      const struct ckpt_version *versions, size_t count)
{
	run->progress = -1;
	count_versions(run, versions, count);
	count_failure(store, run);
	run->is_done = ckpt_is_done(store, run->run);
	if (run->progress < 0)
		run->progress = ckpt_run_progress(store, run->run);
}

void history_count(struct ckpt_store *store, struct run_record *run)
{
	struct ckpt_version *versions = NULL;
	size_t count = 0;

	ckpt_list(store, &versions, &count, NULL);
	count_run(store, run, versions, count);
	free(versions);
}

/* For people: the versions in the store tell more than the journal does. */
static void show_versions(struct run_record *run,
			  const struct ckpt_version *versions, size_t count)
{
	struct run_shown *shown = &run->shown;
	unsigned found = 0;

	for (size_t i = 0; i < count; i++) {
		if (!ckpt_is_of_run(&versions[i], run->run))
			continue;
		found++;
		if (versions[i].number < shown->version)
			continue;
		shown->version = versions[i].number;
		shown->saved_s = versions[i].time_s;
		shown->bytes = versions[i].bytes;
		if (versions[i].progress >= 0)
			shown->progress = versions[i].progress;
	}
	if (found > shown->versions)
		shown->versions = found;
}

static void show_store(struct ckpt_store *store, struct run_record *run,
		       const struct ckpt_version *versions, size_t count)
{
	struct run_shown *shown = &run->shown;

	shown->is_done |= ckpt_is_done(store, run->run);
	if (shown->progress < 0)
		shown->progress = ckpt_run_progress(store, run->run);
	show_versions(run, versions, count);
}

/* A run that nothing has settled, as its node failed, leaves no record of what
 * it saved.  The next run began from it if that version came after the run's
 * start. */
static void show_unsettled(struct run_record *run,
			   const struct run_record *next)
{
	int64_t version = next->is_elsewhere ? 0 : next->restored;

	if (run->shown.version || run->shown.base < 0 ||
	    version <= run->shown.base)
		return;
	run->shown.version = next->restored;
	if (!run->shown.versions)
		run->shown.versions = 1;
	if (run->shown.progress < 0)
		run->shown.progress = next->restored_progress;
}

/* ----------------------------------------------------------------- load */

static enum ckpt_status load_run(struct history *history,
				 struct ckpt_store *store,
				 struct run_record *run, struct ckpt_error *err)
{
	struct reading reading = {history, run, false};
	enum ckpt_status status;

	history->has_term = history->could_requeue = false;
	history->has_exact_min = history->is_quick_to_end = false;
	history->began_min = -1;
	status = ckpt_journal_read(store, run->run, read_record, &reading, err);
	return status == CKPT_NONE ? CKPT_OK : status;
}

/* Read the runs from first to last, both included. */
static enum ckpt_status load(struct history *history, struct ckpt_store *store,
			     unsigned first, unsigned last, bool is_shown,
			     struct ckpt_error *err)
{
	struct ckpt_version *versions = NULL;
	size_t count = 0;
	enum ckpt_status status = ckpt_list(store, &versions, &count, err);

	if (status && status != CKPT_NONE)
		return status;
	history->runs =
		calloc((size_t)last - first + 1, sizeof(*history->runs));
	status = history->runs ? CKPT_OK : CKPT_ENOMEM;
	for (unsigned i = first; !status && i <= last; i++) {
		struct run_record *run = &history->runs[history->count++];

		init_run(run, i);
		status = load_run(history, store, run, err);
		if (!status && !run->plan.is_there)
			count_run(store, run, versions, count);
		if (!status && is_shown)
			show_store(store, run, versions, count);
		/* Its node failed, as nothing has settled the run. */
		run->is_node_fail = i < last && !run->plan.is_there;
		if (is_shown && i > first)
			show_unsettled(run - 1, run);
	}
	free(versions);
	return status;
}

enum ckpt_status history_load(struct history *history, struct ckpt_store *store,
			      unsigned run, struct ckpt_error *err)
{
	memset(history, 0, sizeof(*history));
	history->ordered_min = history->left.limit_min = -1;
	if (run <= RUN_MOST)
		return load(history, store, 0, run, false, err);
	if (err)
		snprintf(err->text, sizeof(err->text),
			 "the job's environment speaks of run %u", run);
	return CKPT_EINVAL;
}

/* Find the first of the newest runs that are few and short enough to read. */
static unsigned first_shown(const struct ckpt_store *store, unsigned newest,
			    unsigned most)
{
	unsigned run = newest;
	uint64_t bytes = 0;

	while (run && newest - run + 1 < most) {
		bytes += ckpt_journal_size(store, run - 1);
		if (bytes > SHOWN_BYTES_MOST)
			break;
		run--;
	}
	return run;
}

enum ckpt_status history_load_shown(struct history *history,
				    struct ckpt_store *store,
				    struct ckpt_error *err)
{
	return history_load_newest(history, store, SHOWN_RUNS_MOST, err);
}

enum ckpt_status history_load_newest(struct history *history,
				     struct ckpt_store *store, unsigned most,
				     struct ckpt_error *err)
{
	int newest = ckpt_journal_newest(store);
	enum ckpt_status status;

	memset(history, 0, sizeof(*history));
	history->ordered_min = history->left.limit_min = -1;
	if (newest < 0)
		return CKPT_OK;
	status = load(history, store,
		      first_shown(store, (unsigned)newest, most),
		      (unsigned)newest, true, err);
	if (status)
		history_free(history);
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

int64_t history_end_s(const struct run_record *run)
{
	return run->ended_s ? run->ended_s : run->plan.written_s;
}

/* ----------------------------------------------------------------- memo */

static void recall(const struct ckpt_record *rec, void *arg)
{
	struct reading *r = arg;
	bool is_blind = !r->history->count;
	struct record record;

	if (!record_decode(&record, rec))
		return;
	/* The journal has these two already; both are counted once only. */
	if (!is_blind &&
	    (record.kind == RECORD_RUN || record.kind == RECORD_VIEW))
		return;
	add_record(r, &record);
	/* A store that can be read tells these by itself. */
	if (is_blind && record.kind == RECORD_FINISH) {
		r->run->is_done = record.finish.is_done;
		r->run->versions = (unsigned)record.finish.versions;
		r->run->saved_s = record.finish.saved_s;
		r->run->progress = record.finish.progress;
	}
}

bool history_recall(struct history *history, int memo_fd)
{
	struct reading reading = {history, history_newest(history), false};

	memo_read(memo_fd, recall, &reading);
	return reading.has_finish;
}

void history_free(struct history *history)
{
	free(history->runs);
	free(history->settings);
	memset(history, 0, sizeof(*history));
}
