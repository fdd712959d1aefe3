/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sums.c: what the runs of a job computed, lost and waited. */
#include "requeue/policy/sums.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "requeue/policy/decision.h"
#include "requeue/settings/comment.h"

/* No job has more runs, or more seconds: 30,000 years. */
#define REQUEUES_MOST 100000
#define SECONDS_MOST  INT64_C(1000000000000)

int64_t sums_end_s(const struct run_record *run, const struct run_record *next)
{
	if (run->ended_s)
		return run->ended_s;
	if (run->plan.written_s)
		return run->plan.written_s;
	return next ? next->shown.queued_s : 0;
}

int64_t sums_safe_s(const struct run_record *run, int64_t end_s)
{
	int64_t saved_s = run->saved_s > run->shown.saved_s
				  ? run->saved_s
				  : run->shown.saved_s;

	if (saved_s > run->started_s)
		return saved_s < end_s ? saved_s : end_s;
	return run_record_saved_itself(run) ? end_s : run->started_s;
}

static bool goes_on(const struct run_record *run, const struct run_record *next)
{
	return next || (run->plan.is_there && run->plan.action != ACT_LEAVE);
}

static enum cause cause_of(const struct run_record *run)
{
	if (run->plan.is_there)
		return run->plan.cause;
	return run->is_node_fail ? CAUSE_NODE : CAUSE_NONE;
}

static void add_run(struct job_sums *sums, const struct run_record *run,
		    const struct run_record *next, int64_t end_s)
{
	int64_t safe_s = sums_safe_s(run, end_s);

	if (goes_on(run, next))
		sums->requeues[cause_of(run)]++;
	if (!run->started_s || end_s < run->started_s)
		return;
	sums->computed_s += end_s - run->started_s;
	if (!goes_on(run, next))
		return;
	sums->lost_s += end_s - safe_s;
	sums->kept_s += safe_s - run->started_s;
}

struct job_sums sums_of_runs(const struct run_record *runs, size_t count,
			     int64_t now_s)
{
	struct job_sums sums = {.runs = (unsigned)count};
	int64_t left_s = 0; /* when the run before ended */

	for (size_t i = 0; i < count; i++) {
		const struct run_record *run = &runs[i];
		const struct run_record *next = i + 1 < count ? run + 1 : NULL;
		int64_t end_s = sums_end_s(run, next);
		int64_t from_s = left_s ? left_s : run->shown.queued_s;

		if (from_s && run->started_s > from_s)
			sums.waited_s += run->started_s - from_s;
		if (!end_s && !next)
			end_s = now_s;
		add_run(&sums, run, next, end_s);
		left_s = end_s;
	}
	return sums;
}

/* ----------------------------------------------------------------- text */

const char *sums_encode(char text[SUMS_TEXT_MAX], const struct job_sums *sums)
{
	const char *comma = "";
	size_t used = 1;

	strcpy(text, "{");
	for (int i = 0; i < SUMS_CAUSES; i++) {
		if (!sums->requeues[i])
			continue;
		used += (size_t)snprintf(
			text + used, SUMS_TEXT_MAX - used, "%s%s %u", comma,
			cause_name((enum cause)i), sums->requeues[i] % 1000000);
		comma = ", ";
	}
	snprintf(text + used, SUMS_TEXT_MAX - used,
		 "; kept %" PRId64 " s, lost %" PRId64 " s}", sums->kept_s,
		 sums->lost_s);
	return text;
}

/* Read "limit 2", and move behind it. */
static bool read_cause(struct job_sums *sums, const char **at)
{
	char name[16];
	unsigned count;
	int used = 0;
	enum cause cause;

	if (sscanf(*at, "%15[a-z] %u%n", name, &count, &used) < 2 || !used ||
	    count > REQUEUES_MOST)
		return false;
	cause = cause_from_name(name);
	sums->requeues[cause] += count;
	*at += used;
	return true;
}

bool sums_decode(struct job_sums *sums, const char *comment)
{
	static const char separator[] = ", ";
	const char *at = strstr(comment, COMMENT_MARK);
	char end = '\0';

	*sums = (struct job_sums){.runs = 0};
	at = at ? strstr(at, COMMENT_SUMS) : NULL;
	if (!at)
		return false;
	at += strlen(COMMENT_SUMS);
	while (*at != ';' && read_cause(sums, &at))
		if (!strncmp(at, separator, strlen(separator)))
			at += strlen(separator);
	if (sscanf(at, "; kept %" SCNd64 " s, lost %" SCNd64 " s%c",
		   &sums->kept_s, &sums->lost_s, &end) == 3 &&
	    end == '}' && sums->kept_s >= 0 && sums->kept_s <= SECONDS_MOST &&
	    sums->lost_s >= 0 && sums->lost_s <= SECONDS_MOST)
		return true;
	*sums = (struct job_sums){.runs = 0};
	return false;
}
