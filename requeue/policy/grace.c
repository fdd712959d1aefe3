/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grace.c: the grace that follows from what earlier saves have taken. */
#include "requeue/policy/grace.h"

#include <stdio.h>

#define SECOND_MS INT64_C(1000)

enum {
	/* A save may take three times as long as the longest so far. */
	SAVE_TIMES = 3,
	/* The supervisor kills programs up to 5 s before the end of a run, and
	 * up to 30 s before it where files are taken. */
	ADDED_MS = 10000,
	ADDED_FILES_MS = 40000,
};

/* A journal is data from a user: no product of times may overflow. */
#define SAVE_MOST_MS (INT64_C(100) * 366 * 86400 * SECOND_MS)

static int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool has_version_since(const struct run_record *run)
{
	return run->versions && run->request_s &&
	       run->saved_s >= run->request_s;
}

/*
 * How long the save of a run took, from the request to the end of all that
 * followed it: what the script does after the program has ended belongs to the
 * save.  0 where there was none, or where nothing shows that it succeeded.
 */
static int64_t measured_ms(const struct run_record *run)
{
	if (run->failed_s || !run->save_ms)
		return 0;
	/* Versions have whole seconds.  What ran on after the last one, and
	 * was killed, had nothing to save. */
	if (run->is_cut)
		return has_version_since(run)
			       ? (run->saved_s - run->request_s + 1) * SECOND_MS
			       : 0;
	if (has_version_since(run) ||
	    (run->has_complied && run->evidence == EVIDENCE_FILES))
		return run->save_ms;
	return 0;
}

/* Was a save begun and not finished?  A supervisor that was killed has left no
 * word of its end. */
static bool is_cut_short(const struct run_record *run)
{
	if (has_version_since(run) || run->has_complied || run->is_node_fail)
		return false;
	if (run->ending == END_SUPERVISOR)
		return run->request_s && run->plan.is_there &&
		       (run->cause == CAUSE_LIMIT ||
			run->cause == CAUSE_PREEMPT ||
			run->cause == CAUSE_OPERATOR);
	return run->is_cut && run->save_ms;
}

struct grace_lesson grace_learn(const struct run_record *runs, size_t count)
{
	struct grace_lesson lesson = {0};

	for (size_t i = 0; i < count; i++) {
		int64_t ms = lesser(measured_ms(&runs[i]), SAVE_MOST_MS);

		if (ms > 0) {
			lesson.cut_grace_s = 0;
			if (ms > lesson.save_ms)
				lesson.save_ms = ms;
		} else if (is_cut_short(&runs[i])) {
			lesson.cut_grace_s = lesser(runs[i].grace_s,
						    SAVE_MOST_MS / SECOND_MS);
			lesson.cut_run = runs[i].run;
		}
	}
	return lesson;
}

int64_t grace_next_ms(const struct grace_lesson *lesson,
		      const struct settings *set, int64_t least_s)
{
	int64_t most_ms = set->grace_s * SECOND_MS, ms = most_ms;

	if (!set->is_auto)
		return most_ms;
	if (lesson->cut_grace_s)
		ms = lesson->cut_grace_s * 2 * SECOND_MS;
	else if (lesson->save_ms)
		ms = lesson->save_ms * SAVE_TIMES +
		     (set->files[0] ? ADDED_FILES_MS : ADDED_MS);
	if (ms < least_s * SECOND_MS)
		ms = least_s * SECOND_MS;
	return lesser(ms, most_ms);
}

const char *grace_why(char text[GRACE_WHY_MAX],
		      const struct grace_lesson *lesson,
		      const struct settings *set)
{
	text[0] = '\0';
	if (!set->is_auto)
		return text;
	if (lesson->cut_grace_s)
		snprintf(text, GRACE_WHY_MAX,
			 "doubled, as the save of run %u was cut short",
			 lesson->cut_run);
	else if (lesson->save_ms)
		snprintf(text, GRACE_WHY_MAX, "its longest save took %.1f s",
			 (double)lesson->save_ms / 1000);
	else
		snprintf(text, GRACE_WHY_MAX, "no save was measured yet");
	return text;
}
