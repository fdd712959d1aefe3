/* SPDX-License-Identifier: GPL-2.0-or-later */
/* learned.c: what the earlier runs of a job have shown of its programs. */
#include <stdbool.h>
#include <string.h>

#include "requeue/policy/learned.h"

/* What one run shows of the programs that were signalled in it. */
enum lesson {
	LESSON_NONE,
	LESSON_DEAF,
	LESSON_SAVED,
};

static enum lesson lesson_of(const struct run_record *run, int exit_code)
{
	if (run->versions ||
	    (run->evidence == EVIDENCE_FILES && run->has_complied) ||
	    (exit_code && run->ending == END_EXIT && run->code == exit_code))
		return LESSON_SAVED;
	/* Time was short. */
	if (run->evidence == EVIDENCE_NONE && run->has_complied &&
	    run->cause != CAUSE_PREEMPT && run->cause != CAUSE_NODE &&
	    !run->is_done)
		return LESSON_DEAF;
	return LESSON_NONE;
}

/* Remove a name of len bytes from a list. */
static void forget(char *names, const char *name, size_t len)
{
	for (char *at = names; *at;) {
		size_t word = strcspn(at, ",");
		size_t rest = word + (at[word] == ',');

		if (word == len && !strncmp(at, name, len))
			memmove(at, at + rest, strlen(at + rest) + 1);
		else
			at += rest;
	}
	/* The last name has no comma behind it. */
	len = strlen(names);
	if (len && names[len - 1] == ',')
		names[len - 1] = '\0';
}

/* Add a name, once; one for which there is no room is left out. */
static void remember(char *names, const char *name, size_t len)
{
	size_t used;

	forget(names, name, len);
	used = strlen(names);
	if (!len || used + len + 2 > LEARNED_MAX)
		return;
	if (used)
		names[used++] = ',';
	memcpy(names + used, name, len);
	names[used + len] = '\0';
}

static void learn(struct learned *learned, const struct run_record *run,
		  enum lesson lesson)
{
	bool is_deaf = lesson == LESSON_DEAF;

	for (const char *at = run->signalled; *at;) {
		size_t len = strcspn(at, ",");

		remember(is_deaf ? learned->deaf : learned->savers, at, len);
		forget(is_deaf ? learned->savers : learned->deaf, at, len);
		at += len + (at[len] == ',');
	}
}

struct learned learned_from(const struct run_record *runs, size_t count,
			    int exit_code)
{
	struct learned learned = {.deaf = ""};

	for (size_t i = 0; i < count; i++) {
		enum lesson lesson = lesson_of(&runs[i], exit_code);

		if (runs[i].versions)
			learned.deaf[0] = '\0';
		if (runs[i].evidence == EVIDENCE_FILES ||
		    runs[i].evidence == EVIDENCE_SAME)
			learned.digest = runs[i].digest;
		if (lesson)
			learn(&learned, &runs[i], lesson);
	}
	return learned;
}
