/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clean.c: remove the versions of a job that is over. */
#include "cmd/scheckpoint/clean.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "requeue/journal/history.h"

/* Is the job over?  Slurm says it, or else the journal. */
static int check_over(const struct call *call, struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	struct slurm_reply reply;
	const struct recorded_plan *plan;
	struct history history;
	struct ckpt_error err = {0};
	enum ckpt_status status;
	bool is_over = true;

	if (id->job && slurm_query(id->job, &reply)) {
		int code = SAYS_YES;

		if (job_is_alive(&reply.job))
			code = say_error(call,
					 "job %u is %s and may go on from %s; "
					 "cancel it first, or give --force",
					 id->job, reply.job.state_name,
					 ckpt_dir(store));
		slurm_forget(&reply);
		return code;
	}
	status = history_load_shown(&history, store, &err);
	if (status)
		return say_status(call, status, &err);
	plan = &history_newest(&history)->plan;
	if (history.count)
		is_over = plan->is_there && plan->action == ACT_LEAVE;
	history_free(&history);
	if (is_over)
		return SAYS_YES;
	return say_error(call,
			 "nothing says that job %u is over, which may go "
			 "on from %s; if it is, give --force",
			 id->job, ckpt_dir(store));
}

static int clean(const struct call *call, struct ckpt_store *store)
{
	struct ckpt_version *list = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status;
	char path[4096];
	size_t count = 0;
	int code = SAYS_YES;

	if (!call_option(call, "force"))
		code = check_over(call, store);
	if (code)
		return code;
	status = ckpt_list(store, &list, &count, &err);
	free(list);
	if (!status)
		status = ckpt_clean(store, &err);
	if (status)
		return say_status(call, status, &err);
	printf("%s: %zu version%s removed; its history stays\n",
	       say_clean(path, sizeof(path), ckpt_dir(store)), count,
	       count == 1 ? "" : "s");
	return SAYS_YES;
}

int command_clean(struct call *call)
{
	return each_operand(call, clean);
}
