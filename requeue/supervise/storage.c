/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storage.c: what the supervisor reads of the store during a run. */
#include <stdlib.h>
#include <string.h>

#include "requeue/journal/history.h"
#include "requeue/supervise/aside.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/storage.h"

/* To read the manifests of all versions takes longer than to read one file. */
#define LIST_WAIT_MS  3000
/* At the end of the run, where "scheckpoint done" counts. */
#define COUNT_WAIT_MS 10000

struct taken {
	bool is_taken;
	char word[CKPT_REQUEST_MAX];
};

static void take_request(void *arg, void *reply)
{
	struct context *ctx = arg;
	struct taken *taken = reply;

	taken->is_taken = ckpt_take_request(ctx->begin.store, ctx->begin.run,
					    taken->word);
}

bool storage_take_request(struct context *ctx, char *word)
{
	struct taken taken = {.is_taken = false};

	if (report_is_stuck() ||
	    !aside_do(take_request, ctx, &taken, sizeof(taken),
		      ASIDE_WAIT_MS) ||
	    !taken.is_taken)
		return false;
	memcpy(word, taken.word, sizeof(taken.word));
	return true;
}

static void find_poller(void *arg, void *reply)
{
	struct context *ctx = arg;

	*(bool *)reply = ckpt_has_poller(ctx->begin.store, ctx->begin.run);
}

bool storage_has_poller(struct context *ctx)
{
	bool has_poller = false;

	return !report_is_stuck() &&
	       aside_do(find_poller, ctx, &has_poller, sizeof(has_poller),
			ASIDE_WAIT_MS) &&
	       has_poller;
}

struct found {
	bool is_found;
	struct ckpt_version version;
};

static void find_newest(void *arg, void *reply)
{
	struct context *ctx = arg;
	struct found *found = reply;
	struct ckpt_version *versions = NULL;
	const struct ckpt_version *newest;
	size_t count = 0;

	ckpt_list(ctx->begin.store, &versions, &count, NULL);
	newest = ckpt_newest_of_run(versions, count, ctx->begin.run);
	found->is_found = newest != NULL;
	if (newest)
		found->version = *newest;
	free(versions);
}

bool storage_newest(struct context *ctx, struct ckpt_version *newest)
{
	struct found found = {.is_found = false};

	if (report_is_stuck() ||
	    !aside_do(find_newest, ctx, &found, sizeof(found), LIST_WAIT_MS) ||
	    !found.is_found)
		return false;
	*newest = found.version;
	return true;
}

struct counting {
	struct context *ctx;
	const struct run_record *run;
};

struct counted {
	unsigned versions;
	int64_t saved_s;
	double progress;
	bool is_done;
	int64_t failed_s;
	char failed_why[sizeof(((struct run_record *)NULL)->failed_why)];
};

static void count(void *arg, void *reply)
{
	const struct counting *counting = arg;
	struct counted *counted = reply;
	struct run_record run = *counting->run;

	history_count(counting->ctx->begin.store, &run);
	*counted = (struct counted){run.versions, run.saved_s,	run.progress,
				    run.is_done,  run.failed_s, ""};
	strcpy(counted->failed_why, run.failed_why);
}

void storage_count(struct context *ctx, struct run_record *run)
{
	struct counting counting = {ctx, run};
	struct counted counted = {run->versions,
				  run->saved_s,
				  run->progress,
				  run->is_done,
				  0,
				  ""};

	if (!aside_do(count, &counting, &counted, sizeof(counted),
		      report_is_stuck() ? ASIDE_WAIT_MS : COUNT_WAIT_MS))
		return;
	run->versions = counted.versions;
	run->saved_s = counted.saved_s;
	run->progress = counted.progress;
	run->is_done = counted.is_done;
	run->failed_s = counted.failed_s;
	strcpy(run->failed_why, counted.failed_why);
}
