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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/open.h"
#include "cmd/scheckpoint/say.h"
#include "lib/journal.h"
#include "lib/store.h"
#include "requeue/journal/records.h"
#include "requeue/process/procfs.h"

/* Processes above this one that are looked at. */
#define ABOVE_MAX 64

/* What the journal of the run tells. */
struct telling {
	pid_t above[ABOVE_MAX]; /* this process and those above it */
	size_t count;
	char supervisor_node[256];
	bool is_ending;	    /* the last request ends the run */
	bool is_ours;	    /* one of those has got a signal */
	bool has_signalled; /* a program has, at a request that ends the run */
	pid_t pid;	    /* of that program */
	char name[64];
};

static void find_above(struct telling *t)
{
	struct stem stem = {.ppid = getpid()};

	while (t->count < ABOVE_MAX && stem.ppid > 1) {
		t->above[t->count++] = stem.ppid;
		if (!procfs_stem(stem.ppid, &stem))
			break;
	}
}

static bool is_here(const struct telling *t, const char *node)
{
	const char *here = getenv("SLURMD_NODENAME");

	return !here || !strcmp(here, node ? node : t->supervisor_node);
}

static bool is_above(const struct telling *t, int64_t pid)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->above[i] == pid)
			return true;
	return false;
}

static void note_signal(struct telling *t, const struct record_program *program)
{
	if (is_here(t, program->node) && is_above(t, program->pid))
		t->is_ours = true;
	if (!t->is_ending || t->has_signalled)
		return;
	t->has_signalled = true;
	t->pid = (pid_t)program->pid;
	snprintf(t->name, sizeof(t->name), "%s",
		 program->name ? program->name : "?");
}

static bool read_record(const struct ckpt_record *rec, void *arg)
{
	struct telling *t = arg;
	struct record record;

	if (!record_decode(&record, rec))
		return true;
	if (record.kind == RECORD_RUN && record.run.node)
		snprintf(t->supervisor_node, sizeof(t->supervisor_node), "%s",
			 record.run.node);
	else if (record.kind == RECORD_REQUEST)
		t->is_ending = record.request.cause != CAUSE_INTERVAL;
	else if (record.kind == RECORD_SIGNAL)
		note_signal(t, &record.program);
	return true;
}

/* Was the job requested to save, and this program passed over? */
static bool is_passed_over(struct ckpt_store *store, struct telling *t)
{
	int run = ckpt_journal_newest(store);

	find_above(t);
	return run >= 0 &&
	       !ckpt_journal_read(store, (unsigned)run, read_record, t, NULL) &&
	       t->has_signalled && !t->is_ours;
}

int command_done(struct call *call)
{
	struct telling telling = {.count = 0};
	struct ckpt_error err = {0};
	struct ckpt_store *store;
	enum ckpt_status status;
	int code;

	if (is_outside())
		return say_outside(call);
	code = open_own(call, CKPT_WRITE, &store);
	if (code)
		return code;
	if (is_passed_over(store, &telling)) {
		code = say_error(
			call,
			"not taken, as the job was asked to save before: %s "
			"(pid %d) got the request and may have ended for it, "
			"unfinished; the job is run again, and is complete "
			"when that run ends by itself with 0",
			telling.name, (int)telling.pid);
	} else {
		status = ckpt_done(store, &err);
		if (status)
			code = say_status(call, status, &err);
	}
	ckpt_close(store);
	return code;
}
