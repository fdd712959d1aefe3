/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scheckpoint_requeue.c: let a running job save and go back to the queue. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint.h"
#include "requeue/text.h"

/* The supervisor takes a TERM while the job is running for a request.  Of a
 * job without one it would be the end: hence only where there is a store that
 * says that the present run has one. */
static int check_run(const struct call *call, struct ckpt_store *store,
		     const char *name, int64_t *grace_s)
{
	struct run_row *rows = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status;
	size_t count;
	int code = SAYS_YES;

	status = runs_load(store, &rows, &count, &err);
	if (status)
		code = say_status(call, status, &err);
	else if (!count || !rows[count - 1].is_begun || rows[count - 1].end_s)
		code = say_error(call,
				 "%s has no run on record that is under "
				 "way; scheckpoint history tells more",
				 name);
	else
		*grace_s = rows[count - 1].grace_s;
	free(rows);
	return code;
}

static int ask(const struct call *call, uint32_t job, const char *name)
{
	char number[16], signum[16], out[64], err[512];
	const char *words[] = {"batch", number, signum, NULL};

	snprintf(number, sizeof(number), "%" PRIu32, job);
	snprintf(signum, sizeof(signum), "%d", SIGTERM);
	if (run_rpc(words, out, sizeof(out), err, sizeof(err)) == 0)
		return SAYS_YES;
	return say_error(call, "%s could not be asked: %s", name, err);
}

static int requeue(const struct call *call, struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_whose(store);
	char name[JOB_NAME_MAX], span[TEXT_SPAN_MAX];
	struct slurm_view view = {0};
	int64_t grace_s = 0;
	int code;

	job_name(name, store);
	if (!id->job || !ask_slurm(id->job, &view))
		return say_error(call,
				 "Slurm can't be asked for the job of "
				 "%s, or doesn't know it (any more)",
				 ckpt_dir(store));
	if (strncmp(view.state, "RUNNING", strlen("RUNNING"))) {
		say_error(call,
			  "%s is not running, but %s: it has nothing to "
			  "save",
			  name, view.state);
		return SAYS_NO;
	}
	code = check_run(call, store, name, &grace_s);
	if (!code)
		code = ask(call, id->job, name);
	if (!code)
		printf("%s is asked to save its state and is then requeued; "
		       "it has %s for it\n",
		       name, text_span(span, grace_s));
	return code;
}

int command_requeue(struct call *call)
{
	int code = SAYS_YES;

	for (int i = 0; i < call->count; i++) {
		int one =
			each_store(call, call->operands[i], CKPT_READ, requeue);

		if (one > code)
			code = one;
	}
	return code;
}
