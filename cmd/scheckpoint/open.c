/* SPDX-License-Identifier: GPL-2.0-or-later */
/* open.c: the store of the job that we run in. */
#include "cmd/scheckpoint/open.h"

#include <stdlib.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/say.h"

static int check_job(const struct call *call, const struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	const char *text = getenv("SLURM_JOB_ID");
	uint32_t job;

	if (!text || !parse_number(text, UINT32_MAX, &job) || !id->job ||
	    id->job == job)
		return SAYS_YES;
	return say_error(call,
			 "%s is the store of job %u, and this is job %u; "
			 "submit the job with a --checkpoint of its own",
			 ckpt_dir(store), id->job, job);
}

bool is_outside(void)
{
	const char *dir = getenv("SLURM_CHECKPOINT_DIR");

	return !dir || !dir[0];
}

int say_outside(const struct call *call)
{
	say_error(call, "this job has no --checkpoint: nothing is recorded");
	return SAYS_YES;
}

int open_own(const struct call *call, enum ckpt_mode mode,
	     struct ckpt_store **store)
{
	struct ckpt_error err = {0};
	enum ckpt_status status;

	*store = NULL;
	if (is_outside())
		return say_error(call, "SLURM_CHECKPOINT_DIR is not set: this "
				       "is no job that was submitted with "
				       "sbatch --checkpoint");
	status = ckpt_open(store, NULL, mode, CKPT_RUN_PRESENT, &err);
	if (status)
		return say_status(call, status, &err);
	if (mode == CKPT_WRITE && check_job(call, *store)) {
		ckpt_close(*store);
		*store = NULL;
		return SAYS_ERROR;
	}
	return SAYS_YES;
}
