/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rehearsal.c: is a job fit for --checkpoint? */
#include "requeue/policy/rehearsal.h"

#include <inttypes.h>
#include <stdio.h>

#include "requeue/settings/duration.h"
#include "requeue/settings/text.h"

/* Storage may be slower another time, and a state larger. */
#define GRACE_FACTOR  2
#define GRACE_LEAST_S 30

int64_t rehearsal_grace_s(int64_t took_s)
{
	int64_t grace_s = GRACE_FACTOR * took_s + 10;

	if (grace_s <= GRACE_LEAST_S)
		return GRACE_LEAST_S;
	/* Whole minutes, which a limit is in, once it is longer than one. */
	return grace_s <= 60 ? 60 : (grace_s + 59) / 60 * 60;
}

/* Does the run last until its grace is over, because only its files are saved?
 */
static bool is_files_only(const struct rehearsal *rehearsal)
{
	const struct rehearsed_run *run = &rehearsal->runs[0];

	return rehearsal->takes_files && !run->record.signalled[0] &&
	       !run->has_hook;
}

/* Did the run leave a state? */
static bool has_saved(const struct rehearsed_run *run)
{
	return run->record.shown.versions ||
	       run_record_saved_itself(&run->record);
}

static void check_uncaught(const struct rehearsed_run *run,
			   struct checks *checks)
{
	struct check *check =
		checks_add(checks, GRADE_ERROR, "request",
			   "nothing of the job got the request%s%s",
			   run->passed[0] ? ": " : "", run->passed);

	if (run->other_signal[0])
		check_remedy(check, "give it --checkpoint-signal=%s",
			     run->other_signal);
	else
		check_remedy(
			check,
			"catch the signal in the program, or in the script "
			"by a trap; or look for a request by \"scheckpoint "
			"requested\"; or give it --checkpoint-hook, or "
			"--checkpoint-files for files that it writes "
			"anyhow");
}

static void check_request(const struct rehearsal *rehearsal,
			  struct checks *checks)
{
	const struct rehearsed_run *run = &rehearsal->runs[0];

	if (run->record.signalled[0])
		checks_add(checks, GRADE_OK, "request", "the signal went to %s",
			   run->record.signalled);
	else if (is_files_only(rehearsal))
		checks_add(checks, GRADE_OK, "request",
			   "no program got it: the run lasts until its grace "
			   "is over, and then its files are saved");
	else if (run->is_made)
		checks_add(checks, GRADE_OK, "request", "%s",
			   run->has_hook ? "the hook ran"
					 : "the job has looked for it, or has "
					   "programs in steps of srun that "
					   "catch the signal");
	else
		check_uncaught(run, checks);
}

static void say_saved(const struct rehearsed_run *run, char *text, size_t size)
{
	const struct run_record *record = &run->record;

	if (record->shown.version)
		snprintf(text, size,
			 "version %" PRIu32 " with %" PRIu64 " bytes",
			 record->shown.version, record->shown.bytes);
	else if (record->evidence == EVIDENCE_FILES)
		snprintf(text, size, "%u file%s written by the job itself",
			 record->files, record->files == 1 ? "" : "s");
	else
		snprintf(text, size,
			 "the job ended as requested; what it wrote can't be "
			 "seen");
}

/* What lets a run save that has saved nothing. */
static const char *save_remedy(const struct rehearsal *rehearsal,
			       const struct rehearsed_run *run)
{
	if (run->record.failed_s)
		return "mend what is said there";
	if (run->has_hook)
		return "the program that looks for what the hook has done must "
		       "write its state before it ends; if it is a shell "
		       "script, it needs \"trap : TERM\"";
	if (rehearsal->takes_files)
		return "a file that --checkpoint-files names must change in "
		       "each run; the job's output tells more";
	return "its handler must write the state before it ends; the job's "
	       "output tells more";
}

/* n: the run; name: of the entry. */
static bool check_save(const struct rehearsal *rehearsal, size_t n,
		       const char *name, struct checks *checks)
{
	const struct rehearsed_run *run = &rehearsal->runs[n];
	const struct run_record *record = &run->record;
	/* The reason of a stall says only that nothing was saved. */
	const char *why = record->failed_s	 ? record->failed_why
			  : record->shown.stalls ? ""
						 : record->plan.reason;
	char text[REHEARSAL_TEXT_MAX];

	if (has_saved(run)) {
		say_saved(run, text, sizeof(text));
		checks_add(checks, GRADE_OK, name, "run %u: %s",
			   run->record.run, text);
		return true;
	}
	check_remedy(checks_add(checks, GRADE_ERROR, name,
				"run %u saved nothing%s%s", record->run,
				why[0] ? ": " : "", why),
		     "%s", save_remedy(rehearsal, run));
	return false;
}

/* Seconds from the request to the state, or else to the end; -1 unknown. */
static int64_t took_s(const struct rehearsed_run *run)
{
	const struct run_record *record = &run->record;
	int64_t start_s = record->shown.request_s, end_s = record->ended_s;

	if (record->shown.version && record->shown.saved_s >= start_s)
		end_s = record->shown.saved_s;
	return start_s && end_s >= start_s ? end_s - start_s : -1;
}

static void check_time(const struct rehearsal *rehearsal, struct checks *checks)
{
	const struct rehearsed_run *run = &rehearsal->runs[0];
	char used[TEXT_SPAN_MAX], given[TEXT_SPAN_MAX];
	char advised[DURATION_TEXT_LEN];
	int64_t most_s = -1, grace_s = run->record.grace_s;

	for (size_t i = 0; i < REHEARSAL_RUNS; i++)
		if (rehearsal->runs[i].is_over &&
		    took_s(&rehearsal->runs[i]) > most_s)
			most_s = took_s(&rehearsal->runs[i]);
	if (most_s < 0)
		return;
	if (is_files_only(rehearsal)) {
		checks_add(checks, GRADE_OK, "grace",
			   "files are saved at its end, whatever it is");
		return;
	}
	duration_format(rehearsal_grace_s(most_s), advised);
	text_span(used, most_s);
	text_span(given, grace_s);
	if (rehearsal_grace_s(most_s) > grace_s)
		check_remedy(checks_add(checks, GRADE_WARNING, "grace",
					"the save took %s of %s", used, given),
			     "give it --checkpoint=%s", advised);
	else
		checks_add(checks, GRADE_OK, "grace",
			   "the save took %s of %s; --checkpoint=%s is enough "
			   "for a state of this size",
			   used, given, advised);
}

static void check_late(const struct rehearsed_run *run, struct checks *checks)
{
	if (run->late[0])
		check_remedy(checks_add(checks, GRADE_WARNING, "after it",
					"after the request run %u still "
					"started %s",
					run->record.run, run->late),
			     "let the script end once the state is saved");
	else
		checks_add(checks, GRADE_OK, "after it",
			   "run %u started nothing after the request",
			   run->record.run);
}

static void check_restart(const struct rehearsal *rehearsal,
			  struct checks *checks)
{
	const struct rehearsed_run *first = &rehearsal->runs[0];
	const struct rehearsed_run *second = &rehearsal->runs[1];
	char span[TEXT_SPAN_MAX];

	if (second->is_there)
		checks_add(checks, GRADE_OK, "restart",
			   "run 1 began %s after the end of run 0",
			   text_span(span, second->record.started_s -
						   first->record.ended_s));
	else
		check_remedy(checks_add(checks, GRADE_ERROR, "restart",
					"the job was not started again: %s",
					first->record.plan.reason),
			     "end the script with exit code 0 after a save, or "
			     "with 85; scheckpoint history tells more");
}

static void check_continued(const struct rehearsal *rehearsal,
			    struct checks *checks)
{
	const struct run_record *first = &rehearsal->runs[0].record;
	const struct run_record *second = &rehearsal->runs[1].record;
	double before = first->progress, after = second->progress;

	if (!first->shown.version) {
		check_remedy(checks_add(checks, GRADE_WARNING, "continued",
					"run 0 wrote files of its own; whether "
					"run 1 went on from them can't be "
					"seen"),
			     "compare what both wrote in the job's output");
		return;
	}
	if (!second->restored) {
		check_remedy(checks_add(checks, GRADE_ERROR, "continued",
					"run 1 could not begin from version "
					"%" PRIu32 ": %s",
					first->shown.version,
					second->shown.passed_why),
			     "scheckpoint verify tells more");
		return;
	}
	if (before >= 0 && after >= 0 && after <= before)
		check_remedy(checks_add(checks, GRADE_ERROR, "continued",
					"run 1 told a progress of %.3f, after "
					"%.3f in run 0: it began from the "
					"start",
					after, before),
			     "let the program read its state when it begins: "
			     "\"scheckpoint restore\" in the script puts the "
			     "files back");
	else if (before >= 0 && after > before)
		checks_add(checks, GRADE_OK, "continued",
			   "run 1 began from version %" PRIu32
			   ", and its progress went from %.3f to %.3f",
			   second->restored, before, after);
	else
		checks_add(checks, GRADE_OK, "continued",
			   "run 1 was given version %" PRIu32
			   "; that it was read shows in the job's output, or "
			   "by scheckpoint progress",
			   second->restored);
}

/* Was a run requested that has neither ended nor left the request alone? */
static bool is_open(const struct rehearsal *rehearsal, size_t n)
{
	const struct rehearsed_run *run = &rehearsal->runs[n];

	return run->is_there && !run->is_over &&
	       (n || run->is_made || !run->is_requested ||
		is_files_only(rehearsal));
}

void rehearsal_check(const struct rehearsal *rehearsal, struct checks *checks)
{
	const struct rehearsed_run *first = &rehearsal->runs[0];
	const struct rehearsed_run *second = &rehearsal->runs[1];
	const char *trouble = rehearsal->trouble;

	if (first->is_requested)
		check_request(rehearsal, checks);
	if (first->is_requested && first->is_over) {
		if (check_save(rehearsal, 0, "save", checks))
			check_time(rehearsal, checks);
		if (!is_files_only(rehearsal))
			check_late(first, checks);
		check_restart(rehearsal, checks);
	}
	if (second->is_requested && second->is_over) {
		check_save(rehearsal, 1, "save again", checks);
		if (has_saved(first))
			check_continued(rehearsal, checks);
	}
	if (!trouble[0] && (!first->is_there || is_open(rehearsal, 0) ||
			    is_open(rehearsal, 1)))
		trouble = "the job was cancelled before all was seen";
	if (trouble[0])
		checks_add(checks, GRADE_UNKNOWN, "rehearsal", "%s", trouble);
}
