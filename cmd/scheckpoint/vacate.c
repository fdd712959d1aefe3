/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vacate.c: for operators: empty nodes of checkpointed jobs.
 *
 * This reads no user's file and signals no program of a job.  Each job gets a
 * mark that only operators can make, and its batch script URG, on which its
 * supervisor queries the job and finds the mark.  The supervisor requests the
 * job to save, and says so in the job's comment.  A job whose comment doesn't
 * change has no supervisor.  A comment that said so before the request is not
 * believed, as the job's owner can have written it, unless an operator's mark
 * stands beside it: then another vacate is under way.
 */
#include "cmd/scheckpoint/vacate.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "requeue/settings/comment.h"
#include "requeue/settings/duration.h"
#include "requeue/settings/text.h"

/* A supervisor replies at once; slurmctld and its node may be busy. */
#define REPLY_S 15
#define WAIT_S	600
/* Pauses between looks, each of which reads all jobs of the cluster: short ones
 * at first, while replies are awaited. */
#define LOOK_S	1
#define LATER_S 5

/* What a job's comment says of a vacate. */
enum {
	REPLY_NONE,
	REPLY_MARKED,	/* and an operator has marked the job */
	REPLY_UNMARKED, /* and no operator has */
};

enum fate {
	FATE_REQUESTED, /* no reply yet */
	FATE_SAVING,
	FATE_LEFT,
	FATE_SILENT,	/* it has no supervisor: it stays */
	FATE_REFUSED,	/* Slurm refused the request */
	FATE_SUSPENDED, /* it can't save */
	FATE_SLOW,	/* it replied, and is still there */
};

struct leaving {
	uint32_t job, run;
	int is_suspended;
	int says;	 /* REPLY_NONE and so on, as "rpc on" prints */
	bool was_saying; /* its comment was there before the request */
	char user[64];
	char name[64];
	enum fate fate;
};

struct leavings {
	struct leaving *jobs;
	size_t count;
};

static void name_user(char *to, size_t size, uint32_t uid)
{
	const struct passwd *entry = getpwuid(uid);

	if (entry)
		snprintf(to, size, "%s", entry->pw_name);
	else
		snprintf(to, size, "uid %" PRIu32, uid);
}

/* Read a line of "rpc on". */
static bool read_job(struct leaving *job, const char *line)
{
	uint32_t uid;

	memset(job, 0, sizeof(*job));
	if (sscanf(line, "%" SCNu32 " %" SCNu32 " %" SCNu32 " %d %d %63[^\n]",
		   &job->job, &job->run, &uid, &job->is_suspended, &job->says,
		   job->name) < 5)
		return false;
	name_user(job->user, sizeof(job->user), uid);
	return true;
}

static int by_number(const void *a, const void *b)
{
	const struct leaving *left = a, *right = b;

	return left->job < right->job ? -1 : left->job > right->job;
}

/* List the jobs that are there now, sorted by number; -1: err says why that
 * failed. */
static int list_jobs(const char *nodes, struct leavings *all,
		     char err[CLIENT_ERROR_MAX])
{
	const char *words[] = {"on", nodes, NULL};
	char *text, *rest, *line;
	int code = slurm_call(words, &text, err) ? -1 : 0;

	rest = text;
	while (!code && (line = strsep(&rest, "\n"))) {
		struct leaving job, *jobs;

		if (!read_job(&job, line))
			continue;
		jobs = reallocarray(all->jobs, all->count + 1, sizeof(*jobs));
		if (jobs) {
			all->jobs = jobs;
			jobs[all->count++] = job;
		} else {
			snprintf(err, CLIENT_ERROR_MAX, "out of memory");
			code = -1;
		}
	}
	if (all->count)
		qsort(all->jobs, all->count, sizeof(*all->jobs), by_number);
	free(text);
	return code;
}

static bool call_rpc(const char *verb, uint32_t job, char err[CLIENT_ERROR_MAX])
{
	char number[16];
	const char *words[] = {verb, number, NULL};

	snprintf(number, sizeof(number), "%" PRIu32, job);
	return !slurm_call(words, NULL, err);
}

static void report(const struct leaving *job, const char *what)
{
	char name[2 * sizeof(job->name)];

	printf("job %" PRIu32 " (%s, %s): %s\n", job->job, job->user,
	       text_quote(name, sizeof(name), job->name), what);
	fflush(stdout);
}

static void request_all(const struct call *call, struct leavings *all)
{
	char err[CLIENT_ERROR_MAX];

	for (size_t i = 0; i < all->count; i++) {
		struct leaving *job = &all->jobs[i];

		job->was_saying = job->says == REPLY_UNMARKED;
		if (job->is_suspended || call_rpc("vacate", job->job, err))
			continue;
		job->fate = FATE_REFUSED;
		say_error(call, "%s", err);
	}
}

static void report_left(struct leaving *job)
{
	char what[4400], part[2 * COMMENT_MAX];
	char quoted[2 * sizeof(part)] = "";
	struct slurm_reply reply;

	slurm_query(job->job, &reply);
	comment_said(part, sizeof(part), comment_part(reply.job.comment));
	if (part[0]) /* its owner can write anything there */
		text_quote(quoted, sizeof(quoted), part);
	if (reply.trouble[0])
		snprintf(what, sizeof(what), "has left; %s", reply.trouble);
	else if (!reply.is_known)
		snprintf(what, sizeof(what), "has ended");
	else
		snprintf(what, sizeof(what), "has left, is %s%s%s",
			 reply.job.state_name, part[0] ? "; " : "", quoted);
	slurm_forget(&reply);
	job->fate = FATE_LEFT;
	report(job, what);
}

/* See how the job fares, and report a change.  now: the job as it is there now;
 * NULL: it isn't there any more. */
static void look(struct leaving *job, const struct leaving *now,
		 int64_t waited_s, int64_t wait_s)
{
	if (!now || now->run != job->run) {
		report_left(job);
	} else if (now->is_suspended) {
		job->fate = FATE_SUSPENDED;
		report(job, "is suspended and can't save: it stays; resume it "
			    "and vacate again");
	} else if (job->fate == FATE_REQUESTED && now->says &&
		   !job->was_saying) {
		job->fate = FATE_SAVING;
		report(job, "is saving");
	} else if (job->fate == FATE_REQUESTED && waited_s >= REPLY_S) {
		job->fate = FATE_SILENT;
		report(job, job->was_saying
				    ? "doesn't answer: its comment says that "
				      "it saves, but said so before it was "
				      "asked; it stays, unless it is saving "
				      "already"
				    : "doesn't answer, so it has no "
				      "--checkpoint: it stays");
	} else if (job->fate == FATE_SAVING && waited_s >= wait_s) {
		job->fate = FATE_SLOW;
		report(job, "is still there");
	}
}

static bool is_open(const struct leaving *job)
{
	return job->fate == FATE_REQUESTED || job->fate == FATE_SAVING;
}

/* Look at a job, and remove the mark once there is nothing more to wait for.  A
 * mark means nothing to the next run; from a job that has ended Slurm refuses
 * to remove it. */
static void follow(struct leaving *job, const struct leavings *there,
		   int64_t waited_s, int64_t wait_s)
{
	const struct leaving *now = NULL;
	bool was_requested = !job->is_suspended;
	char err[CLIENT_ERROR_MAX];

	if (!is_open(job))
		return;
	if (there->count)
		now = bsearch(job, there->jobs, there->count, sizeof(*now),
			      by_number);
	look(job, now, waited_s, wait_s);
	if (!is_open(job) && was_requested)
		call_rpc("unvacate", job->job, err);
}

/* Look at all jobs by one query.  False: there is nothing more to wait for. */
static bool follow_all(struct leavings *all, const char *nodes,
		       int64_t waited_s, int64_t wait_s,
		       char err[CLIENT_ERROR_MAX])
{
	struct leavings there = {0};
	bool is_any_open = false;

	err[0] = '\0';
	if (list_jobs(nodes, &there, err)) {
		/* slurmctld may be back at the next look. */
		is_any_open = waited_s < wait_s + REPLY_S;
	} else {
		for (size_t i = 0; i < all->count; i++) {
			follow(&all->jobs[i], &there, waited_s, wait_s);
			is_any_open |= is_open(&all->jobs[i]);
		}
	}
	free(there.jobs);
	return is_any_open;
}

/* Wait until each job has left or isn't waited for any longer. */
static int watch(const struct call *call, struct leavings *all,
		 const char *nodes, int64_t wait_s)
{
	time_t start = time(NULL);
	int64_t waited_s = 0;
	char err[CLIENT_ERROR_MAX];

	if (!all->count)
		return SAYS_YES;
	do {
		sleep(waited_s < REPLY_S ? LOOK_S : LATER_S);
		waited_s = time(NULL) - start;
	} while (follow_all(all, nodes, waited_s, wait_s, err));
	if (err[0])
		return say_error(call, "%s", err);
	for (size_t i = 0; i < all->count; i++)
		if (all->jobs[i].fate != FATE_LEFT)
			return SAYS_NO;
	return SAYS_YES;
}

static int drain(const struct call *call, const char *nodes)
{
	const char *words[] = {"drain", nodes, "scheckpoint vacate", NULL};
	char err[CLIENT_ERROR_MAX];

	if (slurm_call(words, NULL, err))
		return say_error(call, "%s%s", err,
				 strstr(err, "permission") ||
						 strstr(err, "user id")
					 ? " (nodes are drained by operators "
					   "only)"
					 : "");
	return SAYS_YES;
}

static int vacate(const struct call *call, const char *nodes, int64_t wait_s)
{
	struct leavings all = {0};
	int code = drain(call, nodes);
	char err[CLIENT_ERROR_MAX];

	if (!code && list_jobs(nodes, &all, err))
		code = say_error(call, "%s", err);
	if (code)
		goto out;
	printf("%s drained, %zu job%s there\n", nodes, all.count,
	       all.count == 1 ? "" : "s");
	request_all(call, &all);
	code = watch(call, &all, nodes, wait_s);
out:
	free(all.jobs);
	return code;
}

/* Join the operands NODE... to one list. */
static char *join(const struct call *call)
{
	size_t size = 1;
	char *list;

	for (int i = 0; i < call->count; i++)
		size += strlen(call->operands[i]) + 1;
	list = calloc(1, size);
	for (int i = 0; list && i < call->count; i++) {
		strcat(list, i ? "," : "");
		strcat(list, call->operands[i]);
	}
	return list;
}

int command_vacate(struct call *call)
{
	const char *wait = call_option(call, "wait");
	int64_t wait_s = WAIT_S;
	char clause[128], *nodes;
	int code;

	if (wait && duration_parse(wait, &wait_s, clause, sizeof(clause)))
		return say_error(call, "--wait=%s: %s", wait, clause);
	nodes = join(call);
	if (!nodes)
		return say_error(call, "out of memory");
	code = vacate(call, nodes, wait_s);
	free(nodes);
	return code;
}
