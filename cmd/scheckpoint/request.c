/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.c: request a running job to save, and to go on or to be requeued.
 *
 * The request is a file in the store.  Then the batch script gets URG, on which
 * its supervisor looks for such a file; other programs ignore URG by default.
 */
#include "cmd/scheckpoint/request.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "requeue/journal/history.h"
#include "requeue/settings/text.h"
#include "requeue/slurm/ctl.h"

struct request {
	const char *word;    /* in the store */
	const char *promise; /* what happens after the save, for people */
	bool goes_on;
};

/* Is a run under way, as far as the journal knows?  *run is set to it. */
static int check_run(const struct call *call, struct ckpt_store *store,
		     const char *name, struct run_record *run)
{
	const struct run_record *newest;
	struct history history;
	struct ckpt_error err = {0};
	enum ckpt_status status;
	int code = SAYS_YES;

	status = history_load_shown(&history, store, &err);
	newest = history_newest(&history);
	if (status)
		code = say_status(call, status, &err);
	else if (!newest->is_begun || history_end_s(newest))
		code = say_error(call,
				 "%s has no run on record that is under "
				 "way; scheckpoint history tells more",
				 name);
	else
		*run = *newest;
	history_free(&history);
	return code;
}

/* Is the job running, as far as Slurm knows? */
static int check_running(const struct call *call, uint32_t job,
			 const char *name)
{
	struct slurm_reply reply;
	int code = SAYS_YES;

	if (!slurm_query(job, &reply)) {
		code = slurm_say_unknown(call, name, &reply);
	} else if (!slurm_is_running(&reply)) {
		say_error(call,
			  "%s is not running, but %s: it has nothing to "
			  "save",
			  name, reply.job.state_name);
		code = SAYS_NO;
	}
	slurm_forget(&reply);
	return code;
}

/* Send URG to the supervisor, which makes it look into the store. */
static int wake(const struct call *call, uint32_t job, const char *name)
{
	char number[16], signum[16], err[CLIENT_ERROR_MAX];
	const char *words[] = {"batch", number, signum, NULL};

	snprintf(number, sizeof(number), "%" PRIu32, job);
	snprintf(signum, sizeof(signum), "%d", SIGURG);
	if (slurm_call(words, NULL, err) == CTL_OK)
		return SAYS_YES;
	return say_error(call, "%s could not be asked: %s", name, err);
}

static int store_request(const struct call *call, struct ckpt_store *store,
			 unsigned run, const char *word)
{
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_request(store, run, word, &err);

	return status ? say_status(call, status, &err) : SAYS_YES;
}

int request_run(const struct call *call, struct ckpt_store *store, unsigned run)
{
	char name[JOB_NAME_MAX];
	int code = store_request(call, store, run, "requeue");

	return code ? code
		    : wake(call, ckpt_identity_of(store)->job,
			   job_name(name, store));
}

static int request_one(const struct call *call, struct ckpt_store *store,
		       const struct request *request)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	char name[JOB_NAME_MAX], span[TEXT_SPAN_MAX];
	struct run_record run = {0};
	int code;

	job_name(name, store);
	if (!id->job)
		return say_error(call, "%s is no job's store", ckpt_dir(store));
	code = check_running(call, id->job, name);
	if (code)
		return code;
	code = check_run(call, store, name, &run);
	if (!code && request->goes_on && !run.can_save)
		code = say_error(call,
				 "%s can't save and go on: that needs "
				 "--checkpoint-signal=TERM,USR1, "
				 "--checkpoint-hook or --checkpoint-files",
				 name);
	if (!code)
		code = store_request(call, store, run.run, request->word);
	if (!code)
		code = wake(call, id->job, name);
	if (!code)
		printf("%s is asked to save its state%s; it has %s for it\n",
		       name, request->promise, text_span(span, run.grace_s));
	return code;
}

static int request_requeue(const struct call *call, struct ckpt_store *store)
{
	static const struct request request = {"requeue",
					       " and is then requeued", false};

	return request_one(call, store, &request);
}

static int request_now(const struct call *call, struct ckpt_store *store)
{
	static const struct request request = {"now", " and goes on", true};

	return request_one(call, store, &request);
}

/* For scheckpoint set, which has put the settings into the store. */
int request_set(const struct call *call, struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	char name[JOB_NAME_MAX];
	struct slurm_reply reply;
	struct run_record run = {0};
	bool is_running;
	int code;

	if (!id->job)
		return SAYS_NO;
	slurm_query(id->job, &reply);
	is_running = slurm_is_running(&reply);
	slurm_forget(&reply);
	if (!is_running)
		return SAYS_NO;
	job_name(name, store);
	code = check_run(call, store, name, &run);
	if (!code)
		code = store_request(call, store, run.run, "set");
	return code ? code : wake(call, id->job, name);
}

int command_requeue(struct call *call)
{
	return each_operand(call, request_requeue);
}

int command_now(struct call *call)
{
	return each_operand(call, request_now);
}
