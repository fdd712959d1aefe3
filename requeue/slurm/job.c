/* SPDX-License-Identifier: GPL-2.0-or-later */
/* job.c: the text form of a job: one table for its writer and its reader. */
#include "requeue/slurm/job.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/comment.h"
#include "requeue/slurm/lines.h"

/* Programs of another version may read and write these: a key keeps its
 * meaning.  State, notice and comment have lines too. */
static const struct line lines[] = {
	LINE(job, "job_id", LINE_COUNT, job_id),
	LINE(job, "array_job_id", LINE_COUNT, array_job_id),
	LINE(job, "array_task_id", LINE_COUNT, array_task_id),
	LINE(job, "array_tasks", LINE_TEXT, array_tasks),
	LINE(job, "user_id", LINE_COUNT, user_id),
	LINE(job, "restart_cnt", LINE_COUNT, restart_count),
	LINE(job, "reason", LINE_TEXT, reason),
	LINE(job, "held", LINE_FLAG, is_held),
	LINE(job, "requeue", LINE_FLAG, can_requeue),
	LINE(job, "now", LINE_LONG, now_s),
	LINE(job, "submit_time", LINE_LONG, submit_s),
	LINE(job, "start_time", LINE_LONG, start_s),
	LINE(job, "end_time", LINE_LONG, end_s),
	LINE(job, "begin_time", LINE_LONG, begin_s),
	LINE(job, "preempt_time", LINE_LONG, preempt_s),
	LINE(job, "time_limit_min", LINE_LONG, limit_min),
	LINE(job, "time_min_min", LINE_LONG, time_min_min),
	LINE(job, "vacating", LINE_FLAG, is_vacating),
	LINE(job, "cluster", LINE_TEXT, cluster),
	LINE(job, "nodes", LINE_TEXT, nodes),
	LINE(job, "name", LINE_TEXT, name),
	LINE(job, "partition", LINE_TEXT, partition),
	LINE(job, "work_dir", LINE_TEXT, work_dir),
	LINE(job, "std_err", LINE_TEXT, std_err),
	LINE(job, "term_reaches_all", LINE_FLAG, term_reaches_all),
	LINE(job, "node_down", LINE_FLAG, is_node_down),
	LINE(job, "requeue_delay", LINE_LONG, requeue_delay_s),
	LINE(job, "call_timeout", LINE_LONG, call_timeout_s),
	LINE(job, "quick_to_end", LINE_FLAG, is_quick_to_end),
	LINE(job, "version", LINE_TEXT, version),
};
#define LINES (sizeof(lines) / sizeof(lines[0]))

void job_forget(struct job *job)
{
	free(job->comment);
	memset(job, 0, sizeof(*job));
}

void job_set_state(struct job *job, const char *name)
{
	snprintf(job->state_name, sizeof(job->state_name), "%s", name);
	job->state = job_state_from_name(name);
	job->is_suspended = !strncmp(name, "SUSPENDED", strlen("SUSPENDED"));
}

/* ------------------------------------------------------------- writer */

char *job_encode(const struct job *job)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	line_write_text(out, "state", job->state_name);
	lines_write(out, lines, LINES, job);
	fprintf(out, "preempt_notice=%d\n", (int)job->notice);
	line_write_text(out, "comment", comment_part(job->comment));
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* ------------------------------------------------------------- reader */

static void read_line(struct job *job, const char *key, const char *value)
{
	if (!strcmp(key, "state")) {
		job_set_state(job, value);
	} else if (!strcmp(key, "preempt_notice")) {
		job->notice = (enum job_notice)strtol(value, NULL, 10);
	} else if (!strcmp(key, "comment")) {
		free(job->comment);
		job->comment = strdup(value);
	} else {
		lines_read(lines, LINES, job, key, value);
	}
}

bool job_decode(struct job *job, const char *text)
{
	char *copy = strdup(text), *rest = copy, *key, *value;

	job_forget(job);
	job->state = STATE_UNKNOWN;
	job->array_task_id = JOB_NO_TASK;
	while (lines_next(&rest, &key, &value))
		read_line(job, key, value);
	free(copy);
	return job->state != STATE_UNKNOWN;
}

/* ---------------------------------------------------------------- use */

void job_convert_times(struct job *job, int64_t skew_s)
{
	int64_t *const times[] = {&job->now_s, &job->submit_s, &job->start_s,
				  &job->end_s, &job->begin_s,  &job->preempt_s};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (*times[i])
			*times[i] -= skew_s;
}

struct run_view job_view(const struct job *job)
{
	return (struct run_view){
		.state = job->state,
		.is_preempting = job->preempt_s != 0,
		.is_vacating = job->is_vacating,
		.term_reaches_all = job->term_reaches_all,
		.is_node_down = job->is_node_down,
		.end_ms = job->end_s * 1000,
	};
}

bool job_is_expedited(const struct job *job)
{
	return strstr(job->state_name, "EXPEDITING") != NULL;
}

bool job_is_alive(const struct job *job)
{
	static const char *const names[] = {"PENDING", "RUNNING", "SUSPENDED"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(job->state_name, names[i], strlen(names[i])))
			return true;
	return strstr(job->state_name, "COMPLETING") != NULL;
}
