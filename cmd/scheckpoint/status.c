/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.c: how jobs are getting on. */
#include "cmd/scheckpoint/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/jobs.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/row.h"
#include "cmd/scheckpoint/runs.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "cmd/scheckpoint/terminal.h"
#include "requeue/journal/history.h"
#include "requeue/policy/decision.h"
#include "requeue/settings/comment.h"
#include "requeue/settings/pattern.h"
#include "requeue/settings/settings.h"
#include "requeue/settings/text.h"

#define BAR_LEN	     20
/* Seconds between two looks of --watch. */
#define WATCH_S	     10
#define WATCH_MOST_S 86400

/* name: of the job */
static void print_state(const char *name, const struct slurm_reply *reply)
{
	char word[SLURM_TROUBLE_MAX];
	const char *state = reply->is_known	? reply->job.state_name
			    : reply->trouble[0] ? reply->trouble
						: "not known to Slurm";

	printf("%s", name[0] ? name : "no job");
	if (reply->job.name[0])
		printf(" %s", text_quote(word, sizeof(word), reply->job.name));
	printf(": %s%s", say_clean(word, sizeof(word), state),
	       reply->job.is_held ? ", HELD" : "");
	if (reply->job.reason[0])
		printf(" (%s)",
		       say_clean(word, sizeof(word), reply->job.reason));
	if (reply->job.nodes[0])
		printf(" on %s",
		       say_clean(word, sizeof(word), reply->job.nodes));
	putchar('\n');
}

/* Print when the next run starts, as Slurm sees it. */
static void print_next(const struct slurm_reply *reply, int64_t now_s)
{
	char clock[TEXT_CLOCK_MAX];

	printf("  next      ");
	if (reply->job.start_s > reply->job.begin_s &&
	    reply->job.start_s > now_s)
		printf("expected %s",
		       text_clock(clock, reply->job.start_s, now_s));
	else if (reply->job.begin_s > now_s)
		printf("not before %s",
		       text_clock(clock, reply->job.begin_s, now_s));
	else
		printf("when Slurm starts it");
	if (reply->job.limit_min)
		printf(", limit %" PRId64 " min", reply->job.limit_min);
	putchar('\n');
}

/* Write an option's value as it is given; returns its length, 0: it is unset.
 */
static int write_option(const struct option_row *row,
			const struct settings *set, char *text, size_t size)
{
	const char *second =
		set->interval_signal
			? option_signal_name((int)set->interval_signal)
			: NULL;
	bool is_auto = set->is_auto && row == settings_row("checkpoint");
	int len = snprintf(text, size, "%s", is_auto ? "auto:" : "");
	int more = option_format(row, set, text + len, size - (size_t)len);

	if (more <= 0)
		return 0;
	len += more;
	if (second && row == settings_row("checkpoint-signal"))
		len += snprintf(text + len, size - (size_t)len, ",%s", second);
	return len;
}

/* Print the options that aren't at their defaults. */
static void print_options(const char *text)
{
	char err[SETTINGS_ERROR_LEN], value[OPTION_PATH_LEN];
	char other[OPTION_PATH_LEN], clean[OPTION_PATH_LEN];
	struct settings set, standard;

	settings_init(&standard);
	if (!text || settings_decode(&set, text, err, sizeof(err)) < 0)
		return;
	snprintf(standard.dir, sizeof(standard.dir), "%s",
		 strcmp(set.dir, PATTERN_DEFAULT_ARRAY)
			 ? PATTERN_DEFAULT
			 : PATTERN_DEFAULT_ARRAY);
	printf("  options  ");
	for (size_t i = 0; i < settings_options_count; i++) {
		const struct option_row *row = &settings_options[i];

		if (write_option(row, &set, value, sizeof(value)) <= 0)
			continue;
		if (write_option(row, &standard, other, sizeof(other)) > 0 &&
		    !strcmp(value, other))
			continue;
		printf(" --%s=%s", row->name,
		       say_clean(clean, sizeof(clean), value));
	}
	putchar('\n');
}

/* Print what was asked for, as the newest run has it. */
static void print_settings(const struct history *history)
{
	const struct run_record *run;
	char span[TEXT_SPAN_MAX];

	if (!history->count)
		return;
	run = &history->runs[history->count - 1];
	if (!run->grace_s)
		return;
	printf("  settings  grace %s", text_span(span, run->grace_s));
	if (run->total_s)
		printf(", total %s", text_span(span, run->total_s));
	if (history->submitted_min)
		printf(", submitted with a limit of %" PRId64 " min",
		       history->submitted_min);
	putchar('\n');
	print_options(history->settings);
}

static void print_now(const struct slurm_reply *reply,
		      const struct run_record *runs, size_t count,
		      int64_t now_s)
{
	const struct run_record *run = count ? &runs[count - 1] : NULL;
	char left_out[RUNS_LEFT_OUT_MAX];
	char clock[TEXT_CLOCK_MAX], span[TEXT_SPAN_MAX];
	bool is_running = reply->is_known ? slurm_is_running(reply)
					  : run && !history_end_s(run);
	int64_t end_s = reply->job.end_s;

	if (!end_s && run)
		end_s = run->deadline_s;
	printf("  runs      %zu%s", count,
	       runs_left_out(left_out, runs, count));
	if (run && is_running && run->started_s) {
		printf(", the present one since %s",
		       text_clock(clock, run->started_s, now_s));
		if (end_s > now_s)
			printf(", ends %s (in %s)",
			       text_clock(clock, end_s, now_s),
			       text_span(span, end_s - now_s));
	}
	putchar('\n');
	if (reply->job.state == STATE_PENDING && !reply->job.is_held)
		print_next(reply, now_s);
}

/* Print why the job is held.  A run whose store can't be written to leaves the
 * reason in the job's comment alone. */
static void print_held(const struct slurm_reply *reply,
		       const struct run_record *last)
{
	char said[2 * COMMENT_MAX], clean[sizeof(said)];

	/* One that was released since isn't held any more. */
	if (reply->is_known && !reply->job.is_held)
		return;
	if (last && last->plan.action == ACT_REQUEUE_HOLD) {
		printf("  held      %s\n", last->plan.reason);
		return;
	}
	if (!reply->job.is_held || !reply->job.comment)
		return;
	comment_said(said, sizeof(said), comment_part(reply->job.comment));
	if (said[0])
		printf("  held      %s\n",
		       say_clean(clean, sizeof(clean), said));
}

/* Print how the last run that is over ended; returns it, NULL: there is
 * none. */
static const struct run_record *print_last_end(const struct run_record *runs,
					       size_t count)
{
	char end[RUN_END_MAX];

	for (size_t i = count; i-- > 0;) {
		const struct run_record *run = &runs[i];

		if (!history_end_s(run))
			continue;
		printf("  last end  run %u: %s", run->run, run_end(end, run));
		if (run->shown.cause != CAUSE_NONE)
			printf(" (cause: %s)", cause_name(run->shown.cause));
		putchar('\n');
		return run;
	}
	return NULL;
}

/* Programs that keep files of their own make no version. */
static void print_files(const struct history *history, int64_t now_s)
{
	char clock[TEXT_CLOCK_MAX];

	for (size_t i = history->count; i-- > 0;) {
		const struct run_record *run = &history->runs[i];

		if (run->evidence != EVIDENCE_FILES)
			continue;
		printf("files of the programs' own, by run %u, %s\n", run->run,
		       text_clock(clock, history_end_s(run), now_s));
		return;
	}
	printf("no version yet\n");
}

static void print_version(const struct ckpt_version *version,
			  const struct history *history, int64_t now_s)
{
	char clock[TEXT_CLOCK_MAX], size[SAY_BYTES_MAX];

	printf("  newest    ");
	if (!version) {
		print_files(history, now_s);
		return;
	}
	printf("version %" PRIu32 " of run %" PRIu32 ", %s, %s\n",
	       version->number, version->run,
	       text_clock(clock, version->time_s, now_s),
	       say_bytes(size, version->bytes));
}

/* The reason, without the version's number before it. */
static const char *reason_of(const struct ckpt_version *version)
{
	char prefix[32];
	size_t len = (size_t)snprintf(prefix, sizeof(prefix),
				      "version %" PRIu32 ": ", version->number);

	return version->reason +
	       (strncmp(version->reason, prefix, len) ? 0 : len);
}

/* Print which newer version isn't used.  The store tells what is set aside; the
 * journal, what a run found to be damaged. */
static void print_passed(const struct ckpt_version *list, size_t count,
			 const struct run_record *run)
{
	if (count && list[0].is_aside)
		printf("  not used  version %" PRIu32 ": %s\n", list[0].number,
		       reason_of(&list[0]));
	else if (run && run->shown.passed)
		printf("  not used  version %" PRIu32 " by run %u: %s\n",
		       run->shown.passed, run->run, run->shown.passed_why);
}

static void print_progress(const struct slurm_reply *reply,
			   const struct run_record *runs, size_t count)
{
	char bar[BAR_LEN + 1], text[TEXT_PROGRESS_MAX], span[TEXT_SPAN_MAX];
	double progress = -1;
	int64_t remaining_s = -1;
	int filled;

	/* The newest progress that is known, and the estimate of that run. */
	for (size_t i = count; i-- > 0 && progress < 0;) {
		progress = runs[i].shown.progress;
		remaining_s = runs[i].plan.remaining_s;
	}
	if (!(progress >= 0 && progress <= 1))
		return;
	filled = (int)(progress * BAR_LEN);
	memset(bar, '.', BAR_LEN);
	memset(bar, '#', (size_t)filled);
	bar[BAR_LEN] = '\0';
	printf("  progress  [%s] %s", bar, text_progress(text, progress));
	/* A job that is over computes no more. */
	if (remaining_s > 0 && (!reply->is_known || job_is_alive(&reply->job)))
		printf(", about %s of computing left",
		       text_span(span, remaining_s));
	putchar('\n');
}

static const struct ckpt_version *newest_good(const struct ckpt_version *list,
					      size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!list[i].is_aside)
			return &list[i];
	return NULL;
}

static int show_known(const struct call *call, struct ckpt_store *store,
		      const struct slurm_reply *reply)
{
	struct ckpt_version *list = NULL;
	struct history history;
	size_t versions = 0;
	struct ckpt_error err = {0};
	enum ckpt_status status;
	char clean[4096], name[JOB_NAME_MAX];
	int64_t now_s = time(NULL);

	status = history_load_shown(&history, store, &err);
	if (!status)
		status = ckpt_list(store, &list, &versions, &err);
	if (status) {
		history_free(&history);
		return say_status(call, status, &err);
	}
	print_state(job_name(name, store), reply);
	printf("  store     %s\n",
	       say_clean(clean, sizeof(clean), ckpt_dir(store)));
	print_settings(&history);
	print_now(reply, history.runs, history.count, now_s);
	print_version(newest_good(list, versions), &history, now_s);
	print_passed(list, versions,
		     history.count ? &history.runs[history.count - 1] : NULL);
	print_progress(reply, history.runs, history.count);
	print_held(reply, print_last_end(history.runs, history.count));
	free(list);
	history_free(&history);
	return SAYS_YES;
}

static int show(const struct call *call, struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	struct slurm_reply reply = {0};
	int code;

	if (id->job)
		slurm_query(id->job, &reply);
	code = show_known(call, store, &reply);
	slurm_forget(&reply);
	return code;
}

/* The store as JSON, one object a line. */
static int show_json(const struct call *call, struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	struct slurm_reply reply = {0};
	bool is_good;

	if (id->job)
		slurm_query(id->job, &reply);
	reply.job.job_id = id->job;
	if (!reply.is_known) {
		reply.job.user_id = (uint32_t)getuid();
		reply.job.array_job_id = id->array_job;
		reply.job.array_task_id = id->array_task;
	}
	is_good = jobs_print_json(&reply.job, ckpt_dir(store), time(NULL), "");
	putchar('\n');
	slurm_forget(&reply);
	return is_good ? SAYS_YES : say_error(call, "memory ran out");
}

/* The stores that the operands stand for; without any, NULL's. */
static int show_stores(const struct call *call)
{
	bool is_json = call_option(call, "json");
	int code = SAYS_YES, i = 0;

	do {
		int one;

		if (i && !is_json)
			putchar('\n');
		one = each_store(call, call->count ? call->operands[i] : NULL,
				 CKPT_READ, is_json ? show_json : show);
		if (one > code)
			code = one;
	} while (++i < call->count);
	return code;
}

struct listing {
	const struct call *call;
	bool has_one;
};

/* "job 1200_3", "job 1200_[3-99%2]" */
static const char *name_job(char text[ROW_ID_MAX + 4], const struct job *job)
{
	struct row row = {
		.job = job->job_id,
		.array_job = job->array_job_id,
		.array_task = job->array_task_id,
		.tasks_count = 1,
	};

	snprintf(row.tasks, sizeof(row.tasks), "%s", job->array_tasks);
	memcpy(text, "job ", 4);
	row_id(text + 4, &row);
	return text;
}

/* Print all that is known of a job in the queue. */
static bool show_job(const struct job *job, void *arg)
{
	struct listing *listing = arg;
	const struct slurm_reply reply = {.is_known = true, .job = *job};
	struct ckpt_store *store = NULL;
	char dir[4096], clean[4096], name[ROW_ID_MAX + 4];

	if (listing->has_one)
		putchar('\n');
	listing->has_one = true;
	if (!job_store(dir, sizeof(dir), job))
		dir[0] = '\0';
	/* Another user's files are none of ours, even for root. */
	if (dir[0] && job->user_id == (uint32_t)getuid())
		ckpt_open(&store, dir, CKPT_READ, CKPT_RUN_PRESENT, NULL);
	if (store && job_has_store(job, store)) {
		show_known(listing->call, store, &reply);
	} else {
		print_state(name_job(name, job), &reply);
		if (dir[0])
			printf("  store     %s\n",
			       say_clean(clean, sizeof(clean), dir));
		if (job->state == STATE_PENDING && !job->is_held)
			print_next(&reply, time(NULL));
		print_held(&reply, NULL);
	}
	ckpt_close(store);
	return true;
}

static int show_jobs(const struct call *call)
{
	struct listing listing = {.call = call};
	int code;

	if (!call_option(call, "long") || call_option(call, "json"))
		return jobs_print(call);
	code = jobs_each(call, show_job, &listing);
	if (code == SAYS_YES && !listing.has_one)
		printf(JOBS_NONE);
	return code;
}

static int show_once(const struct call *call)
{
	const char *own = getenv("SLURM_CHECKPOINT_DIR");
	bool is_in_job = own && own[0] && !call_option(call, "all") &&
			 !call_option(call, "user");

	return call->count || is_in_job ? show_stores(call) : show_jobs(call);
}

/* Show it until a signal ends us, or until it fails.  A pause takes as long as
 * the look before it, at least: half of the time is left to the storage. */
static int watch(const struct call *call, uint32_t seconds)
{
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	for (;;) {
		int64_t begun_s = time(NULL), took_s;
		char clock[TEXT_CLOCK_MAX];
		int code;

		terminal_clear();
		if (!call_option(call, "json"))
			printf("%s, every %" PRIu32 " s\n\n",
			       text_clock(clock, begun_s, begun_s), seconds);
		code = show_once(call);
		if (code == SAYS_ERROR || fflush(stdout))
			return code;
		took_s = time(NULL) - begun_s;
		sleep(took_s > seconds ? (unsigned)took_s : seconds);
	}
}

int command_status(struct call *call)
{
	const char *every = call_option(call, "watch");
	uint32_t seconds = WATCH_S;

	if (call->count &&
	    (call_option(call, "all") || call_option(call, "user")))
		return say_error(call, "give jobs, or --all or --user, but not "
				       "both");
	if (!every)
		return show_once(call);
	if (every[0] &&
	    (!parse_number(every, WATCH_MOST_S, &seconds) || !seconds))
		return say_error(call,
				 "--watch=%s: give the seconds between two "
				 "looks, from 1 to %d",
				 every, WATCH_MOST_S);
	return watch(call, seconds);
}
