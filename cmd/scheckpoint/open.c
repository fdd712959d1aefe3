/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scheckpoint_open.c: the store of the job that we run in. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/scheckpoint.h"

bool parse_number(const char *text, uint32_t most, uint32_t *value)
{
	unsigned long long number;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end || number > most)
		return false;
	*value = (uint32_t)number;
	return true;
}

bool parse_fraction(const char *text, double *value)
{
	char *end;
	double number;

	/* Neither "inf" and "0x1p-2", which strtod() takes, nor spaces. */
	if (!text[0] || strspn(text, "0123456789.eE+-") != strlen(text))
		return false;
	number = strtod(text, &end);
	if (*end || !(number >= 0 && number <= 1))
		return false;
	*value = number;
	return true;
}

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

int open_own(const struct call *call, enum ckpt_mode mode,
	     struct ckpt_store **store)
{
	const char *dir = getenv("SLURM_CHECKPOINT_DIR");
	struct ckpt_error err = {0};
	enum ckpt_status status;

	*store = NULL;
	if (!dir || !dir[0])
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
