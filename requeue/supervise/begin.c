/* SPDX-License-Identifier: GPL-2.0-or-later */
/* begin.c: what a run begins with, and what it leaves behind. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "requeue/journal/amend.h"
#include "requeue/supervise/begin.h"
#include "requeue/supervise/method_begin.h"
#include "requeue/settings/comment.h"
#include "requeue/journal/history.h"
#include "requeue/journal/open_job.h"
#include "requeue/process/oom.h"
#include "requeue/settings/option.h"
#include "requeue/slurm/client.h"
#include "requeue/supervise/report.h"
#include "requeue/settle/settle.h"
#include "requeue/settings/text.h"

/* The begin time of a requeued job is set so long after it was planned, at
 * most. */
#define BEGIN_SLACK_S 10

static int exit_status(int code)
{
	return code << 8;
}

/* ------------------------------------------- words to the script's process */

static void send_word(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static void send_word(const char *format, ...)
{
	char entry[8192];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(entry, sizeof(entry), format, args);
	va_end(args);
	if (len >= 0 && (size_t)len < sizeof(entry) &&
	    write(BRIEF_REPLY_FD, entry, (size_t)len + 1) < 0)
		return; /* that process is gone: it will be reaped */
}

/* A variable of the job: sent, and kept for the hook. */
static void set_env(struct begin *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void set_env(struct begin *b, const char *format, ...)
{
	size_t n = 0;
	va_list args;

	while (b->run_env[n])
		n++;
	va_start(args, format);
	if (n < BEGIN_ENV_MAX && vasprintf(&b->run_env[n], format, args) < 0)
		b->run_env[n] = NULL;
	va_end(args);
	if (b->run_env[n])
		send_word("%s", b->run_env[n]);
}

/* Nothing is to be run: have the script's process end, and reap it. */
static void refuse_start(const struct brief *brief)
{
	send_word(BRIEF_STOP);
	close(BRIEF_REPLY_FD);
	waitpid(brief->script_pid, NULL, 0);
}

/* --------------------------------------------------------- preparation */

/* Returns 0, a code of settle.h to end with, or -1 for EXIT_FAILURE; the reason
 * has been said. */
static int read_settings(struct begin *b)
{
	char err[SETTINGS_ERROR_LEN] = "";

	switch (open_job(b->brief, &b->set, &b->site, b->dir, err,
			 sizeof(err))) {
	case OPEN_JOB_REFUSED:
		report_line("%s: the job can't run like this; submit it again",
			    err);
		return -1;
	case OPEN_JOB_NO_DIR:
		report_line("--checkpoint-dir=%s: %s", b->set.dir, err);
		return SETTLE_STORE_CODE;
	default:
		return 0;
	}
}

static bool is_missing(const char *dir)
{
	struct stat st;

	return stat(dir, &st) && (errno == ENOENT || errno == ENOTDIR);
}

/*
 * There is no store, though runs came before this one: it was renamed, its file
 * system is not mounted here, or no run got as far as making it.  A new store
 * would waste what is saved.  It is made only where the job's comment shows
 * that the owner was told to mend an unusable store: then the owner has removed
 * it.
 */
static bool may_make_store(const struct begin *b)
{
	struct job job = {0};
	char err[CLIENT_ERROR_MAX];
	bool is_mended;

	client_load(b->site.helpers, b->job_id, CLIENT_TIMEOUT_MS, &job, err);
	is_mended = comment_says(comment_part(job.comment), b->run - 1,
				 DECISION_UNUSABLE);
	if (!is_mended && job.work_dir[0] && is_missing(job.work_dir))
		report_line("the job's work directory %s isn't there on %s",
			    job.work_dir, b->brief->node);
	job_forget(&job);
	if (is_mended)
		return true;
	report_line(
		"the checkpoint directory %s is gone, though this is run "
		"%u; the job is requeued and held: put it back, or make an "
		"empty directory there to begin from the start, then scontrol "
		"release %" PRIu32,
		b->dir, b->run, b->job_id);
	return false;
}

/*
 * Has slurmstepd gone to /tmp, because the job's work directory isn't there?
 * The store would be made on this node alone.  Slurm is queried only where the
 * run is in /tmp.
 */
static bool is_astray(struct begin *b)
{
	struct job job = {0};
	char err[CLIENT_ERROR_MAX];
	bool is_away = false;

	if (strcmp(b->brief->work_dir, "/tmp") != 0)
		return false;
	client_load(b->site.helpers, b->job_id, CLIENT_TIMEOUT_MS, &job, err);
	if (job.work_dir[0] && is_missing(job.work_dir)) {
		is_away = true;
		report_line("the job's work directory %s isn't there on %s: "
			    "nothing is started, the job is requeued and held: "
			    "make it, then scontrol release %" PRIu32
			    ", or submit it again",
			    job.work_dir, b->brief->node, b->job_id);
	}
	job_forget(&job);
	return is_away;
}

/* Take over the store, or make it.  Returns 0, or the code to end with; the
 * reason has been said. */
static int claim_store(struct begin *b)
{
	struct ckpt_identity id = open_job_identity(b->brief, &b->set);
	struct ckpt_error err = {0};

	if (is_astray(b))
		return b->run ? SETTLE_GONE_CODE : SETTLE_STORE_CODE;
	if (b->run && is_missing(b->dir) && !may_make_store(b))
		return SETTLE_GONE_CODE;
	if (ckpt_claim(&b->store, b->dir, &id, b->run, &err)) {
		report_line("the checkpoint directory %s can't be used: %s; "
			    "the job is requeued and held: mend it, then "
			    "scontrol release %" PRIu32,
			    b->dir, err.text, b->job_id);
		return SETTLE_STORE_CODE;
	}
	return 0;
}

int64_t begin_grace_s(const struct begin *b)
{
	return (b->grace_ms + 999) / 1000;
}

/* Put what "scheckpoint set" has left in the store over the settings; returns
 * how many have changed. */
static int amend(struct begin *b)
{
	char err[SETTINGS_ERROR_LEN];
	int changes =
		amend_settings(&b->set, &b->site, b->store, err, sizeof(err));

	b->grace_ms = grace_next_ms(&b->lesson, &b->set, b->site.min_grace_s);
	if (err[0])
		report_line("scheckpoint set: %s: it stays as it was", err);
	return changes;
}

void begin_amend(struct begin *b)
{
	char grace[TEXT_SPAN_MAX], total[TEXT_SPAN_MAX];
	struct record record = {.kind = RECORD_SET};

	if (!amend(b))
		return;
	record.set.grace_s = begin_grace_s(b);
	record.set.total_s = b->set.total_s;
	report_record(b->store, b->run, &record);
	report_line("settings changed: grace %s, total %s, at most %" PRId64
		    " runs, held after %" PRId64 " that saved nothing",
		    text_span(grace, begin_grace_s(b)),
		    b->set.total_s ? text_span(total, b->set.total_s)
				   : "unknown",
		    b->set.max_runs, b->set.max_stalls);
}

/* Had the job ended before this run?  Slurm 24.05 and later start some jobs
 * once more.  *status is what it ended with then. */
static bool has_ended(struct begin *b, int *status)
{
	struct history history;
	struct ckpt_error err;
	struct record record = {
		.kind = RECORD_FINISH,
		.finish = {.is_repeat = true, .calls = -1, .progress = -1},
	};
	bool is_over = false;

	b->before_min = -1;
	b->left = plan_submitted(b->run ? 0 : b->set.submitted_min,
				 b->set.total_s, b->set.grace_s);
	if (b->run == 0)
		return false;
	if (!history_load(&history, b->store, b->run - 1, &err)) {
		const struct run_record *last =
			&history.runs[history.count - 1];

		is_over = last->plan.has_ended;
		*status = last->ending == END_SIGNAL
				  ? exit_status(128 + last->code)
				  : exit_status(last->code);
		b->planned_begin_s = last->plan.begin_s;
		b->ended_s = last->ended_s;
		b->left = history.left;
		b->before_min = history.began_min;
		b->lesson = grace_learn(history.runs, history.count);
		/* A job that is never held for stalls isn't judged either. */
		if (b->set.max_stalls)
			b->learned = learned_from(history.runs, history.count,
						  (int)b->set.exit_code);
		b->has_own_files = run_record_saved_itself(last) ||
				   (last->ending == END_EXIT &&
				    last->code == b->set.exit_code);
	}
	history_free(&history);
	if (!is_over)
		return false;
	report_line("the job had ended in run %u: nothing is started again; to "
		    "run it once more, submit a new job, with "
		    "--checkpoint-from=%s to go on from its last version",
		    b->run - 1, b->dir);
	record.finish.exit = WEXITSTATUS(*status);
	report_record(b->store, b->run, &record);
	return true;
}

/* Say which versions are passed over: the user believes that the job goes on
 * from the newest. */
static void say_passed_over(struct begin *b, struct ckpt_store *store,
			    bool is_found)
{
	unsigned count = ckpt_passed_over(store, is_found ? &b->version : NULL,
					  &b->passed);
	char others[64] = "";

	if (!count)
		return;
	if (count > 1)
		snprintf(others, sizeof(others), " (and %u more before it)",
			 count - 1);
	report_line("version %" PRIu32 " can't be used: %s%s", b->passed.number,
		    b->passed.reason, others);
}

static enum ckpt_status restore_from(struct begin *b, struct ckpt_store *store,
				     struct ckpt_error *err)
{
	const char *dir = NULL;
	enum ckpt_status status = ckpt_restore(store, &b->version, &dir, err);

	if (status == CKPT_OK)
		snprintf(b->restore_dir, sizeof(b->restore_dir), "%s", dir);
	if (status == CKPT_OK || status == CKPT_NONE)
		say_passed_over(b, store, status == CKPT_OK);
	if (status)
		memset(&b->version, 0, sizeof(b->version));
	return status;
}

/* Restore from the store of --checkpoint-from.  Where that fails, the job must
 * not begin from nothing because of a typing error in a path.  Returns 0, or
 * the code to end with; the reason has been said. */
static int begin_elsewhere(struct begin *b)
{
	struct ckpt_error err = {0};
	enum ckpt_status status;

	status = ckpt_open(&b->from, b->set.from, CKPT_READ, CKPT_RUN_PRESENT,
			   &err);
	if (!status)
		status = restore_from(b, b->from, &err);
	if (!status) {
		report_line("begins from version %" PRIu32 " of %s",
			    b->version.number, b->set.from);
		return 0;
	}
	report_line("--checkpoint-from=%s: %s; nothing is started, the job is "
		    "requeued and held: mend that, then scontrol release "
		    "%" PRIu32 ", or submit it again without the option",
		    b->set.from, err.text, b->job_id);
	return SETTLE_FROM_CODE;
}

/* Find the version to go on from; returns as begin_elsewhere(). */
static int find_version(struct begin *b)
{
	struct ckpt_error err = {0};
	enum ckpt_status status = restore_from(b, b->store, &err);

	b->is_unread = status && status != CKPT_NONE;
	if (b->is_unread)
		report_line("no version can be restored: %s", err.text);
	return status && b->set.from[0] ? begin_elsewhere(b) : 0;
}

/* Where the job's output goes: settle writes its last line there. */
static void read_output(char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/fd/2", path, size - 1);

	path[len > 0 ? len : 0] = '\0';
}

/* The token, by which a store knows its job, stays out of the journal. */
static void record_settings(const struct begin *b)
{
	char text[SETTINGS_TEXT_LEN], err[SETTINGS_ERROR_LEN];
	const struct record record = {
		.kind = RECORD_SETTINGS,
		.settings = {.text = text},
	};
	struct settings set = b->set;

	memset(set.token, '0', sizeof(set.token) - 1);
	if (settings_encode(&set, text, err, sizeof(err)) == 0)
		report_record(b->store, b->run, &record);
}

static void record_run(struct begin *b)
{
	const struct ckpt_version *from = &b->version;
	char output[HISTORY_PATH_MAX], why[GRACE_WHY_MAX];
	struct record record = {
		.kind = RECORD_RUN,
		.run = {.run = b->run,
			.job = b->job_id,
			.restart = b->brief->restart_count,
			.node = b->brief->node,
			.start_s = b->start_s,
			.submitted_min = b->set.submitted_min,
			.restored = from->number,
			.from = from->number && b->from ? b->set.from : NULL,
			.restored_progress = from->number ? from->progress : -1,
			.passed = b->passed.number,
			.passed_why = b->passed.number ? b->passed.reason
						       : NULL,
			.grace_s = begin_grace_s(b),
			.total_s = b->set.total_s,
			.can_save = settings_can_save(&b->set),
			.pid = getpid(),
			.output = output,
			.limit_min = -1},
	};

	grace_why(why, &b->lesson, &b->set);
	record.run.grace_why = why[0] ? why : NULL;
	read_output(output, sizeof(output));
	report_record(b->store, b->run, &record);
}

int begin_run(struct begin *b, const struct brief *brief, int *status)
{
	int code;

	memset(b, 0, sizeof(*b));
	b->brief = brief;
	b->run = brief->restart_count;
	b->job_id = brief->job_id;
	b->start_s = (int64_t)time(NULL);
	oom_find(getpid(), b->oom_path);
	b->oom_kills = oom_count(b->oom_path);
	*status = exit_status(EXIT_FAILURE);
	code = read_settings(b);
	if (!code)
		code = claim_store(b);
	if (code < 0)
		goto refuse;
	if (code)
		goto unusable;
	if (has_ended(b, status))
		goto refuse;
	amend(b);
	code = find_version(b);
	if (!code)
		code = method_prepare(b);
	record_run(b);
	record_settings(b);
	if (code)
		goto unusable;
	ckpt_set_keep(b->store, (unsigned)b->set.keep, NULL);
	return 0;
unusable:
	*status = exit_status(code);
refuse:
	refuse_start(brief);
	report_end();
	ckpt_close(b->from);
	ckpt_close(b->store);
	b->store = b->from = NULL;
	return -1;
}

/* A limit that was changed while the job was pending is meant for later runs
 * too. */
static void note_limit_order(const struct begin *b, struct record_view *view,
			     const struct job *job)
{
	const struct plan_limits found = {job->limit_min, job->time_min_min};

	if (!plan_is_order(&b->left, &found))
		return;
	if (plan_is_undone(&b->left, &found, b->before_min, job->version)) {
		report_line("the limit of the run before, %" PRId64 " min, was "
			    "put back by slurmctld's backfill, as up to Slurm "
			    "26.05.2: this run was to have %" PRId64 " min",
			    job->limit_min, b->left.limit_min);
		return;
	}
	view->ordered_min = job->limit_min;
	report_line("the time limit was changed to %" PRId64 " min: it holds "
		    "for later runs as if it had been submitted",
		    job->limit_min);
}

static int64_t positive(int64_t value)
{
	return value > 0 ? value : 0;
}

void begin_record_view(struct begin *b, const struct job *job)
{
	int64_t late_s = job->begin_s - b->planned_begin_s;
	struct record record = {
		.kind = RECORD_VIEW,
		.view = {.limit_min = job->limit_min,
			 .time_min_min = job->time_min_min,
			 .end_s = job->end_s,
			 .call_timeout_s = job->call_timeout_s,
			 .is_quick_to_end = job->is_quick_to_end,
			 .has_exact_min = plan_has_exact_min(job->version),
			 .can_requeue = job->can_requeue,
			 .queued_s = job->submit_s,
			 .ordered_min = -1,
			 .submitted_min = b->set.submitted_min
						  ? b->set.submitted_min
						  : job->limit_min,
			 .has_missed = b->planned_begin_s && b->ended_s &&
				       late_s > BEGIN_SLACK_S},
	};
	const struct record deadline = {
		.kind = RECORD_DEADLINE,
		.deadline = {.end_s = job->end_s},
	};

	note_limit_order(b, &record.view, job);
	if (record.view.has_missed && job->requeue_delay_s)
		record.view.completing_s = positive(
			job->begin_s - job->requeue_delay_s - b->ended_s);
	report_record(b->store, b->run, &record);
	report_record(b->store, b->run, &deadline);
}

/* Half of such a run is kept for the save, whatever the grace says. */
static void say_short(const struct run *run)
{
	char grace[TEXT_SPAN_MAX], length[TEXT_SPAN_MAX];
	int64_t length_ms = run->end_ms - run->start_ms;
	int64_t at_ms = run_request_at_ms(run);

	if (!at_ms || at_ms <= run->end_ms - run->grace_ms)
		return;
	report_line("the grace of %s doesn't fit into this run of %s, whose "
		    "first half is left to compute: give a longer --time, or a "
		    "shorter --checkpoint",
		    text_span(grace, run->grace_ms / 1000),
		    text_span(length, (length_ms + 59999) / 60000 * 60));
}

/* What the run goes on from. */
static void name_start(const struct begin *b, char *text, size_t size)
{
	char progress[TEXT_PROGRESS_MAX];

	if (b->version.number && b->version.progress >= 0)
		snprintf(text, size, "from version %" PRIu32 " (%s done)",
			 b->version.number,
			 text_progress(progress, b->version.progress));
	else if (b->version.number)
		snprintf(text, size, "from version %" PRIu32,
			 b->version.number);
	else if (!b->run)
		snprintf(text, size, "from the beginning");
	else if (b->set.files[0])
		snprintf(text, size,
			 "without a version: no file of "
			 "--checkpoint-files was saved yet");
	else if (b->has_own_files)
		snprintf(text, size,
			 "from what its programs saved in files of their own");
	else
		snprintf(text, size,
			 "without a version (a program with files of its own "
			 "goes on from those)");
}

/* How the run ends, where its end is known. */
static void say_end(const struct begin *b, const struct run *run,
		    const char *from)
{
	char when[TEXT_CLOCK_MAX], end[TEXT_CLOCK_MAX], span[TEXT_SPAN_MAX];
	char why[GRACE_WHY_MAX];
	const char *signal = option_signal_name((int)b->set.signal);
	int64_t at_ms = run_request_at_ms(run);

	text_clock(when, at_ms / 1000, b->start_s);
	text_clock(end, run->end_ms / 1000, b->start_s);
	grace_why(why, &b->lesson, &b->set);
	if (b->method.is_on)
		report_line("run %u on %s begins %s; at %s, %s before its end "
			    "at %s, it is saved by %s, then requeued",
			    b->run, b->brief->node, from, when,
			    text_span(span, (run->end_ms - at_ms) / 1000), end,
			    b->set.method);
	else if (signal || b->set.hook[0])
		report_line("run %u on %s begins %s; at %s, %s before its end "
			    "at %s%s%s%s, it is asked to save (%s%s), then "
			    "requeued",
			    b->run, b->brief->node, from, when,
			    text_span(span, (run->end_ms - at_ms + 999) / 1000),
			    end, why[0] ? " (" : "", why, why[0] ? ")" : "",
			    signal ? "SIG" : "by the hook",
			    signal ? signal : "");
	else
		report_line("run %u on %s begins %s; it computes until just "
			    "before its end at %s%s, then it is requeued",
			    b->run, b->brief->node, from, end,
			    b->set.files[0] ? ", its files are saved" : "");
}

static void say_start(const struct begin *b, const struct run *run)
{
	const char *what = "slurmctld doesn't reply yet, so its end isn't "
			   "known";
	char from[128];

	name_start(b, from, sizeof(from));
	if (run_request_at_ms(run)) {
		say_end(b, run, from);
		return;
	}
	if (run->reply_ms && (b->set.signal || b->set.hook[0]))
		what = "it has no time limit, and is asked to save when Slurm "
		       "says so";
	else if (run->reply_ms)
		what = "it has no time limit";
	report_line("run %u on %s begins %s; %s", b->run, b->brief->node, from,
		    what);
}

/* The helper "method" is started in place of the script, and replies. */
static void begin_method(struct begin *b)
{
	set_env(b, METHOD_PATH_ENV "=%s", b->method.path);
	set_env(b, METHOD_STORE_ENV "=%s", b->from ? b->set.from : b->dir);
	set_env(b, METHOD_VERSIONS_ENV "=%s", b->method.versions);
	set_env(b, METHOD_WAIT_ENV "=%" PRId64, b->method.wait_s);
	/* Its reply is announced by SIGIO. */
	fcntl(BRIEF_REPLY_FD, F_SETOWN, getpid());
	fcntl(BRIEF_REPLY_FD, F_SETFL, O_NONBLOCK | O_ASYNC);
	send_word(BRIEF_METHOD);
	shutdown(BRIEF_REPLY_FD, SHUT_WR);
}

void begin_go(struct begin *b, const struct run *run)
{
	say_start(b, run);
	say_short(run);
	set_env(b, "SLURM_CHECKPOINT_DIR=%s", b->dir);
	set_env(b, "SLURM_CHECKPOINT_GRACE=%" PRId64, begin_grace_s(b));
	set_env(b, "SLURM_CHECKPOINT_RUN=%u", b->run);
	set_env(b, "SLURM_CHECKPOINT_VERSION=%" PRIu32, b->version.number);
	if (b->restore_dir[0])
		set_env(b, "SLURM_CHECKPOINT_RESTORE=%s", b->restore_dir);
	if (run->end_ms)
		set_env(b, "SLURM_CHECKPOINT_DEADLINE=%" PRId64,
			run->end_ms / 1000);
	if (b->method.is_on) {
		begin_method(b);
	} else {
		send_word(BRIEF_GO);
		shutdown(BRIEF_REPLY_FD, SHUT_WR);
		close(BRIEF_REPLY_FD);
	}
}

/* In a child with a low priority, because it reads two versions, which may
 * take long. */
pid_t begin_tidy(struct begin *b)
{
	pid_t pid = b->version.number ? fork() : -1;

	if (pid)
		return pid > 0 ? pid : 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	setpriority(PRIO_PROCESS, 0, 10);
	ckpt_retain(b->store, (unsigned)b->set.keep, NULL);
	_exit(0);
}

bool begin_has_oom(const struct begin *b)
{
	return oom_count(b->oom_path) > b->oom_kills;
}

void begin_end(struct begin *b, const struct run *run,
	       const struct ckpt_version *newest)
{
	if (newest)
		report_line("saved: version %" PRIu32 " (%" PRIu64 " bytes)",
			    newest->number, newest->bytes);
	else if (run->is_made && !b->has_saved_itself &&
		 (b->version.number || b->set.files[0]))
		report_line("no version was saved in this run");
	else if (run->is_made && !b->has_saved_itself && !b->has_said_nothing &&
		 !b->run)
		report_line("no version was saved; programs with files of "
			    "their own need none");
	report_end();
	for (size_t i = 0; b->run_env[i]; i++)
		free(b->run_env[i]);
	ckpt_close(b->from);
	ckpt_close(b->store);
	b->store = b->from = NULL;
}
