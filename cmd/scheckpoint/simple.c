/* SPDX-License-Identifier: GPL-2.0-or-later */
/* simple.c: the commands that are one call of the library each. */
#include "cmd/scheckpoint/simple.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/open.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "lib/store.h"

/* The end of this run as Slurm has it; 0 unknown. */
static int64_t end_by_slurm(void)
{
	const char *job = getenv("SLURM_JOB_ID");
	const char *end = getenv("SLURM_JOB_END_TIME");
	int64_t end_s = end ? strtoll(end, NULL, 10) : 0;
	struct slurm_reply reply;
	uint32_t job_id;

	if (end_s > 0 || !job || !parse_number(job, UINT32_MAX, &job_id))
		return end_s > 0 ? end_s : 0;
	slurm_query(job_id, &reply);
	end_s = reply.job.end_s;
	slurm_forget(&reply);
	return end_s;
}

static int time_left_by_slurm(const struct call *call)
{
	int64_t end_s = end_by_slurm(), left_s = end_s - time(NULL);

	if (end_s <= 0) {
		say_error(call, "this job has no --checkpoint, and its end "
				"isn't known");
		return SAYS_NO;
	}
	printf("%" PRId64 "\n", left_s > 0 ? left_s : 0);
	return SAYS_YES;
}

int command_progress(struct call *call)
{
	struct ckpt_error err = {0};
	struct ckpt_store *store;
	enum ckpt_status status;
	double progress;
	int code;

	if (!parse_fraction(call->operands[0], &progress))
		return say_error(call,
				 "'%s' is no progress; give a number "
				 "from 0 to 1, such as 0.42",
				 call->operands[0]);
	if (is_outside())
		return say_outside(call);
	code = open_own(call, CKPT_WRITE, &store);
	if (code)
		return code;
	status = ckpt_progress(store, progress, &err);
	if (status)
		code = say_status(call, status, &err);
	ckpt_close(store);
	return code;
}

int command_time_left(struct call *call)
{
	struct ckpt_error err = {0};
	struct ckpt_store *store;
	enum ckpt_status status;
	int64_t seconds;
	int code;

	if (is_outside())
		return time_left_by_slurm(call);
	code = open_own(call, CKPT_READ, &store);
	if (code)
		return code;
	status = ckpt_time_left(store, &seconds, &err);
	if (status) {
		say_status(call, status, &err);
		code = status == CKPT_NONE ? SAYS_NO : SAYS_ERROR;
	} else {
		printf("%" PRId64 "\n", seconds);
	}
	ckpt_close(store);
	return code;
}

int command_requested(struct call *call)
{
	struct ckpt_error err = {0};
	struct ckpt_store *store;
	enum ckpt_status status;
	int code;

	if (is_outside())
		return SAYS_NO;
	/* For writing: the store keeps that the script looks for requests. */
	code = open_own(call, CKPT_WRITE, &store);
	if (code)
		return code;
	status = ckpt_requested(store, &err);
	if (status == CKPT_NONE)
		code = SAYS_NO;
	else if (status)
		code = say_status(call, status, &err);
	ckpt_close(store);
	return code;
}

static int release(const struct call *call, struct ckpt_store *store)
{
	struct ckpt_error err = {0};
	enum ckpt_status status;
	uint32_t number;

	if (parse_version(call, call->operands[1], &number))
		return SAYS_ERROR;
	status = ckpt_clear_marks(store, number, &err);
	if (status)
		return say_status(call, status, &err);
	printf("version %" PRIu32 " may be restored again, if it is whole\n",
	       number);
	return SAYS_YES;
}

int command_release(struct call *call)
{
	return each_store(call, call->operands[0], CKPT_WRITE, release);
}
