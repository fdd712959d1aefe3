/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runs.c: what the journals of a store tell of each run, for
 * people and for programs.  Settle reads them for itself (history.c in
 * requeue/) and takes less.
 */
#include "cmd/scheckpoint/runs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/say.h"

/* The newest of them: no job has more, but somebody may have written one. */
#define RUNS_MOST	    10000
/* What is read of a store's journals besides the newest; a run's takes a few
 * KiB, but somebody's may hold holes of any size. */
#define JOURNALS_MOST_BYTES (32u << 20)

static void copy(char *to, size_t size, const char *from)
{
	if (from)
		say_clean(to, size, from);
}

static void read_run(struct run_row *row, const struct ckpt_record *rec)
{
	row->is_begun = true;
	row->start_s =
		ckpt_record_int(rec, "start", (int64_t)ckpt_record_time(rec));
	row->deadline_s = ckpt_record_int(rec, "end", row->deadline_s);
	row->limit_min = ckpt_record_int(rec, "limit_min", row->limit_min);
	row->can_save = ckpt_record_int(rec, "can_save", 1) != 0;
	row->grace_s = ckpt_record_int(rec, "grace", 0);
	row->total_s = ckpt_record_int(rec, "total", 0);
	row->restored = (uint32_t)ckpt_record_int(rec, "restored", 0);
	row->restored_progress = ckpt_record_num(rec, "restored_progress", -1);
	copy(row->node, sizeof(row->node), ckpt_record_str(rec, "node"));
}

/* The owner's scheckpoint set. */
static void read_set(struct run_row *row, const struct ckpt_record *rec)
{
	row->grace_s = ckpt_record_int(rec, "grace", row->grace_s);
	row->total_s = ckpt_record_int(rec, "total", row->total_s);
}

/* The run's limit, heard after its start. */
static void read_view(struct run_row *row, const struct ckpt_record *rec)
{
	row->deadline_s = ckpt_record_int(rec, "end", row->deadline_s);
	row->limit_min = ckpt_record_int(rec, "limit_min", row->limit_min);
}

static void read_request(struct run_row *row, const struct ckpt_record *rec)
{
	row->requests++;
	row->cause = cause_from_name(ckpt_record_str(rec, "cause"));
	row->is_made = ckpt_record_bool(rec, "made");
	row->request_s = (int64_t)ckpt_record_time(rec);
}

static void read_version(struct run_row *row, const struct ckpt_record *rec)
{
	int64_t version = ckpt_record_int(rec, "version", 0);

	if (version <= row->version || version > UINT32_MAX)
		return;
	row->versions++;
	row->version = (uint32_t)version;
	row->saved_s = (int64_t)ckpt_record_time(rec);
	row->bytes = (uint64_t)ckpt_record_int(rec, "bytes", 0);
}

static void read_finish(struct run_row *row, const struct ckpt_record *rec)
{
	row->is_ended = true;
	row->end_s = (int64_t)ckpt_record_time(rec);
	row->signal = (int)ckpt_record_int(rec, "signal", 0);
	row->exit_code = (int)ckpt_record_int(rec, "exit", -1);
	row->has_complied = ckpt_record_bool(rec, "answered");
	row->is_cut = ckpt_record_bool(rec, "cut");
	row->is_oom = ckpt_record_bool(rec, "oom");
	row->is_repeat = ckpt_record_bool(rec, "repeat");
	row->is_store_failure = ckpt_record_bool(rec, "store");
	row->is_done |= ckpt_record_bool(rec, "done");
	row->progress = ckpt_record_num(rec, "progress", row->progress);
}

static void read_plan(struct run_row *row, const struct ckpt_record *rec)
{
	row->has_plan = true;
	row->action = action_from_name(ckpt_record_str(rec, "action"));
	row->cause = cause_from_name(ckpt_record_str(rec, "cause"));
	row->next_limit_min = ckpt_record_int(rec, "limit_min", 0);
	row->next_time_min_min = ckpt_record_int(rec, "time_min_min", 0);
	row->next_begin_s = ckpt_record_int(rec, "begin", 0);
	row->remaining_s = ckpt_record_int(rec, "remaining", -1);
	row->used_s = ckpt_record_int(rec, "used", -1);
	row->is_done |= ckpt_record_bool(rec, "done");
	row->progress = ckpt_record_num(rec, "progress", row->progress);
	if (!row->end_s)
		row->end_s = (int64_t)ckpt_record_time(rec);
	copy(row->reason, sizeof(row->reason), ckpt_record_str(rec, "reason"));
}

static void read_settled(struct run_row *row, const struct ckpt_record *rec)
{
	row->is_settled = true;
	row->next_limit_min =
		ckpt_record_int(rec, "limit_min", row->next_limit_min);
	row->next_begin_s = ckpt_record_int(rec, "begin", row->next_begin_s);
	copy(row->settled, sizeof(row->settled), ckpt_record_str(rec, "text"));
}

static void read_strike(struct run_row *row, const struct ckpt_record *rec)
{
	row->strike = (uint32_t)ckpt_record_int(rec, "version", 0);
}

static bool read_record(const struct ckpt_record *rec, void *arg)
{
	static const struct {
		const char *kind;
		void (*read)(struct run_row *row,
			     const struct ckpt_record *rec);
	} kinds[] = {
		{"run", read_run},	   {"view", read_view},
		{"deadline", read_view},   {"request", read_request},
		{"version", read_version}, {"finish", read_finish},
		{"plan", read_plan},	   {"settled", read_settled},
		{"strike", read_strike},   {"set", read_set},
	};
	const char *kind = ckpt_record_kind(rec);

	for (size_t i = 0; kind && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kind, kinds[i].kind))
			kinds[i].read(arg, rec);
	return true;
}

/* Versions that are still there know more than the journal's line. */
static void add_versions(struct run_row *row,
			 const struct ckpt_version *versions, size_t count)
{
	unsigned found = 0;

	for (size_t i = 0; i < count; i++) {
		if (versions[i].run != row->run)
			continue;
		found++;
		if (versions[i].number < row->version)
			continue;
		row->version = versions[i].number;
		row->saved_s = versions[i].time_s;
		row->bytes = versions[i].bytes;
		if (versions[i].progress >= 0)
			row->progress = versions[i].progress;
	}
	if (found > row->versions)
		row->versions = found;
}

static enum ckpt_status load_run(struct ckpt_store *store, struct run_row *row,
				 unsigned run,
				 const struct ckpt_version *versions,
				 size_t count, struct ckpt_error *err)
{
	enum ckpt_status status;

	*row = (struct run_row){
		.run = run,
		.exit_code = -1,
		.progress = -1,
		.restored_progress = -1,
		.remaining_s = -1,
		.used_s = -1,
	};
	status = ckpt_journal_read(store, run, read_record, row, err);
	if (status && status != CKPT_NONE)
		return status;
	row->is_done |= ckpt_is_done(store, run);
	if (row->progress < 0)
		row->progress = ckpt_run_progress(store, run);
	add_versions(row, versions, count);
	return CKPT_OK;
}

/* The first of the newest runs, which together are not too long to be read. */
static unsigned first_run(const struct ckpt_store *store, unsigned newest)
{
	unsigned run = newest;
	uint64_t bytes = 0;

	while (run && newest - run + 1 < RUNS_MOST) {
		bytes += ckpt_journal_size(store, run - 1);
		if (bytes > JOURNALS_MOST_BYTES)
			break;
		run--;
	}
	return run;
}

const char *runs_left_out(char text[RUNS_LEFT_OUT_MAX],
			  const struct run_row *rows, size_t count)
{
	text[0] = '\0';
	if (count && rows[0].run)
		snprintf(text, RUNS_LEFT_OUT_MAX,
			 ", and %u before them whose journals are too long to "
			 "be read",
			 rows[0].run);
	return text;
}

enum ckpt_status runs_load(struct ckpt_store *store, struct run_row **rows,
			   size_t *count, struct ckpt_error *err)
{
	int newest = ckpt_journal_newest(store);
	unsigned first, runs;
	struct ckpt_version *versions = NULL;
	size_t version_count = 0;
	enum ckpt_status status;

	*rows = NULL;
	*count = 0;
	if (newest < 0)
		return CKPT_OK;
	first = first_run(store, (unsigned)newest);
	runs = (unsigned)newest + 1 - first;
	status = ckpt_list(store, &versions, &version_count, err);
	if (status)
		return status;
	*rows = calloc(runs, sizeof(**rows));
	if (!*rows)
		status = CKPT_ENOMEM;
	for (; !status && *count < runs; ++*count)
		status = load_run(store, &(*rows)[*count],
				  first + (unsigned)*count, versions,
				  version_count, err);
	free(versions);
	if (status) {
		free(*rows);
		*rows = NULL;
		*count = 0;
	}
	return status;
}

static const char *what_became(const struct run_row *row)
{
	if (row->has_plan)
		switch (row->action) {
		case ACT_REQUEUE:
			return row->is_settled ? ", requeued"
					       : ", to be requeued";
		case ACT_REQUEUE_HOLD:
			return row->is_settled ? ", HELD" : ", to be held";
		case ACT_ADJUST:
			return ", requeued by others";
		case ACT_LEAVE:
			break;
		}
	if (row->is_done)
		return ", done";
	return row->has_plan ? ", ended" : "";
}

const char *run_end(char text[RUN_END_MAX], const struct run_row *row)
{
	char how[32];

	if (row->is_store_failure)
		snprintf(how, sizeof(how), "store unusable");
	else if (row->is_repeat)
		snprintf(how, sizeof(how), "not started again");
	else if (row->is_oom)
		snprintf(how, sizeof(how), "out of memory");
	else if (row->is_cut)
		snprintf(how, sizeof(how), "out of time");
	else if (row->has_complied && row->signal == SIGKILL)
		snprintf(how, sizeof(how), "%s", /* its shell was killed */
			 row->versions ? "saved" : "answered");
	else if (row->signal)
		snprintf(how, sizeof(how), "signal %d", row->signal);
	else if (row->exit_code >= 0)
		snprintf(how, sizeof(how), "exit %d", row->exit_code);
	else if (row->has_plan)
		snprintf(how, sizeof(how), "killed");
	else
		how[0] = '\0';
	snprintf(text, RUN_END_MAX, "%s%s", how, what_became(row));
	return text;
}
