/* SPDX-License-Identifier: GPL-2.0-or-later */
/* job.c: the text form of a job: one table for its writer and its reader. */
#include "requeue/slurm/job.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/comment.h"
#include "requeue/settings/text.h"

enum kind {
	KIND_COUNT, /* uint32_t */
	KIND_LONG,  /* int64_t */
	KIND_FLAG,  /* bool, as 0 or 1 */
	KIND_TEXT,  /* char[size] */
};

struct line {
	const char *key;
	enum kind kind;
	size_t offset, size; /* in struct job */
};

#define LINE(key, kind, field)                                                 \
	{                                                                      \
		key, kind, offsetof(struct job, field),                        \
			sizeof(((struct job *)NULL)->field)                    \
	}

/* Programs of another version may read and write these: a key keeps its
 * meaning.  State, notice and comment have lines too. */
static const struct line lines[] = {
	LINE("job_id", KIND_COUNT, job_id),
	LINE("array_job_id", KIND_COUNT, array_job_id),
	LINE("array_task_id", KIND_COUNT, array_task_id),
	LINE("array_tasks", KIND_TEXT, array_tasks),
	LINE("user_id", KIND_COUNT, user_id),
	LINE("restart_cnt", KIND_COUNT, restart_count),
	LINE("reason", KIND_TEXT, reason),
	LINE("held", KIND_FLAG, is_held),
	LINE("requeue", KIND_FLAG, can_requeue),
	LINE("now", KIND_LONG, now_s),
	LINE("submit_time", KIND_LONG, submit_s),
	LINE("start_time", KIND_LONG, start_s),
	LINE("end_time", KIND_LONG, end_s),
	LINE("begin_time", KIND_LONG, begin_s),
	LINE("preempt_time", KIND_LONG, preempt_s),
	LINE("time_limit_min", KIND_LONG, limit_min),
	LINE("time_min_min", KIND_LONG, time_min_min),
	LINE("vacating", KIND_FLAG, is_vacating),
	LINE("cluster", KIND_TEXT, cluster),
	LINE("nodes", KIND_TEXT, nodes),
	LINE("name", KIND_TEXT, name),
	LINE("partition", KIND_TEXT, partition),
	LINE("work_dir", KIND_TEXT, work_dir),
	LINE("std_err", KIND_TEXT, std_err),
	LINE("term_reaches_all", KIND_FLAG, term_reaches_all),
	LINE("requeue_delay", KIND_LONG, requeue_delay_s),
	LINE("call_timeout", KIND_LONG, call_timeout_s),
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

static void write_text(FILE *out, const char *key, const char *value)
{
	char clean[JOB_PATH_MAX];

	text_clean(clean, sizeof(clean), value);
	fprintf(out, "%s=%s\n", key, clean);
}

static void write_line(FILE *out, const struct line *line,
		       const struct job *job)
{
	const void *field = (const char *)job + line->offset;

	switch (line->kind) {
	case KIND_COUNT:
		fprintf(out, "%s=%" PRIu32 "\n", line->key,
			*(const uint32_t *)field);
		break;
	case KIND_LONG:
		fprintf(out, "%s=%" PRId64 "\n", line->key,
			*(const int64_t *)field);
		break;
	case KIND_FLAG:
		fprintf(out, "%s=%d\n", line->key, *(const bool *)field);
		break;
	case KIND_TEXT:
		write_text(out, line->key, field);
		break;
	}
}

char *job_encode(const struct job *job)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	write_text(out, "state", job->state_name);
	for (size_t i = 0; i < LINES; i++)
		write_line(out, &lines[i], job);
	fprintf(out, "preempt_notice=%d\n", (int)job->notice);
	write_text(out, "comment", comment_part(job->comment));
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* ------------------------------------------------------------- reader */

static void read_field(const struct line *line, struct job *job,
		       const char *value)
{
	void *field = (char *)job + line->offset;

	switch (line->kind) {
	case KIND_COUNT:
		*(uint32_t *)field = (uint32_t)strtoll(value, NULL, 10);
		break;
	case KIND_LONG:
		*(int64_t *)field = strtoll(value, NULL, 10);
		break;
	case KIND_FLAG:
		*(bool *)field = strtoll(value, NULL, 10) != 0;
		break;
	case KIND_TEXT:
		snprintf(field, line->size, "%s", value);
		break;
	}
}

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
		for (size_t i = 0; i < LINES; i++)
			if (!strcmp(key, lines[i].key))
				read_field(&lines[i], job, value);
	}
}

bool job_decode(struct job *job, const char *text)
{
	char *copy = strdup(text), *rest = copy, *line;

	job_forget(job);
	job->state = STATE_UNKNOWN;
	job->array_task_id = JOB_NO_TASK;
	while ((line = strsep(&rest, "\n"))) {
		char *value = strchr(line, '=');

		if (!value)
			continue;
		*value++ = '\0';
		read_line(job, line, value);
	}
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
		.end_ms = job->end_s * 1000,
	};
}

bool job_is_alive(const struct job *job)
{
	static const char *const names[] = {"PENDING", "RUNNING", "SUSPENDED"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(job->state_name, names[i], strlen(names[i])))
			return true;
	return strstr(job->state_name, "COMPLETING") != NULL;
}
