/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c: the limit, the minimum and the begin time of the next run. */
#include "requeue/policy/plan.h"

#include <stdio.h>

enum {
	MINUTE_S = 60,
	/* A run that ends this close to its predicted end has no time left to
	 * show that the prediction was short: plan for a minute at least, or
	 * for a tenth of a limit that is itself only minutes. */
	REMAINING_LEAST_S = 60,
	REMAINING_LEAST_PART = 10,
	/* Versions of Slurm: what backfill does with a minimum. */
	EXACT_MIN_FIRST = 200205,
	LONGEST_FIT_FIRST = 250503,
	/* With an epilog of a second or two; and where COMPLETING takes some
	 * hundredths of a second. */
	DELAY_S = 5,
	DELAY_QUICK_S = 3,
	UNDOES_LAST = 260502,
	DELAY_MARGIN_S = 3,
	/* Slurm's own delay, which a longer one would not undercut, is 121. */
	DELAY_MOST_S = 120,
	QUICK_RUNS_FREE = 4,
	QUICK_DELAY_MOST_S = 600,
};

/* A journal is data from a user: no sum of times may overflow. */
#define TIME_MOST_S  ((int64_t)100 * 366 * 86400)
#define EPOCH_MOST_S (10 * TIME_MOST_S)

const struct plan_rules plan_rules = {
	/* A twentieth of a run that backfill shortened is grace. */
	.min_graces = 20,
	/* The progress of a program grows unevenly. */
	.margin = 1.1,
	/* To halve it after long waits made them longer in the model. */
	.short_wait = 0.1,
};

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

static int64_t minutes_up(int64_t seconds)
{
	return (seconds + MINUTE_S - 1) / MINUTE_S;
}

/*
 * The moment up to which a run's work is kept, or 0.  A version that was
 * saved within the grace holds the state of the request: what came after it
 * is saving, not computing.
 */
static int64_t kept_until(const struct run_record *run, int64_t grace_s,
			  int exit_code)
{
	int64_t request = clamp(run->request_s, 0, EPOCH_MOST_S);
	int64_t kept = clamp(run->saved_s, 0, EPOCH_MOST_S);

	if (request && kept > request && kept - request <= grace_s)
		kept = request;
	if (run_record_saved_itself(run) && request > kept)
		kept = request;
	/* By its exit code it says that its state is saved. */
	if (!run->versions && !run_record_saved_itself(run) && !run->failed_s &&
	    exit_code && run->ending == END_EXIT && run->code == exit_code)
		kept = clamp(run->ended_s, 0, EPOCH_MOST_S);
	return kept;
}

int64_t plan_used_s(const struct run_record *runs, size_t count,
		    int64_t grace_s, int exit_code)
{
	int64_t used = 0;

	grace_s = clamp(grace_s, 0, TIME_MOST_S);
	for (size_t i = 0; i < count; i++) {
		const struct run_record *run = &runs[i];
		int64_t kept = kept_until(run, grace_s, exit_code);

		if (run->started_s <= 0 || kept <= run->started_s)
			continue;
		kept = clamp(kept - run->started_s, 0, TIME_MOST_S) -
		       clamp(run->restart_cost_s, 0, TIME_MOST_S);
		used = clamp(used + (kept > 0 ? kept : 0), 0, TIME_MOST_S);
	}
	return used;
}

static const struct plan_rules *rules_of(const struct plan_input *in)
{
	return in->rules ? in->rules : &plan_rules;
}

static bool is_fraction(double value)
{
	return value >= 0 && value <= 1; /* false for NaN */
}

/*
 * Seconds that the rest takes at the rate of the newest run that moved on;
 * -1 where none tells.  A later run that saved nothing leaves the job where
 * that run had brought it, so its rate still holds.
 */
static int64_t remaining_by_progress(const struct plan_input *in)
{
	for (size_t i = in->count; i-- > 0;) {
		const struct run_record *run = &in->runs[i];
		double from = run->restored ? run->restored_progress : 0;
		int64_t used = plan_used_s(run, 1, in->grace_s, in->exit_code);
		double rest;

		if (!run->versions && !run_record_saved_itself(run))
			continue;
		if (!is_fraction(run->progress) || !is_fraction(from) ||
		    run->progress <= from || used <= 0)
			return -1;
		rest = (double)used * (1 - run->progress) /
		       (run->progress - from) * rules_of(in)->margin;
		return rest < (double)TIME_MOST_S ? (int64_t)rest + 1
						  : TIME_MOST_S;
	}
	return -1;
}

static bool has_reached_limit(const struct plan_input *in)
{
	for (size_t i = 0; i < in->count; i++)
		if (in->runs[i].cause == CAUSE_LIMIT ||
		    (in->runs[i].is_cut && in->runs[i].cause == CAUSE_NONE))
			return true;
	return false;
}

static int64_t lesser_known(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/*
 * The least of what is known, or -1.  Where more than the submitted limit
 * has been used the limit was no estimate of the whole job.
 */
static int64_t remaining(const struct plan_input *in, int64_t submitted_s,
			 int64_t used_s)
{
	int64_t total = clamp(in->total_s, 0, TIME_MOST_S);
	int64_t rest = remaining_by_progress(in);

	if (total)
		rest = lesser_known(rest, total > used_s ? total - used_s : 0);
	if (submitted_s > used_s && !has_reached_limit(in))
		rest = lesser_known(rest, submitted_s - used_s);
	return rest;
}

/* The longest that was measured: a restart from a larger state is slower. */
static int64_t restart_cost(const struct plan_input *in)
{
	int64_t cost = 0;

	for (size_t i = 0; i < in->count; i++)
		if (in->runs[i].restart_cost_s > cost)
			cost = in->runs[i].restart_cost_s;
	return clamp(cost, 0, TIME_MOST_S);
}

static int64_t next_grace(const struct plan_input *in)
{
	return clamp(in->next_grace_s > 0 ? in->next_grace_s : in->grace_s, 0,
		     TIME_MOST_S);
}

static int64_t remaining_least(int64_t submitted_s)
{
	int64_t part = submitted_s / REMAINING_LEAST_PART;

	return part && part < REMAINING_LEAST_S ? part : REMAINING_LEAST_S;
}

/*
 * Where a run that backfill starts has exactly the minimum, a short one needs
 * many runs.  So it doubles after a run that hardly waited for its start.  It
 * isn't halved after one that waited long: then each wait would buy less.
 */
static int64_t follow_waits(const struct plan_input *in, int64_t wanted_min)
{
	const struct run_record *last = in->count ? &in->runs[in->count - 1]
						  : NULL;
	const struct plan_rules *rules = rules_of(in);
	int64_t had_min, ran_s;

	if (!in->follows_waits || !last || last->wait_s < 0 ||
	    last->time_min_min <= 0 || last->started_s <= 0 ||
	    last->ended_s <= last->started_s)
		return wanted_min;
	had_min = clamp(last->time_min_min, 1, TIME_MOST_S / MINUTE_S);
	ran_s = clamp(last->ended_s - last->started_s, 1, TIME_MOST_S);
	if ((double)last->wait_s < rules->short_wait * (double)ran_s)
		had_min *= 2;
	return had_min > wanted_min ? had_min : wanted_min;
}

/*
 * A job that has saved nothing yet begins again in each run, so that a run that
 * backfill cuts short brings it nowhere: its minimum is its limit.
 */
static int64_t minimum(const struct plan_input *in, int64_t restart_s,
		       int64_t used_s, int64_t limit_min)
{
	int64_t grace = next_grace(in);
	int64_t least = minutes_up(grace + restart_s + 1);
	int64_t min_s = in->min_s > 0 ? in->min_s
				      : grace * rules_of(in)->min_graces;
	int64_t wanted = minutes_up(clamp(min_s, 0, TIME_MOST_S));

	if (!in->min_s && (!used_s || !min_s))
		return limit_min;
	if (in->follows_waits)
		wanted = follow_waits(in, wanted);
	return clamp(wanted > least ? wanted : least, 1, limit_min);
}

struct plan plan_limit(const struct plan_input *in)
{
	int64_t most_min = TIME_MOST_S / MINUTE_S;
	int64_t submitted_min = clamp(in->submitted_min, 0, most_min);
	int64_t restart_s = restart_cost(in);
	struct plan plan = {.remaining_s = -1};
	int64_t rest, least = remaining_least(submitted_min * MINUTE_S);

	plan.used_s =
		plan_used_s(in->runs, in->count, in->grace_s, in->exit_code);
	plan.limit_min = submitted_min;
	if (!in->is_full_limit)
		plan.remaining_s =
			remaining(in, submitted_min * MINUTE_S, plan.used_s);
	if (plan.remaining_s >= 0) {
		rest = plan.remaining_s > least ? plan.remaining_s : least;
		rest += next_grace(in) + restart_s;
		plan.limit_min =
			clamp(minutes_up(rest), 1,
			      submitted_min ? submitted_min : most_min);
	}
	/* Without a limit there is nothing that backfill could shorten. */
	if (plan.limit_min)
		plan.time_min_min =
			minimum(in, restart_s, plan.used_s, plan.limit_min);
	return plan;
}

/* 250503 for "25.05.3"; 0 for a text that isn't a version. */
static unsigned version_number(const char *version)
{
	unsigned major, minor, micro;

	if (sscanf(version, "%u.%u.%u", &major, &minor, &micro) != 3 ||
	    major > 99 || minor > 99 || micro > 99)
		return 0;
	return (major * 100 + minor) * 100 + micro;
}

bool plan_has_exact_min(const char *version)
{
	unsigned number = version_number(version);

	return number >= EXACT_MIN_FIRST && number < LONGEST_FIT_FIRST;
}

bool plan_has_longest_fit(const char *version)
{
	return version_number(version) >= LONGEST_FIT_FIRST;
}

int64_t plan_first_min(int64_t grace_s, int64_t limit_min)
{
	int64_t min_s = clamp(grace_s, 0, TIME_MOST_S) * plan_rules.min_graces;

	return minutes_up(min_s) < limit_min ? minutes_up(min_s) : 0;
}

bool plan_is_order(const struct plan_limits *left,
		   const struct plan_limits *found)
{
	int64_t least = found->time_min_min > left->time_min_min
				? found->time_min_min
				: left->time_min_min;

	if (left->limit_min < 0 || found->limit_min < 0 ||
	    left->limit_min == found->limit_min)
		return false;
	if (!found->limit_min ||
	    (left->limit_min && found->limit_min > left->limit_min))
		return true;
	return !found->time_min_min || found->limit_min < least;
}

bool plan_is_undone(const struct plan_limits *left,
		    const struct plan_limits *found, int64_t before_min,
		    const char *version)
{
	return left->limit_min >= 0 && found->limit_min != left->limit_min &&
	       found->limit_min == before_min &&
	       version_number(version) <= UNDOES_LAST;
}

struct plan_limits plan_submitted(int64_t submitted_min, int64_t total_s,
				  int64_t grace_s)
{
	struct plan_limits submitted = {.limit_min = -1};
	int64_t need_min = minutes_up(clamp(total_s, 0, TIME_MOST_S) +
				      clamp(grace_s, 0, TIME_MOST_S));

	if (submitted_min <= 0)
		return submitted;
	submitted.limit_min = submitted_min;
	if (total_s > 0 && need_min < submitted_min)
		submitted.limit_min = need_min;
	return submitted;
}

int64_t plan_skew_s(int64_t theirs_s, int64_t queried_s, int64_t replied_s)
{
	/* Both clocks are read in whole seconds. */
	if (theirs_s <= 0 || replied_s < queried_s)
		return 0;
	if (theirs_s > replied_s + 1)
		return theirs_s - replied_s;
	if (theirs_s < queried_s - 1)
		return theirs_s - queried_s;
	return 0;
}

static int64_t doubled(int64_t value, unsigned times, int64_t most)
{
	while (times-- && value < most)
		value *= 2;
	return value < most ? value : most;
}

int64_t plan_delay_s(int64_t completing_s, unsigned misses, unsigned quick_runs,
		     int64_t base_s)
{
	/* A site that sets more than the bound gets it. */
	int64_t base = clamp(base_s, 1, QUICK_DELAY_MOST_S);
	int64_t most = base > DELAY_MOST_S ? base : DELAY_MOST_S;
	int64_t delay = base;

	if (completing_s > 0)
		delay = clamp(clamp(completing_s, 0, most) + DELAY_MARGIN_S,
			      base, most);
	delay = doubled(delay, misses, most);
	if (quick_runs > QUICK_RUNS_FREE)
		delay = doubled(delay, quick_runs - QUICK_RUNS_FREE,
				QUICK_DELAY_MOST_S);
	return delay;
}

int64_t plan_base_delay_s(int64_t site_s, bool is_quick)
{
	if (site_s > 0)
		return site_s;
	return is_quick ? DELAY_QUICK_S : DELAY_S;
}

void plan_bound(struct plan *plan, int64_t submitted_min, int64_t *delay_s,
		int64_t due_s)
{
	int64_t most_min = TIME_MOST_S / MINUTE_S;
	int64_t most_s = due_s > QUICK_DELAY_MOST_S ? due_s
						    : QUICK_DELAY_MOST_S;

	if (submitted_min > 0 && submitted_min < most_min)
		most_min = submitted_min;
	plan->limit_min = clamp(plan->limit_min, 0, most_min);
	plan->time_min_min = clamp(plan->time_min_min, 0, plan->limit_min);
	*delay_s = clamp(*delay_s, due_s, most_s);
}
