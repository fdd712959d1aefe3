/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rehearse.c: submit a job, request it twice, and see what it does.
 *
 * What is seen is what the job's journal says.  Nothing but the job that was
 * submitted here is ever requested or cancelled.
 */
#include "cmd/scheckpoint/rehearse.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/program.h"
#include "cmd/scheckpoint/request.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "requeue/journal/history.h"
#include "requeue/journal/records.h"
#include "requeue/policy/choose.h"
#include "requeue/policy/rehearsal.h"
#include "requeue/settings/comment.h"

#define WORDS_MAX 256
#define LOOK_MS	  500
/* slurmctld is queried less often than the journal is read. */
#define QUERY_S	  3
/* A run may take this long beyond its grace to be settled, and to leave. */
#define SLACK_S	  60
/* A program that is first seen so long after a request was started after it. */
#define LATE_S	  2
/* A script that looks for requests now and then may see one so much later. */
#define UNMADE_S  30

struct rehearsing {
	const struct call *call;
	const struct rehearse_order *order;
	struct rehearsal seen;
	uint32_t job;
	char store[PATH_MAX], output[PATH_MAX];
	time_t queried_s;
	bool is_gone; /* Slurm says that the job is over, or held */
};

static volatile sig_atomic_t is_ended;

static void note_end(int signum)
{
	(void)signum;
	is_ended = 1;
}

static void say(const struct rehearsing *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(const struct rehearsing *r, const char *format, ...)
{
	va_list args;

	if (r->order->is_silent)
		return;
	fprintf(stderr, "job %" PRIu32 ": ", r->job);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void set_trouble(struct rehearsing *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void set_trouble(struct rehearsing *r, const char *format, ...)
{
	va_list args;

	if (r->seen.trouble[0])
		return;
	va_start(args, format);
	vsnprintf(r->seen.trouble, sizeof(r->seen.trouble), format, args);
	va_end(args);
}

/* -------------------------------------------------------------- the journal */

struct look {
	struct rehearsed_run *run;
	int64_t request_s; /* of the first that was recorded */
	int64_t first_s;   /* when the first program was recorded for it */
};

static void add_text(char *text, size_t size, const char *more)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used ? ", " : "", more);
}

static void note_program(struct look *look, const struct record *record)
{
	struct rehearsed_run *run = look->run;
	const char *why = record->program.why ? record->program.why : "";
	char name[64], line[256];

	say_clean(name, sizeof(name),
		  record->program.name ? record->program.name : "a program");
	if (!look->first_s)
		look->first_s = record->time_s;
	if (record->time_s > look->first_s + LATE_S)
		add_text(run->late, sizeof(run->late), name);
	else if (record->kind == RECORD_PASSED) {
		snprintf(line, sizeof(line), "%s %.150s", name, why);
		add_text(run->passed, sizeof(run->passed), line);
	}
	if (!strcmp(why, CHOICE_UNCAUGHT_USR1))
		strcpy(run->other_signal, "USR1");
	else if (!strcmp(why, CHOICE_UNCAUGHT_USR2))
		strcpy(run->other_signal, "USR2");
}

static bool note_record(const struct ckpt_record *rec, void *arg)
{
	struct look *look = arg;
	struct record record;

	if (!record_decode(&record, rec))
		return true;
	switch (record.kind) {
	case RECORD_REQUEST:
		look->run->is_requested = true;
		look->run->is_made |= record.request.is_made;
		break;
	case RECORD_SIGNAL:
	case RECORD_PASSED:
		note_program(look, &record);
		break;
	case RECORD_HOOK:
		look->run->has_hook = true;
		break;
	default:
		break;
	}
	return true;
}

/* Read all that the journal has of the two runs. */
static void read_journal(struct rehearsing *r)
{
	struct ckpt_store *store = NULL;
	struct history history;

	if (ckpt_open(&store, r->store, CKPT_READ, CKPT_RUN_PRESENT, NULL))
		return;
	if (history_load_shown(&history, store, NULL) == CKPT_OK) {
		for (size_t i = 0; i < history.count && i < REHEARSAL_RUNS;
		     i++) {
			struct rehearsed_run *run = &r->seen.runs[i];
			struct look look = {.run = run};

			memset(run, 0, sizeof(*run));
			run->record = history.runs[i];
			run->is_there = history.runs[i].is_begun;
			run->is_over = history.runs[i].is_settled;
			ckpt_journal_read(store, history.runs[i].run,
					  note_record, &look, NULL);
		}
		history_free(&history);
	}
	ckpt_close(store);
}

/* ------------------------------------------------------------------ waiting */

/* Has Slurm ended the job, or does it keep it from starting? */
static void query(struct rehearsing *r)
{
	struct slurm_reply reply;
	char said[2 * COMMENT_MAX];

	if (time(NULL) < r->queried_s + QUERY_S)
		return;
	r->queried_s = time(NULL);
	slurm_query(r->job, &reply);
	if (reply.is_known && reply.job.is_held) {
		comment_said(said, sizeof(said),
			     comment_part(reply.job.comment));
		set_trouble(r, "the job is held%s%s", said[0] ? ": " : "",
			    said);
		r->is_gone = true;
	} else if (!reply.trouble[0] &&
		   (!reply.is_known || !job_is_alive(&reply.job))) {
		r->is_gone = true;
	}
	slurm_forget(&reply);
}

enum wish {
	WISH_BEGUN,
	WISH_REPLY, /* the request is known to be made, or not */
	WISH_MADE,
	WISH_OVER,
};

static bool is_granted(const struct rehearsed_run *run, enum wish wish)
{
	switch (wish) {
	case WISH_BEGUN:
		return run->is_there;
	case WISH_REPLY:
		return run->is_requested || run->is_over;
	case WISH_MADE:
		return run->is_made || run->is_over;
	case WISH_OVER:
		return run->is_over;
	}
	return false;
}

/* Wait until the journal says so, Slurm has ended the job, or the time is up.
 */
static bool wait_for(struct rehearsing *r, size_t n, enum wish wish,
		     int64_t bound_s)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	time_t end = time(NULL) + bound_s;

	for (;;) {
		read_journal(r);
		if (is_granted(&r->seen.runs[n], wish))
			return true;
		if (is_ended || r->is_gone || time(NULL) > end)
			return false;
		query(r);
		nanosleep(&pause, NULL);
	}
}

/* ---------------------------------------------------------------- the steps */

static bool submit(struct rehearsing *r)
{
	const char *words[WORDS_MAX] = {"sbatch", "--parsable"};
	char store[PATH_MAX + 64], output[PATH_MAX + 64];
	char errors[PATH_MAX + 64];
	struct program_output said;
	size_t n = 2;
	int code;

	snprintf(store, sizeof(store),
		 "--checkpoint-dir=%s/.scheckpoint-try-%%j", r->order->dir);
	snprintf(output, sizeof(output), "--output=%s/scheckpoint-try-%%j.out",
		 r->order->dir);
	snprintf(errors, sizeof(errors), "--error=%s/scheckpoint-try-%%j.out",
		 r->order->dir);
	for (char *const *word = r->order->options; *word && n < WORDS_MAX / 2;
	     word++)
		words[n++] = *word;
	words[n++] = store;
	words[n++] = output;
	words[n++] = errors;
	words[n++] = "--mail-type=NONE";
	for (char *const *word = r->order->script; *word && n < WORDS_MAX - 1;
	     word++)
		words[n++] = *word;
	code = program_run(words, &said);
	if (said.err && said.err[0] && !r->order->is_silent)
		fputs(said.err, stderr);
	if (code == 0 && said.out) {
		said.out[strcspn(said.out, ";\n")] = '\0';
		if (!parse_number(said.out, UINT32_MAX - 1, &r->job))
			code = 1;
	}
	if (code)
		say_error(r->call, "sbatch has not taken the job%s%s",
			  r->order->is_silent && said.err ? ": " : "",
			  r->order->is_silent && said.err
				  ? program_first_line(said.err)
				  : "");
	program_forget(&said);
	snprintf(r->store, sizeof(r->store), "%s/.scheckpoint-try-%" PRIu32,
		 r->order->dir, r->job);
	snprintf(r->output, sizeof(r->output),
		 "%s/scheckpoint-try-%" PRIu32 ".out", r->order->dir, r->job);
	return code == 0;
}

static void compute(struct rehearsing *r, size_t n)
{
	const struct run_record *run = &r->seen.runs[n].record;
	time_t end = time(NULL) + r->order->after_s;
	bool is_over;

	say(r, "run %zu has begun on %s, is requested in %" PRId64 " s", n,
	    run->node, r->order->after_s);
	is_over = wait_for(r, n, WISH_OVER, r->order->after_s);
	if (is_over && run->plan.action == ACT_REQUEUE_HOLD)
		set_trouble(r, "the job is held: %s", run->plan.reason);
	else if (is_over || (r->is_gone && !is_ended))
		set_trouble(r,
			    "run %zu ended by itself before it was requested: "
			    "give it more work, or try --after=%" PRId64 "s",
			    n,
			    (int64_t)(r->order->after_s - (end - time(NULL))) /
				    2);
}

static bool request(struct rehearsing *r, size_t n)
{
	struct ckpt_store *store = NULL;
	struct ckpt_error err = {0};

	if (ckpt_attach(&store, r->store, NULL, &err)) {
		set_trouble(r, "its store can't be written: %s", err.text);
		return false;
	}
	if (request_run(r->call, store, (unsigned)n))
		set_trouble(r, "run %zu could not be requested", n);
	ckpt_close(store);
	return !r->seen.trouble[0];
}

/* Wait for what follows a request.  False: the job goes on, or has ended. */
static bool see_save(struct rehearsing *r, size_t n)
{
	const struct rehearsed_run *run = &r->seen.runs[n];
	int64_t grace_s = run->record.grace_s;

	say(r, "run %zu is requested to save, and has %" PRId64 " s for it", n,
	    grace_s);
	if (!wait_for(r, n, WISH_REPLY, SLACK_S)) {
		set_trouble(r, "run %zu said nothing to the request", n);
		return false;
	}
	if (!r->order->takes_files && !wait_for(r, n, WISH_MADE, UNMADE_S))
		return false;
	if (!wait_for(r, n, WISH_OVER, grace_s + SLACK_S)) {
		set_trouble(r, "run %zu has not ended after its request", n);
		return false;
	}
	say(r, "run %zu has ended", n);
	return true;
}

static bool run_once(struct rehearsing *r, size_t n)
{
	if (!wait_for(r, n, WISH_BEGUN, r->order->wait_s)) {
		if (!n || !r->is_gone)
			set_trouble(r,
				    "run %zu has not begun within %" PRId64
				    " s: submit to a queue that is free, or "
				    "give --wait",
				    n, r->order->wait_s);
		return false;
	}
	compute(r, n);
	if (r->seen.trouble[0] || is_ended || !request(r, n))
		return false;
	return see_save(r, n);
}

/* ------------------------------------------------------------------ the end */

static void cancel(struct rehearsing *r)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	char number[16];
	const char *words[] = {"scancel", number, NULL};
	struct program_output said;

	snprintf(number, sizeof(number), "%" PRIu32, r->job);
	program_run(words, &said);
	program_forget(&said);
	r->is_gone = false;
	for (int64_t i = 0; i < SLACK_S * 1000 / LOOK_MS && !r->is_gone; i++) {
		query(r);
		nanosleep(&pause, NULL);
	}
	say(r, "cancelled: the rehearsal is over");
}

static void tidy(const struct rehearsing *r, bool is_well)
{
	if (!is_well) {
		fprintf(stderr, "kept: the job's output %s, and its store %s\n",
			r->output, r->store);
		return;
	}
	ckpt_fs_remove(AT_FDCWD, r->store);
	unlink(r->output);
}

int rehearse(const struct call *call, const struct rehearse_order *order,
	     struct checks *checks)
{
	struct sigaction end = {.sa_handler = note_end}, before[3];
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct rehearsing r = {.call = call, .order = order};
	struct checks own = {0};
	int code = SAYS_ERROR;

	r.seen.takes_files = order->takes_files;
	for (size_t i = 0; i < 3; i++)
		sigaction(signals[i], &end, &before[i]);
	if (submit(&r)) {
		say(&r, "submitted");
		if (run_once(&r, 0))
			run_once(&r, 1);
		read_journal(&r);
		cancel(&r);
		code = SAYS_YES;
		if (is_ended)
			set_trouble(&r, "interrupted");
		rehearsal_check(&r.seen, &own);
		tidy(&r, checks_worst(&own) == GRADE_OK);
		checks_append(checks, &own);
	}
	for (size_t i = 0; i < 3; i++)
		sigaction(signals[i], &before[i], NULL);
	return code;
}
