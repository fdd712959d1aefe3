/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * done.c: the job says that it has finished its work.
 *
 * A program that is signalled saves and ends, often with 0; what waits for it
 * and was passed over takes that for the end of the work.  So its word doesn't
 * count once others have got the request: the job is run again, and where the
 * work is finished, that run ends by itself.
 */
#include "cmd/scheckpoint/done.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/open.h"
#include "cmd/scheckpoint/say.h"
#include "lib/store.h"
#include "requeue/journal/passed_over.h"
#include "requeue/process/procfs.h"

/* Processes above this one that are looked at. */
#define ABOVE_MAX 64

static size_t find_above(pid_t above[ABOVE_MAX])
{
	struct stem stem = {.ppid = getpid()};
	size_t count = 0;

	while (count < ABOVE_MAX && stem.ppid > 1) {
		above[count++] = stem.ppid;
		if (!procfs_stem(stem.ppid, &stem))
			break;
	}
	return count;
}

static int record_done(const struct call *call, struct ckpt_store *store)
{
	pid_t above[ABOVE_MAX];
	struct passed_over who = {
		.above = above,
		.count = find_above(above),
		.node = getenv("SLURMD_NODENAME"),
	};
	struct ckpt_error err = {0};
	enum ckpt_status status;

	if (passed_over(store, &who))
		return say_error(
			call,
			"not taken, as the job was asked to save before: %s "
			"(pid %d) got the request and may have ended for it, "
			"unfinished; the job is run again, and is complete "
			"when that run ends by itself with 0",
			who.signalled, (int)who.signalled_pid);
	status = ckpt_done(store, &err);
	return status ? say_status(call, status, &err) : SAYS_YES;
}

int command_done(struct call *call)
{
	struct ckpt_store *store;
	int code;

	if (is_outside())
		return say_outside(call);
	code = open_own(call, CKPT_WRITE, &store);
	if (code)
		return code;
	code = record_done(call, store);
	ckpt_close(store);
	return code;
}
