/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request.c: requests to a run, and its end: what the job's owner leaves for
 * the supervisor, and what the job reads of the supervisor's journal.  The
 * files keep the names that format 1 gives them: "ask" holds a request, "heard"
 * shows that a program polls.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/fact.h"
#include "lib/handle.h"
#include "lib/kinds.h"
#include "lib/journal.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/request.h"
#include "lib/status.h"

/* Where nothing supervises the job, its program saves so long before the end,
 * and twice the time that a save takes. */
#define OWN_MARGIN_S 60

enum ckpt_status ckpt_request(struct ckpt_store *store, unsigned run,
			      const char *word, struct ckpt_error *err)
{
	const struct ckpt_asked asked = {.word = word};
	struct ckpt_record *rec =
		ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_ASK], &asked);
	char name[CKPT_ENTRY_NAME];
	enum ckpt_status status;

	ckpt_fact_name(name, "ask", run);
	status = ckpt_fact_write(store, name, rec, false, err);
	ckpt_record_free(rec);
	return status;
}

bool ckpt_take_request(struct ckpt_store *store, unsigned run, char *word)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	struct ckpt_asked asked;
	const char *left;
	bool is_taken = false;

	ckpt_fact_name(name, "ask", run);
	if (ckpt_fact_read(store, name, &rec, NULL))
		return false;
	ckpt_kind_decode(&ckpt_kinds[CKPT_KIND_ASK], rec, &asked);
	left = asked.word;
	/* ENOENT: the file was removed, but the reply was lost, as no other
	 * process takes a request. */
	if (left && strlen(left) < CKPT_REQUEST_MAX &&
	    (!unlinkat(store->fd, name, 0) || errno == ENOENT)) {
		memcpy(word, left, strlen(left) + 1);
		is_taken = true;
	}
	ckpt_record_free(rec);
	return is_taken;
}

/* A supervisor writes the journals of a job's store.  Elsewhere a program asks
 * its signals and the clock. */
static bool is_supervised(const struct ckpt_store *store)
{
	return store->id.job != 0;
}

/* A time in the environment, in seconds since the epoch; 0: there is none. */
static double time_of(const char *variable)
{
	const char *text = getenv(variable);
	double time_s = text ? strtod(text, NULL) : 0;

	return time_s > 0 ? time_s : 0;
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
	time_t now = time(NULL);

	if (is_supervised(store))
		ckpt_journal_read(store, (unsigned)store->run, find_end, &end,
				  NULL);
	if (end <= 0)
		end = time_of(is_supervised(store) ? "SLURM_CHECKPOINT_DEADLINE"
						   : "SLURM_JOB_END_TIME");
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
	/* A request of --checkpoint-interval is no reason to stop. */
	*is_requested = !cause || strcmp(cause, "interval");
	return !*is_requested;
}

bool ckpt_has_poller(struct ckpt_store *store, unsigned run)
{
	return ckpt_has_fact(store, "heard", run);
}

/* Tell settle that a program polls for requests: it saves as one that catches
 * the signal does. */
static void report_caught(struct ckpt_store *store)
{
	struct ckpt_record *rec;
	char name[CKPT_ENTRY_NAME];

	if (store->mode != CKPT_WRITE ||
	    ckpt_has_poller(store, (unsigned)store->run))
		return;
	rec = ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_HEARD], NULL);
	ckpt_fact_name(name, "heard", (unsigned)store->run);
	ckpt_fact_write(store, name, rec, true, NULL);
	ckpt_record_free(rec);
}

/* Is little time left, in a job that nothing supervises? */
static bool is_near_end(struct ckpt_store *store)
{
	double start = time_of("SLURM_JOB_START_TIME"), took = 0;
	double end = time_of("SLURM_JOB_END_TIME");
	int64_t left;

	if (ckpt_time_left(store, &left, NULL))
		return false;
	if (start > 0 && (double)left > (end - start) / 4)
		return false;
	ckpt_last_save(store, &took, NULL, NULL);
	return (double)left <= OWN_MARGIN_S + 2 * took;
}

enum ckpt_status ckpt_requested(struct ckpt_store *store,
				struct ckpt_error *err)
{
	bool is_requested = false;
	enum ckpt_status status;

	if (!is_supervised(store)) {
		if (ckpt_notice_pending() || is_near_end(store))
			return CKPT_OK;
		return ckpt_fail(
			err, CKPT_NONE, 0,
			"no signal was caught, and the end isn't near");
	}
	status = ckpt_journal_read(store, (unsigned)store->run, find_request,
				   &is_requested, err);
	if (status && status != CKPT_NONE)
		return status;
	if (!is_requested)
		return ckpt_fail(err, CKPT_NONE, 0,
				 "run %d isn't requested to save and stop",
				 store->run);
	report_caught(store);
	return CKPT_OK;
}
