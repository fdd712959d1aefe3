/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * set.c: change a setting of a job that was submitted already.
 *
 * The setting is put into the store.  The next run and settle read it there and
 * check it against the site's bounds, which scheckpoint doesn't know.
 */
#include "cmd/scheckpoint/set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/request.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "requeue/journal/amend.h"
#include "requeue/journal/history.h"

/* Split WORD=VALUE; false: it isn't that. */
static bool split(const char *operand, char word[CKPT_SET_KEY_MAX + 1],
		  const char **value)
{
	size_t len = strcspn(operand, "=");

	if (!len || len > CKPT_SET_KEY_MAX || operand[len] != '=')
		return false;
	memcpy(word, operand, len);
	word[len] = '\0';
	*value = operand + len + 1;
	return true;
}

/* Check all operands, before any is written. */
static int check(const struct call *call, int64_t limit_min)
{
	char word[CKPT_SET_KEY_MAX + 1], err[SETTINGS_ERROR_LEN];
	const char *value;

	for (int i = 1; i < call->count; i++) {
		if (!split(call->operands[i], word, &value))
			return say_error(call,
					 "'%s' is not WORD=VALUE, where WORD "
					 "is " AMEND_WORDS,
					 call->operands[i]);
		if (!amend_check(word, value, limit_min, err, sizeof(err)))
			return say_error(call, "%s", err);
	}
	return SAYS_YES;
}

/* The longest limit of any run: that of a requeued job may cover only what is
 * left to compute. */
static int64_t longest_limit_min(struct ckpt_store *store, int64_t limit_min)
{
	struct history history = {0};

	if (limit_min)
		history_load_shown(&history, store, NULL);
	for (size_t i = 0; i < history.count; i++)
		if (history.runs[i].limit_min > limit_min)
			limit_min = history.runs[i].limit_min;
	history_free(&history);
	return limit_min;
}

/* Check that the job isn't over, and the operands against its limit. */
static int check_job(const struct call *call, struct ckpt_store *store,
		     const char *name)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	struct slurm_reply reply;
	int code;

	if (!id->job)
		return SAYS_YES;
	if (!slurm_query(id->job, &reply))
		code = slurm_say_unknown(call, name, &reply);
	else if (!job_is_alive(&reply.job))
		code = say_error(call, "%s is over (%s): nothing is set", name,
				 reply.job.state_name);
	else
		code = check(call,
			     longest_limit_min(store, reply.job.limit_min));
	slurm_forget(&reply);
	return code;
}

static int set(const struct call *call, struct ckpt_store *store)
{
	char word[CKPT_SET_KEY_MAX + 1], name[JOB_NAME_MAX];
	struct ckpt_error err = {0};
	enum ckpt_status status;
	const char *value;
	int code;

	job_name(name, store);
	code = check_job(call, store, name);
	if (code)
		return code;
	for (int i = 1; i < call->count; i++) {
		split(call->operands[i], word, &value);
		status = ckpt_set(store, word, value, &err);
		if (status)
			return say_status(call, status, &err);
	}
	code = request_set(call, store);
	if (code == SAYS_ERROR)
		return code;
	printf("%s: set%s\n", name[0] ? name : ckpt_dir(store),
	       code == SAYS_YES ? ", and the run under way is told"
				: " for the next run");
	return SAYS_YES;
}

int command_set(struct call *call)
{
	int code = check(call, 0);

	return code ? code
		    : each_store(call, call->operands[0], CKPT_WRITE, set);
}
