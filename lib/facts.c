/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * facts.c: the small things that a job tells (progress, done) and is told
 * (a request to save, the end of its run).
 *
 * The job writes files of its own, each replaced in one step; the journals
 * are the supervisor's, as two writers can't append safely to one file on
 * every shared file system.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/internal.h"

enum ckpt_status ckpt_fact_write(struct ckpt_store *store, const char *name,
				 struct ckpt_record *rec, bool is_synced,
				 struct ckpt_error *err)
{
	enum ckpt_status status = CKPT_OK;
	struct ckpt_text text = {0};

	ckpt_record_seal(rec, &text);
	if (text.failed)
		status = ckpt_no_memory(err);
	else if (ckpt_fs_replace(store->fd, name, text.data, text.len_bytes,
				 is_synced) < 0)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s/%s could not be written", store->dir,
				   name);
	ckpt_text_free(&text);
	return status;
}

enum ckpt_status ckpt_fact_read(struct ckpt_store *store, const char *name,
				struct ckpt_record **rec,
				struct ckpt_error *err)
{
	char *text = NULL;
	size_t len;

	*rec = NULL;
	if (ckpt_fs_read_small(store->fd, name, store->owner, CKPT_FACT_MAX,
			       &text, &len) < 0) {
		if (errno == ENOENT)
			return ckpt_fail(err, CKPT_NONE, 0, "there is no %s/%s",
					 store->dir, name);
		if (errno == ENOMEM)
			return ckpt_no_memory(err);
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be read", store->dir, name);
	}
	*rec = ckpt_record_parse(text, len);
	free(text);
	if (!*rec && errno == ENOMEM)
		return ckpt_no_memory(err);
	if (!*rec)
		return ckpt_fail(err, CKPT_DAMAGED, 0, "%s/%s is damaged",
				 store->dir, name);
	return CKPT_OK;
}

static void fact_name(char name[CKPT_ENTRY_NAME], const char *what,
		      unsigned run)
{
	snprintf(name, CKPT_ENTRY_NAME, "%s-%04u.json", what, run);
}

enum ckpt_status ckpt_progress(struct ckpt_store *store, double progress,
			       struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_need_writer(store, err);
	struct ckpt_record *rec;
	char name[CKPT_ENTRY_NAME];

	if (status)
		return status;
	if (!(progress >= 0 && progress <= 1))
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "progress is a number from 0 to 1, not %g",
				 progress);
	rec = ckpt_record_new("progress");
	ckpt_record_set_num(rec, "progress", progress);
	fact_name(name, "progress", (unsigned)store->run);
	/* An estimate, told often: not worth the wait for the disk. */
	status = ckpt_fact_write(store, name, rec, false, err);
	ckpt_record_free(rec);
	if (!status)
		store->progress = progress;
	return status;
}

double ckpt_run_progress(struct ckpt_store *store, unsigned run)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	double progress;

	fact_name(name, "progress", run);
	ckpt_fact_read(store, name, &rec, NULL);
	progress = ckpt_record_num(rec, "progress", -1);
	ckpt_record_free(rec);
	return progress >= 0 && progress <= 1 ? progress : -1;
}

enum ckpt_status ckpt_done(struct ckpt_store *store, struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_begin_change(store, err);
	struct ckpt_record *rec;
	char name[CKPT_ENTRY_NAME];

	if (status)
		return status;
	rec = ckpt_record_new("done");
	fact_name(name, "done", (unsigned)store->run);
	status = ckpt_fact_write(store, name, rec, true, err);
	ckpt_record_free(rec);
	return status;
}

static bool has_fact(struct ckpt_store *store, const char *what, unsigned run)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	bool is_there;

	fact_name(name, what, run);
	is_there = ckpt_fact_read(store, name, &rec, NULL) == CKPT_OK;
	ckpt_record_free(rec);
	return is_there;
}

bool ckpt_is_done(struct ckpt_store *store, unsigned run)
{
	return has_fact(store, "done", run);
}

bool ckpt_has_poller(struct ckpt_store *store, unsigned run)
{
	return has_fact(store, "heard", run);
}

enum ckpt_status ckpt_request(struct ckpt_store *store, unsigned run,
			      const char *word, struct ckpt_error *err)
{
	struct ckpt_record *rec = ckpt_record_new("ask");
	char name[CKPT_ENTRY_NAME];
	enum ckpt_status status;

	ckpt_record_set_str(rec, "word", word);
	fact_name(name, "ask", run);
	status = ckpt_fact_write(store, name, rec, false, err);
	ckpt_record_free(rec);
	return status;
}

bool ckpt_take_request(struct ckpt_store *store, unsigned run, char *word)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	const char *said;
	bool is_taken = false;

	fact_name(name, "ask", run);
	if (ckpt_fact_read(store, name, &rec, NULL))
		return false;
	said = ckpt_record_str(rec, "word");
	/* Gone: by a call whose answer was lost, as nobody else takes it. */
	if (said && strlen(said) < CKPT_REQUEST_MAX &&
	    (!unlinkat(store->fd, name, 0) || errno == ENOENT)) {
		memcpy(word, said, strlen(said) + 1);
		is_taken = true;
	}
	ckpt_record_free(rec);
	return is_taken;
}

static void set_name(char name[CKPT_ENTRY_NAME], const char *key)
{
	snprintf(name, CKPT_ENTRY_NAME, "set-%.*s.json", CKPT_SET_KEY_MAX, key);
}

enum ckpt_status ckpt_set(struct ckpt_store *store, const char *key,
			  const char *value, struct ckpt_error *err)
{
	struct ckpt_record *rec = ckpt_record_new("set");
	char name[CKPT_ENTRY_NAME];
	enum ckpt_status status;

	ckpt_record_set_str(rec, "value", value);
	set_name(name, key);
	status = ckpt_fact_write(store, name, rec, true, err);
	ckpt_record_free(rec);
	return status;
}

bool ckpt_setting(struct ckpt_store *store, const char *key, char *value,
		  size_t size)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	const char *text;
	bool is_set;

	set_name(name, key);
	ckpt_fact_read(store, name, &rec, NULL);
	text = ckpt_record_str(rec, "value");
	is_set = text && strlen(text) < size;
	if (is_set)
		memcpy(value, text, strlen(text) + 1);
	ckpt_record_free(rec);
	return is_set;
}

static bool find_end(const struct ckpt_record *rec, void *arg)
{
	const char *kind = ckpt_record_kind(rec);
	double *end = arg;

	if (!strcmp(kind, "run") || !strcmp(kind, "deadline"))
		*end = ckpt_record_num(rec, "end", *end);
	return true;
}

enum ckpt_status ckpt_time_left(struct ckpt_store *store, int64_t *seconds,
				struct ckpt_error *err)
{
	double left, end = 0;
	const char *text;
	time_t now = time(NULL);

	ckpt_journal_read(store, (unsigned)store->run, find_end, &end, NULL);
	text = getenv("SLURM_CHECKPOINT_DEADLINE");
	if (end <= 0 && text)
		end = strtod(text, NULL);
	if (!(end > 0))
		return ckpt_fail(err, CKPT_NONE, 0,
				 "the end of run %d isn't known", store->run);
	left = end - (double)now;
	*seconds = left < 0 ? 0 : left > 1e15 ? (int64_t)1e15 : (int64_t)left;
	return CKPT_OK;
}

static bool find_request(const struct ckpt_record *rec, void *arg)
{
	bool *is_requested = arg;
	const char *cause;

	if (strcmp(ckpt_record_kind(rec), "request"))
		return true;
	cause = ckpt_record_str(rec, "cause");
	/* A state asked for every now and then is no reason to stop. */
	*is_requested = !cause || strcmp(cause, "interval");
	return !*is_requested;
}

/* Let settle know that a program took the request, though no signal told it:
 * one that asks is one that hears. */
static void report_caught(struct ckpt_store *store)
{
	struct ckpt_record *rec;
	char name[CKPT_ENTRY_NAME];

	if (store->mode != CKPT_WRITE ||
	    ckpt_has_poller(store, (unsigned)store->run))
		return;
	rec = ckpt_record_new("heard");
	fact_name(name, "heard", (unsigned)store->run);
	ckpt_fact_write(store, name, rec, true, NULL);
	ckpt_record_free(rec);
}

enum ckpt_status ckpt_requested(struct ckpt_store *store,
				struct ckpt_error *err)
{
	bool is_requested = false;
	enum ckpt_status status;

	status = ckpt_journal_read(store, (unsigned)store->run, find_request,
				   &is_requested, err);
	if (status && status != CKPT_NONE)
		return status;
	if (!is_requested)
		return ckpt_fail(err, CKPT_NONE, 0,
				 "run %d hasn't been asked to save and stop",
				 store->run);
	report_caught(store);
	return CKPT_OK;
}
