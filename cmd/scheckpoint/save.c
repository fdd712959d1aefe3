/* SPDX-License-Identifier: GPL-2.0-or-later */
/* save.c: commit files as the next version. */
#include "cmd/scheckpoint/save.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/open.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/shard.h"

/*
 * Find the name that a file has in the version.  A relative path keeps its
 * directories, so that restore puts the file back there.  A path that leaves
 * the present directory keeps only its last component.
 *
 * Returns "" for the present directory itself, NULL for a path that keeps only
 * its last component, else name.
 */
static const char *name_in_version(const char *path, char name[PATH_MAX])
{
	size_t used = 0;

	if (path[0] == '/')
		return NULL;
	for (const char *part = path; *part;) {
		size_t len = strcspn(part, "/");

		if (len == 2 && !strncmp(part, "..", 2))
			return NULL;
		if (len && !(len == 1 && part[0] == '.')) {
			if (used + len + 2 > PATH_MAX)
				return NULL;
			if (used)
				name[used++] = '/';
			memcpy(name + used, part, len);
			used += len;
		}
		part += len;
		part += strspn(part, "/");
	}
	name[used] = '\0';
	return name;
}

static int add_files(const struct call *call, struct ckpt_stage *stage)
{
	struct ckpt_error err = {0};
	enum ckpt_status status;
	char buffer[PATH_MAX];

	for (int i = 0; i < call->count; i++) {
		const char *name = name_in_version(call->operands[i], buffer);

		if (name && !name[0])
			return say_error(call,
					 "'%s' is the present directory, "
					 "where the job's output is "
					 "written too; name the files "
					 "and directories to save",
					 call->operands[i]);
		status = ckpt_add(stage, call->operands[i], name, &err);
		if (status)
			return say_status(call, status, &err);
	}
	return SAYS_YES;
}

static int fill(const struct call *call, struct ckpt_stage *stage)
{
	const char *text = call_option(call, "progress");
	struct ckpt_error err = {0};
	enum ckpt_status status;
	double progress;

	if (text && !parse_fraction(text, &progress))
		return say_error(call,
				 "'%s' is no progress; give a number "
				 "from 0 to 1, such as 0.42",
				 text);
	status = text ? ckpt_stage_progress(stage, progress, &err) : CKPT_OK;
	if (status)
		return say_status(call, status, &err);
	return add_files(call, stage);
}

static int begin(const struct call *call, struct ckpt_store *store,
		 struct shard *shard, struct ckpt_stage **stage)
{
	struct ckpt_error err = {0};
	enum ckpt_status status;

	if (shard->count)
		return shard_begin(call, store, shard, stage);
	if (call_option(call, "mark"))
		return say_error(call, "--mark is for shards; give --shard, "
				       "too");
	status = ckpt_begin(store, stage, &err);
	return status ? say_status(call, status, &err) : SAYS_YES;
}

int command_save(struct call *call)
{
	struct ckpt_store *store = NULL;
	struct ckpt_stage *stage = NULL;
	struct shard shard = {0};
	struct ckpt_error err = {0};
	enum ckpt_status status;
	uint32_t version = 0;
	int code = shard_parse(call, &shard);

	if (!code)
		code = open_own(call, CKPT_WRITE, &store);
	if (!code)
		code = parse_schema(call, store);
	if (!code)
		code = begin(call, store, &shard, &stage);
	if (!code)
		code = fill(call, stage);
	if (code) {
		ckpt_abort(stage);
		goto out;
	}
	status = ckpt_commit(stage, &version, &err);
	if (status)
		code = say_status(call, status, &err);
	if (version)
		printf("%" PRIu32 "\n", version);
	if (!status || status == CKPT_UNSURE)
		code |= shard_end(call, store, &shard);
out:
	ckpt_close(store);
	return code;
}
