/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runs.c: the runs of a job in words. */
#include "cmd/scheckpoint/runs.h"

#include <signal.h>
#include <stdio.h>

const char *runs_left_out(char text[RUNS_LEFT_OUT_MAX],
			  const struct run_record *runs, size_t count)
{
	text[0] = '\0';
	if (count && runs[0].run)
		snprintf(text, RUNS_LEFT_OUT_MAX,
			 ", and %u before them whose journals are too long to "
			 "be read",
			 runs[0].run);
	return text;
}

static const char *what_became(const struct run_record *run)
{
	const struct recorded_plan *plan = &run->plan;

	if (plan->is_there)
		switch (plan->action) {
		case ACT_REQUEUE:
			return run->is_settled ? ", requeued"
					       : ", to be requeued";
		case ACT_REQUEUE_HOLD:
			return run->is_settled ? ", HELD" : ", to be held";
		case ACT_ADJUST:
			return ", requeued by others";
		case ACT_LEAVE:
			break;
		}
	if (run->shown.is_done)
		return ", done";
	return plan->is_there ? ", ended" : "";
}

/* What a run left whose programs ended as requested. */
static const char *what_is_left(const struct run_record *run)
{
	if (run->shown.versions)
		return "saved";
	switch (run->evidence) {
	case EVIDENCE_FILES:
		return "saved files";
	case EVIDENCE_NONE:
		return "saved nothing";
	case EVIDENCE_SAME:
		return "saved nothing new";
	case EVIDENCE_UNKNOWN:
		break;
	}
	return "answered";
}

const char *run_end(char text[RUN_END_MAX], const struct run_record *run)
{
	char how[32] = "";

	if (run->ending == END_STORE)
		snprintf(how, sizeof(how), "not started");
	else if (run->ending == END_REPEAT)
		snprintf(how, sizeof(how), "not started again");
	else if (run->is_oom)
		snprintf(how, sizeof(how), "out of memory");
	else if (run->is_cut)
		snprintf(how, sizeof(how), "out of time");
	else if (run->ending == END_SIGNAL && run->code == SIGKILL &&
		 run->has_complied)
		/* its shell was killed */
		snprintf(how, sizeof(how), "%s", what_is_left(run));
	else if (run->ending == END_SIGNAL)
		snprintf(how, sizeof(how), "signal %d", run->code);
	else if (run->ending == END_EXIT)
		snprintf(how, sizeof(how), "exit %d", run->code);
	else if (run->plan.is_there)
		snprintf(how, sizeof(how), "killed");
	snprintf(text, RUN_END_MAX, "%s%s%s%s", how, what_became(run),
		 run->failed_s ? "; save failed: " : "",
		 run->failed_s ? run->failed_why : "");
	return text;
}
