/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shard.c: which shard of which version a task saves.
 *
 * The tasks of a step don't talk to each other: all that they share is the
 * step's name.  Where each task saves once, that name tells which shards belong
 * together.  Where tasks save several times, the saves of each are counted too.
 */
#include "cmd/scheckpoint/shard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/say.h"

int shard_parse(const struct call *call, struct shard *shard)
{
	const char *text = call_option(call, "shard");
	const char *slash = text ? strchr(text, '/') : NULL;
	char index[16];

	if (!text)
		return SAYS_YES;
	snprintf(index, sizeof(index), "%.*s", slash ? (int)(slash - text) : 0,
		 text);
	if (!slash || slash - text >= (int)sizeof(index) ||
	    !parse_number(index, UINT32_MAX, &shard->index) ||
	    !parse_number(slash + 1, UINT32_MAX, &shard->count) ||
	    shard->index >= shard->count)
		return say_error(call,
				 "'%s' is no shard; give its number, counted "
				 "from 0, and how many there are, such as "
				 "$SLURM_PROCID/$SLURM_NTASKS",
				 text);
	return SAYS_YES;
}

/* Find a name that the tasks which were started together have in common; false:
 * there is none. */
static bool find_step(char *group, size_t size)
{
	/* Tasks of mpirun: on the node of the script they are in no step of
	 * Slurm's, and on others in the step of mpirun's daemons. */
	const char *space = getenv("PMIX_NAMESPACE");
	const char *step = getenv("SLURM_STEP_ID");

	if (space && *space)
		snprintf(group, size, "tasks %.100s", space);
	else if (step && *step)
		snprintf(group, size, "step %.100s", step);
	else
		return false;
	return true;
}

int shard_begin(const struct call *call, struct ckpt_store *store,
		struct shard *shard, struct ckpt_stage **stage)
{
	const char *given = call_option(call, "mark");
	struct ckpt_error err = {0};
	enum ckpt_status status = CKPT_OK;
	char mark[SHARD_GROUP_MAX + 32];

	if (!given && !find_step(shard->group, sizeof(shard->group)))
		return say_error(call,
				 "which tasks save together isn't known "
				 "outside of a step of srun or mpirun; give "
				 "--mark, such as the number of the time step");
	if (!given)
		status = ckpt_turn_begin(store, shard->group, shard->index,
					 shard->count, &shard->turn, &err);
	if (status == CKPT_EINVAL)
		return say_error(call,
				 "%s; give --mark, such as the number of the "
				 "time step",
				 err.text);
	snprintf(mark, sizeof(mark), "%s, save %u", shard->group, shard->turn);
	if (!status)
		status = ckpt_shard_begin(store, stage, given ? given : mark,
					  shard->index, shard->count, &err);
	return status ? say_status(call, status, &err) : SAYS_YES;
}

int shard_end(const struct call *call, struct ckpt_store *store,
	      const struct shard *shard)
{
	struct ckpt_error err = {0};
	enum ckpt_status status;

	if (!shard->turn)
		return SAYS_YES;
	status = ckpt_turn_end(store, shard->group, shard->index, shard->count,
			       shard->turn, &err);
	return status ? say_status(call, status, &err) : SAYS_YES;
}
