/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scheckpoint_vacate.c: for operators: empty nodes of checkpointed jobs.
 *
 * No user's file is looked at, and none of a job's programs is signalled by
 * us: each job gets a mark that only operators can make, and URG, which
 * nothing but a supervisor heeds.  That asks the job to save, and says so in
 * the job's comment; a job that says nothing has none.
 */
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/scheckpoint.h"
#include "requeue/comment.h"
#include "requeue/duration.h"

#define JOBS_TEXT_MAX (1 << 20)
/* A supervisor answers at once; slurmctld and its node may be busy. */
#define ANSWER_S      15
#define WAIT_S	      600
#define LOOK_S	      1

enum fate {
	FATE_ASKED,    /* nothing heard yet */
	FATE_ANSWERED, /* it is saving */
	FATE_LEFT,
	FATE_SILENT,  /* it has no supervisor: it stays */
	FATE_REFUSED, /* Slurm didn't let us ask */
	FATE_SLOW,    /* it answered, and is there still */
};

struct leaving {
	uint32_t job, run;
	char who[64];
	char name[64];
	enum fate fate;
};

struct leavings {
	struct leaving *jobs;
	size_t count;
};

static void name_user(char *to, size_t size, uint32_t uid)
{
	const struct passwd *user = getpwuid(uid);

	if (user)
		snprintf(to, size, "%s", user->pw_name);
	else
		snprintf(to, size, "uid %" PRIu32, uid);
}

/* A line of "rpc on". */
static bool read_job(struct leaving *job, const char *line)
{
	uint32_t uid;

	memset(job, 0, sizeof(*job));
	if (sscanf(line, "%" SCNu32 " %" SCNu32 " %" SCNu32 " %63[^\n]",
		   &job->job, &job->run, &uid, job->name) < 3)
		return false;
	name_user(job->who, sizeof(job->who), uid);
	return true;
}

static int list_jobs(const struct call *call, const char *nodes,
		     struct leavings *all)
{
	const char *words[] = {"on", nodes, NULL};
	char *text = malloc(JOBS_TEXT_MAX), err[512], *rest = text, *line;
	int code = SAYS_ERROR;

	if (!text)
		return say_error(call, "out of memory");
	if (run_rpc(words, text, JOBS_TEXT_MAX, err, sizeof(err))) {
		say_error(call, "%s", err);
		goto out;
	}
	while ((line = strsep(&rest, "\n"))) {
		struct leaving job, *jobs;

		if (!read_job(&job, line))
			continue;
		jobs = reallocarray(all->jobs, all->count + 1, sizeof(*jobs));
		if (!jobs) {
			say_error(call, "out of memory");
			goto out;
		}
		all->jobs = jobs;
		jobs[all->count++] = job;
	}
	code = SAYS_YES;
out:
	free(text);
	return code;
}

static bool tell_rpc(const char *verb, uint32_t job, char *err, size_t err_len)
{
	char number[16], out[64];
	const char *words[] = {verb, number, NULL};

	snprintf(number, sizeof(number), "%" PRIu32, job);
	return !run_rpc(words, out, sizeof(out), err, err_len);
}

static void report(const struct leaving *job, const char *what)
{
	printf("job %" PRIu32 " (%s, %s): %s\n", job->job, job->who, job->name,
	       what);
	fflush(stdout);
}

static void ask_all(const struct call *call, struct leavings *all)
{
	char err[512];

	for (size_t i = 0; i < all->count; i++) {
		struct leaving *job = &all->jobs[i];

		if (tell_rpc("vacate", job->job, err, sizeof(err)))
			continue;
		job->fate = FATE_REFUSED;
		say_error(call, "%s", err);
	}
}

/* Our part of its comment: what the job, or its end, says. */
static const char *said(const struct slurm_view *view)
{
	const char *mark = strstr(view->comment, COMMENT_MARK);

	return mark ? mark + strlen(COMMENT_MARK) : "";
}

static void tell_left(struct leaving *job, const struct slurm_view *view)
{
	char what[2400], part[sizeof(view->comment)];

	snprintf(part, sizeof(part), "%s", said(view));
	part[strcspn(part, "]")] = '\0';
	if (!view->is_known)
		snprintf(what, sizeof(what), "has ended");
	else
		snprintf(what, sizeof(what), "has left, is %s%s%s", view->state,
			 part[0] ? "; " : "", part);
	job->fate = FATE_LEFT;
	report(job, what);
}

static void look(struct leaving *job, int64_t waited_s, int64_t wait_s)
{
	struct slurm_view view;

	ask_slurm(job->job, &view);
	if (!view.is_known || view.restart_count != job->run ||
	    strncmp(view.state, "RUNNING", strlen("RUNNING"))) {
		tell_left(job, &view);
	} else if (job->fate == FATE_ASKED && view.is_vacating &&
		   strstr(said(&view), COMMENT_VACATE)) {
		job->fate = FATE_ANSWERED;
		report(job, "is saving");
	} else if (job->fate == FATE_ASKED && waited_s >= ANSWER_S) {
		job->fate = FATE_SILENT;
		report(job, "doesn't answer, so it has no --checkpoint: it "
			    "stays");
	} else if (job->fate == FATE_ANSWERED && waited_s >= wait_s) {
		job->fate = FATE_SLOW;
		report(job, "is still there");
	}
}

static bool is_open(const struct leaving *job)
{
	return job->fate == FATE_ASKED || job->fate == FATE_ANSWERED;
}

/* The mark means nothing to the next run, and none is left on a job that has
 * ended: Slurm would refuse to take it away. */
static void follow(struct leaving *job, int64_t waited_s, int64_t wait_s)
{
	char err[512];

	if (!is_open(job))
		return;
	look(job, waited_s, wait_s);
	if (!is_open(job))
		tell_rpc("unvacate", job->job, err, sizeof(err));
}

/* Until each has left, or need not be waited for any longer. */
static int watch(struct leavings *all, int64_t wait_s)
{
	time_t start = time(NULL);
	bool is_any_open = true;
	int code = SAYS_YES;

	while (is_any_open) {
		is_any_open = false;
		sleep(LOOK_S);
		for (size_t i = 0; i < all->count; i++) {
			follow(&all->jobs[i], time(NULL) - start, wait_s);
			is_any_open |= is_open(&all->jobs[i]);
		}
	}
	for (size_t i = 0; i < all->count; i++)
		if (all->jobs[i].fate != FATE_LEFT)
			code = SAYS_NO;
	return code;
}

static int drain(const struct call *call, const char *nodes)
{
	const char *words[] = {"drain", nodes, "scheckpoint vacate", NULL};
	char out[64], err[512];

	if (run_rpc(words, out, sizeof(out), err, sizeof(err)))
		return say_error(
			call, "%s (nodes are drained by operators only)", err);
	return SAYS_YES;
}

static int vacate(const struct call *call, const char *nodes, int64_t wait_s)
{
	struct leavings all = {0};
	int code = drain(call, nodes);

	if (!code)
		code = list_jobs(call, nodes, &all);
	if (code)
		goto out;
	printf("%s drained, %zu job%s there\n", nodes, all.count,
	       all.count == 1 ? "" : "s");
	ask_all(call, &all);
	code = watch(&all, wait_s);
out:
	free(all.jobs);
	return code;
}

/* NODE... as one list. */
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
