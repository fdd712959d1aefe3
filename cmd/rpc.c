/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rpc: one question or order to slurmctld for programs that don't carry
 * libslurm themselves: the supervisor, which lives as long as the job, and
 * scheckpoint, which must run where there is no Slurm.
 *
 * rpc load JOB [reach|begin]  the job, one key=value a line; "reach" adds
 *                          whether Slurm's TERM reaches every process of the
 *                          step, "preempt" how a preemption is noticed
 * rpc steps JOB SIGNUM     signal the srun steps
 * rpc batch JOB SIGNUM     signal the batch script alone
 * rpc requeue JOB          requeue if it is running
 * rpc limit JOB MINUTES    change the limit
 *
 * Exit status: enum ctl_result; the reason goes to stderr.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/ctl.h"
#include "requeue/text.h"

#define EXIT_USAGE 64

static void print_text(const char *key, const char *value)
{
	char clean[CTL_PATH_MAX];

	text_clean(clean, sizeof(clean), value);
	printf("%s=%s\n", key, clean);
}

static void print_number(const char *key, int64_t value)
{
	printf("%s=%" PRId64 "\n", key, value);
}

static void print_job(const struct ctl_job *job)
{
	print_number("job_id", job->job_id);
	print_number("array_job_id", job->array_job_id);
	if (job->array_task_id != CTL_NO_TASK)
		print_number("array_task_id", job->array_task_id);
	print_number("user_id", job->user_id);
	print_text("state", job->state_name);
	print_number("completing", job->is_completing);
	print_number("suspended", job->is_suspended);
	print_number("held", job->is_held);
	print_number("requeue", job->can_requeue);
	print_number("restart_cnt", job->restart_count);
	print_number("now", job->now_s);
	print_number("submit_time", job->submit_s);
	print_number("start_time", job->start_s);
	print_number("end_time", job->end_s);
	print_number("begin_time", job->begin_s);
	print_number("preempt_time", job->preempt_s);
	print_number("time_limit_min", job->limit_min);
	print_number("time_min_min", job->time_min_min);
	print_text("cluster", job->cluster);
	print_text("nodes", job->nodes);
	print_text("name", job->name);
	print_text("partition", job->partition);
	print_text("work_dir", job->work_dir);
	print_text("std_err", job->std_err);
	print_text("comment", job->comment);
}

static bool parse_number(const char *text, uint32_t *number)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value > UINT32_MAX)
		return false;
	*number = (uint32_t)value;
	return true;
}

static enum ctl_result load(uint32_t job_id, const char *extra, char *text)
{
	enum ctl_notice notice;
	struct ctl_job job;
	enum ctl_result result = ctl_load(job_id, &job, text);
	int64_t delay_s;
	bool reaches_all;

	if (result)
		return result;
	print_job(&job);
	if (!strcmp(extra, "reach") &&
	    ctl_term_reach(&reaches_all, text) == CTL_OK)
		print_number("term_reaches_all", reaches_all);
	if (!strcmp(extra, "begin") &&
	    ctl_preempt_notice(job.partition, &notice, text) == CTL_OK)
		print_number("preempt_notice", notice);
	if (!strcmp(extra, "begin") &&
	    ctl_requeue_delay(&delay_s, text) == CTL_OK)
		print_number("requeue_delay", delay_s);
	return CTL_OK;
}

static int usage(void)
{
	fputs("rpc: usage: load JOB [reach|preempt] | steps JOB SIGNUM | "
	      "batch JOB SIGNUM | requeue JOB | limit JOB MINUTES\n",
	      stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	char text[CTL_TEXT_MAX] = "";
	enum ctl_result result;
	uint32_t job_id, number = 0;
	bool has_number;

	if (argc < 3 || argc > 4 || !parse_number(argv[2], &job_id))
		return usage();
	has_number = argc == 4 && parse_number(argv[3], &number);
	ctl_init();
	if (!strcmp(argv[1], "load") &&
	    (argc == 3 || !strcmp(argv[3], "reach") ||
	     !strcmp(argv[3], "begin")))
		result = load(job_id, argc == 4 ? argv[3] : "", text);
	else if (!strcmp(argv[1], "requeue") && argc == 3)
		result = ctl_requeue(job_id, true, false, text);
	else if (!strcmp(argv[1], "steps") && has_number)
		result = ctl_signal_steps(job_id, (int)number, text);
	else if (!strcmp(argv[1], "batch") && has_number)
		result = ctl_signal_batch(job_id, (int)number, text);
	else if (!strcmp(argv[1], "limit") && has_number)
		result = ctl_set_limit(job_id, number, text);
	else
		return usage();
	if (result)
		fprintf(stderr, "rpc: %s job %" PRIu32 ": %s\n", argv[1],
			job_id, text);
	return fflush(stdout) ? 74 : (int)result;
}
