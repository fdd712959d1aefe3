/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rpc: one query or change at slurmctld, for programs that don't carry libslurm
 * themselves: the supervisor, which lives as long as the job, and scheckpoint,
 * which must run where there is no Slurm.
 *
 * rpc load JOB [reach=NODE|begin]  print the job as in job.h; "reach" adds
 *                          whether Slurm's TERM reaches every process of the
 *                          step, and, where the job was requeued, whether the
 *                          node is down; "begin" the rest of what the
 *                          configuration says
 * rpc steps JOB SIGNUM     signal the srun steps
 * rpc batch JOB SIGNUM     signal the batch script alone
 * rpc say JOB TEXT         put text into our part of the job's comment
 * rpc list all|user:UID|job:JOB  print the checkpointed jobs, each as in job.h,
 *                          with a blank line after it
 * rpc conf host|site       print what the configuration says, as in
 *                          conf_text.h: of this machine, without a call, or of
 *                          the site as well
 *
 * and for operators:
 * rpc drain NODES REASON   drain the nodes that aren't drained yet
 * rpc on NODES             print the running and suspended jobs there, a line
 *                          each: number, run, user, 1 if it is suspended, 1 if
 *                          its comment says that it was asked to vacate (2 if
 *                          no operator's mark says so), name
 * rpc vacate JOB           request its run to save and leave
 * rpc unvacate JOB         withdraw that request
 *
 * Exit status: enum ctl_result, or 64 for a wrong usage, 74 for output that
 * could not be written; the reason goes to stderr.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/comment.h"
#include "requeue/slurm/client.h"
#include "requeue/slurm/ctl.h"
#include "requeue/slurm/ctl_conf.h"
#include "requeue/slurm/ctl_jobs.h"
#include "requeue/slurm/ctl_nodes.h"
#include "requeue/slurm/ctl_site.h"
#include "requeue/slurm/conf_text.h"
#include "requeue/settings/text.h"

#define EXIT_USAGE 64

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

static bool is_reach(const char *extra)
{
	return !strncmp(extra, CLIENT_REACH, strlen(CLIENT_REACH));
}

/* What the configuration says for the job, as far as slurmctld replies. */
/* Is its COMPLETING known to be short? */
static bool is_quick_to_end(const struct job *job, char *text)
{
	bool has_epilog = true;

	return ctl_epilog(&has_epilog, text) == CTL_OK && !has_epilog &&
	       job->nodes[0] && !strpbrk(job->nodes, "[,");
}

static void load_extra(struct job *job, const char *extra, char *text)
{
	if (is_reach(extra)) {
		ctl_term_reach(&job->term_reaches_all, text);
		if (job->state == STATE_PENDING)
			ctl_node_is_down(extra + strlen(CLIENT_REACH),
					 &job->is_node_down, text);
	} else if (!strcmp(extra, "begin")) {
		ctl_preempt_notice(job, &job->notice, text);
		ctl_requeue_delay(&job->requeue_delay_s, text);
		ctl_call_timeout(&job->call_timeout_s, text);
		job->is_quick_to_end = is_quick_to_end(job, text);
		ctl_version(job->version, sizeof(job->version), text);
	}
}

static enum ctl_result load(uint32_t job_id, const char *extra, char *text)
{
	struct job job = {0};
	enum ctl_result result = ctl_load(job_id, &job, text);
	char *reply;

	if (result)
		return result;
	ctl_fit_end(&job, text); /* if it fails, the limit's end stands */
	load_extra(&job, extra, text);
	reply = job_encode(&job);
	if (reply) {
		fputs(reply, stdout);
	} else {
		snprintf(text, CTL_TEXT_MAX, "out of memory");
		result = CTL_AWAY;
	}
	free(reply);
	job_forget(&job);
	return result;
}

/* The place of the store stays in our part of the comment. */
static enum ctl_result say(uint32_t job_id, const char *what, char *text)
{
	char store[COMMENT_STORE_MAX], part[2 * COMMENT_MAX], *comment;
	struct ctl_change change = {0};
	struct job job = {0};
	enum ctl_result result = ctl_load(job_id, &job, text);

	if (result)
		return result;
	comment_store(store, comment_part(job.comment));
	snprintf(part, sizeof(part), "%s%.300s", store, what);
	comment = comment_compose(job.comment, part);
	change.comment = comment;
	if (comment)
		result = ctl_change(&job, &change, text);
	free(comment);
	job_forget(&job);
	return result;
}

static void print_running(const struct job *job, void *arg)
{
	bool says = comment_says(comment_part(job->comment), job->restart_count,
				 COMMENT_VACATE);
	char name[sizeof(job->name)];

	(void)arg;
	text_clean(name, sizeof(name), job->name);
	printf("%" PRIu32 " %" PRIu32 " %" PRIu32 " %d %d %s\n", job->job_id,
	       job->restart_count, job->user_id, job->is_suspended,
	       !says		  ? 0
	       : job->is_vacating ? 1
				  : 2,
	       name);
}

static void print_listed(const struct job *job, void *arg)
{
	char *reply = job_encode(job);
	bool *is_whole = arg;

	if (reply)
		printf("%s\n", reply);
	else
		*is_whole = false;
	free(reply);
}

static enum ctl_result list(enum ctl_whose whose, uint32_t id, char *text)
{
	enum ctl_result result;
	bool is_whole = true;

	ctl_init();
	result = ctl_list_jobs(whose, id, print_listed, &is_whole, text);
	if (result || is_whole)
		return result;
	snprintf(text, CTL_TEXT_MAX, "out of memory");
	return CTL_AWAY;
}

/* Run the verb list; -1: it is none, or its word is wrong. */
static int run_list(int argc, char **argv, char *text)
{
	static const char user[] = "user:", job[] = "job:";
	uint32_t id;

	if (argc != 3 || strcmp(argv[1], "list") != 0)
		return -1;
	if (!strcmp(argv[2], "all"))
		return (int)list(CTL_OF_ALL, 0, text);
	if (!strncmp(argv[2], user, strlen(user)) &&
	    parse_number(argv[2] + strlen(user), &id))
		return (int)list(CTL_OF_USER, id, text);
	if (!strncmp(argv[2], job, strlen(job)) &&
	    parse_number(argv[2] + strlen(job), &id))
		return (int)list(CTL_OF_JOB, id, text);
	return -1;
}

static int usage(void)
{
	fputs("rpc: usage: load JOB [reach=NODE|begin] | steps JOB SIGNUM | "
	      "batch JOB SIGNUM | "
	      "say JOB TEXT | conf host|site | drain NODES REASON | on NODES | vacate JOB | "
	      "unvacate JOB | list all|user:UID|job:JOB\n",
	      stderr);
	return EXIT_USAGE;
}

/* Print the configuration; -1: that isn't the verb. */
static int run_conf(int argc, char **argv, char *text)
{
	bool is_site = argc == 3 && !strcmp(argv[2], "site");
	struct site_conf conf = {0};
	enum ctl_result result = CTL_OK;

	if (argc != 3 || strcmp(argv[1], "conf") != 0 ||
	    (!is_site && strcmp(argv[2], "host") != 0))
		return -1;
	ctl_init();
	ctl_host_conf(&conf);
	if (is_site)
		result = ctl_site_conf(&conf, text);
	conf_write(&conf, stdout);
	return (int)result;
}

/* Run a verb for nodes; -1: it is no such verb. */
static int run_on_nodes(int argc, char **argv, char *text)
{
	bool is_drain = argc == 4 && !strcmp(argv[1], "drain");

	if (!is_drain && (argc != 3 || strcmp(argv[1], "on") != 0))
		return -1;
	ctl_init();
	return (int)(is_drain
			     ? ctl_drain(argv[2], argv[3], text)
			     : ctl_jobs_on(argv[2], print_running, NULL, text));
}

/* Run a verb for a job; -1: it is no such verb. */
static int run_on_job(int argc, char **argv, char *text)
{
	uint32_t job_id, number = 0;
	const char *verb = argv[1];
	bool has_number;

	if (!parse_number(argv[2], &job_id))
		return -1;
	has_number = argc == 4 && parse_number(argv[3], &number);
	ctl_init();
	if (!strcmp(verb, "load") &&
	    (argc == 3 || is_reach(argv[3]) || !strcmp(argv[3], "begin")))
		return (int)load(job_id, argc == 4 ? argv[3] : "", text);
	if (!strcmp(verb, "steps") && has_number)
		return (int)ctl_signal_steps(job_id, (int)number, text);
	if (!strcmp(verb, "batch") && has_number)
		return (int)ctl_signal_batch(job_id, (int)number, text);
	if (!strcmp(verb, "say") && argc == 4)
		return (int)say(job_id, argv[3], text);
	if (!strcmp(verb, "vacate") && argc == 3)
		return (int)ctl_request_vacate(job_id, text);
	if (!strcmp(verb, "unvacate") && argc == 3)
		return (int)ctl_forget_vacate(job_id, text);
	return -1;
}

int main(int argc, char **argv)
{
	char text[CTL_TEXT_MAX] = "";
	int result;

	if (argc < 3 || argc > 4)
		return usage();
	result = run_list(argc, argv, text);
	if (result < 0)
		result = run_conf(argc, argv, text);
	if (result < 0)
		result = run_on_nodes(argc, argv, text);
	if (result < 0)
		result = run_on_job(argc, argv, text);
	if (result < 0)
		return usage();
	if (result)
		fprintf(stderr, "rpc: %s %s: %s\n", argv[1], argv[2], text);
	return fflush(stdout) ? 74 : result;
}
