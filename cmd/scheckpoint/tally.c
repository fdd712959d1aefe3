/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.c: counts the checkpointed jobs of a cluster. */
#include "cmd/scheckpoint/tally.h"

#include <stdlib.h>
#include <string.h>

#include "requeue/settings/comment.h"
#include "requeue/settings/text.h"

/* ----------------------------------------------------------- hash table */

static struct tally_job *place_of(struct tally_job *jobs, size_t room,
				  uint32_t job)
{
	size_t at = (job * UINT32_C(2654435761)) & (room - 1);

	while (jobs[at].job && jobs[at].job != job)
		at = (at + 1) & (room - 1);
	return &jobs[at];
}

static bool grow(struct tally *tally)
{
	size_t room = tally->room ? 2 * tally->room : 1024;
	struct tally_job *jobs = calloc(room, sizeof(*jobs));

	if (!jobs)
		return false;
	for (size_t i = 0; i < tally->room; i++)
		if (tally->jobs[i].job)
			*place_of(jobs, room, tally->jobs[i].job) =
				tally->jobs[i];
	free(tally->jobs);
	tally->jobs = jobs;
	tally->room = room;
	return true;
}

static struct tally_job *get(struct tally *tally, uint32_t number,
			     const char *user, const char *partition)
{
	struct tally_job *job;

	if (!number)
		return NULL;
	if (2 * tally->count >= tally->room && !grow(tally)) {
		tally->has_failed = true;
		return NULL;
	}
	job = place_of(tally->jobs, tally->room, number);
	tally->count += !job->job;
	job->job = number;
	text_clean(job->user, sizeof(job->user), user);
	text_clean(job->partition, sizeof(job->partition), partition);
	return job;
}

void tally_free(struct tally *tally)
{
	free(tally->jobs);
	memset(tally, 0, sizeof(*tally));
}

/* ------------------------------------------------------------------- add */

/* The sums in the first comment were there before the period. */
static void take_comment(struct tally_job *job, const char *comment)
{
	struct job_sums sums;

	if (!comment_part(comment)[0])
		return;
	job->is_ours = true;
	if (sums_decode(&sums, comment))
		job->last = sums;
	if (!job->has_comment)
		job->first = sums;
	job->has_comment = true;
}

void tally_add(struct tally *tally, const struct tally_record *record)
{
	struct tally_job *job =
		get(tally, record->job, record->user, record->partition);

	if (!job)
		return;
	job->runs += record->has_run;
	if (record->elapsed_s > 0)
		job->computed_node_s += record->elapsed_s * record->nodes;
	if (record->nodes)
		job->nodes = record->nodes;
	tally->has_comments |= record->comment[0] != '\0';
	take_comment(job, record->comment);
}

void tally_add_now(struct tally *tally, uint32_t number, const char *user,
		   const char *partition, const char *comment, bool is_held)
{
	struct tally_job *job = get(tally, number, user, partition);

	if (!job)
		return;
	job->is_held = is_held;
	take_comment(job, comment);
}

/* ------------------------------------------------------------------- sum */

static int64_t positive(int64_t value)
{
	return value > 0 ? value : 0;
}

void tally_join(struct tally_sums *to, const struct tally_sums *from)
{
	to->jobs += from->jobs;
	to->runs += from->runs;
	to->held += from->held;
	for (int i = 0; i < SUMS_CAUSES; i++)
		to->requeues[i] += from->requeues[i];
	to->computed_node_s += from->computed_node_s;
	to->lost_node_s += from->lost_node_s;
	to->kept_node_s += from->kept_node_s;
}

static struct tally_sums sums_of(const struct tally_job *job)
{
	struct tally_sums sums = {
		.user = job->user,
		.partition = job->partition,
		.jobs = 1,
		.runs = job->runs,
		.held = job->is_held,
		.computed_node_s = job->computed_node_s,
		.lost_node_s = positive(job->last.lost_s - job->first.lost_s) *
			       job->nodes,
		.kept_node_s = positive(job->last.kept_s - job->first.kept_s) *
			       job->nodes,
	};

	for (int i = 0; i < SUMS_CAUSES; i++)
		if (job->last.requeues[i] > job->first.requeues[i])
			sums.requeues[i] =
				job->last.requeues[i] - job->first.requeues[i];
	return sums;
}

static int by_group(const void *a, const void *b)
{
	const struct tally_sums *left = a, *right = b;
	int order = strcmp(left->user, right->user);

	return order ? order : strcmp(left->partition, right->partition);
}

struct tally_sums *tally_sum(const struct tally *tally, size_t *count)
{
	struct tally_sums *list = calloc(tally->count + 1, sizeof(*list));
	size_t used = 0, kept = 0;

	*count = 0;
	if (!list)
		return NULL;
	for (size_t i = 0; i < tally->room; i++)
		if (tally->jobs[i].job && tally->jobs[i].is_ours)
			list[used++] = sums_of(&tally->jobs[i]);
	qsort(list, used, sizeof(*list), by_group);
	for (size_t i = 0; i < used; i++)
		if (kept && !by_group(&list[kept - 1], &list[i]))
			tally_join(&list[kept - 1], &list[i]);
		else
			list[kept++] = list[i];
	*count = kept;
	return list;
}

unsigned tally_requeues(const struct tally_sums *sums)
{
	unsigned count = 0;

	for (int i = 0; i < SUMS_CAUSES; i++)
		count += sums->requeues[i];
	return count;
}
