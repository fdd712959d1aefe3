/* SPDX-License-Identifier: GPL-2.0-or-later */
/* passed_over.c: who got the signal in a run, by its journal. */
#include "requeue/journal/passed_over.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "requeue/journal/records.h"

/* What the journal of the run tells. */
struct telling {
	struct passed_over *who;
	char supervisor_node[256];
	bool is_ending;	    /* the last request ends the run */
	bool is_ours;	    /* one of who->above has got a signal */
	bool has_signalled; /* a program has, at a request that ends the run */
};

static bool is_here(const struct telling *t, const char *node)
{
	return !t->who->node ||
	       !strcmp(t->who->node, node ? node : t->supervisor_node);
}

static bool is_above(const struct passed_over *who, int64_t pid)
{
	for (size_t i = 0; i < who->count; i++)
		if (who->above[i] == pid)
			return true;
	return false;
}

static void note_signal(struct telling *t, const struct record_program *program)
{
	if (is_here(t, program->node) && is_above(t->who, program->pid))
		t->is_ours = true;
	if (!t->is_ending || t->has_signalled)
		return;
	t->has_signalled = true;
	t->who->signalled_pid = (pid_t)program->pid;
	snprintf(t->who->signalled, sizeof(t->who->signalled), "%s",
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

bool passed_over(struct ckpt_store *store, struct passed_over *who)
{
	struct telling t = {.who = who};
	int run = ckpt_journal_newest(store);

	return run >= 0 &&
	       !ckpt_journal_read(store, (unsigned)run, read_record, &t,
				  NULL) &&
	       t.has_signalled && !t.is_ours;
}
