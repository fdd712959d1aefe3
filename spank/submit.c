/* SPDX-License-Identifier: GPL-2.0-or-later */
/* submit.c: is the job allowed, and which of sbatch's options it needs. */
#include "spank/submit.h"

#include <ctype.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "requeue/settings/duration.h"
#include "requeue/settings/option.h"
#include "requeue/settings/pattern.h"
#include "spank/say.h"
#include "spank/sbatch_opt.h"

/* Slurm keeps the moment of --signal in 16 bits. */
#define SIGNAL_MAX_S 65535
#define MINUTE_S     60

/* The limit of --time, in minutes; 0: none was given, or it is unlimited. */
static int64_t given_limit_min(bool *is_unlimited)
{
	const char *text = sbatch_opt_given("time");
	char err[SETTINGS_ERROR_LEN];
	int64_t limit_s = 0;

	*is_unlimited = !strcmp(text, "UNLIMITED");
	if (duration_parse(text, &limit_s, err, sizeof(err)) < 0)
		return 0;
	return limit_s / MINUTE_S;
}

static int64_t minutes_up(int64_t seconds)
{
	return (seconds + MINUTE_S - 1) / MINUTE_S;
}

/* -------- checks -------- */

static void check_limit(const struct settings *set)
{
	char grace[DURATION_TEXT_LEN], limit[DURATION_TEXT_LEN];
	char min[DURATION_TEXT_LEN];
	int64_t limit_s = set->submitted_min * MINUTE_S;
	const struct option_row *row = settings_row("checkpoint-min");

	if (!limit_s)
		return;
	duration_format(set->grace_s, grace);
	duration_format(limit_s, limit);
	if (set->grace_s >= limit_s)
		say_refusal(
			"--checkpoint=%s: with --time of %s no time is left to "
			"compute; ask for a longer --time or a shorter grace "
			"window",
			grace, limit);
	if (settings_is_given(set, row) && set->min_s > limit_s)
		say_refusal(
			"--checkpoint-min=%s: longer than --time of %s; it can "
			"be as long at most",
			duration_format(set->min_s, min), limit);
}

/* Does the name of `len` bytes mean this signal (0: none)? */
static bool is_signal(const char *name, size_t len, int64_t signum)
{
	const char *ours = option_signal_name((int)signum);

	return ours && strlen(ours) == len && !strncmp(ours, name, len);
}

/* A signal as sbatch has it: [[R][B]:]NAME[@SECONDS]. */
static void check_signal(const struct settings *set, const char *given)
{
	const char *colon = strchr(given, ':');
	const char *name = colon ? colon + 1 : given;
	bool is_batch = colon && memchr(given, 'B', colon - given);
	size_t len = strcspn(name, "@");

	if (is_signal(name, len, set->signal) ||
	    is_signal(name, len, set->interval_signal))
		say_refusal(
			"--signal=%s: --checkpoint sends SIG%.*s itself; leave "
			"--signal out, or name another signal with one of them",
			given, (int)len, name);
	if (is_batch && len == 3 && !strncmp("URG", name, len))
		say_refusal(
			"--signal=%s: by SIGURG Slurm calls the supervisor of "
			"--checkpoint; name another signal",
			given);
}

static void __attribute__((noreturn))
refuse_dir(const struct settings *set, const char *clause)
{
	char err[SETTINGS_ERROR_LEN];

	option_refuse("--checkpoint-dir", set->dir, clause, err, sizeof(err));
	say_refusal("%s", err);
}

static void check_array(const struct settings *set, bool is_array)
{
	char clause[SETTINGS_ERROR_LEN];

	if (pattern_check(set->dir, is_array, clause, sizeof(clause)) < 0)
		refuse_dir(set, clause);
}

/* The name of the job's owner; root may submit for others.  NULL: this host
 * doesn't know it. */
static const char *user_name(void)
{
	const char *other = sbatch_opt_given("uid");
	const struct passwd *user;

	if (*other && !isdigit((unsigned char)*other))
		return other;
	user = getpwuid(*other ? (uid_t)strtoul(other, NULL, 10) : getuid());
	return user ? user->pw_name : NULL;
}

/* Put the names for %x and %u into the pattern now.  scontrol may change the
 * job's name later, and the batch script and an epilog don't see the same
 * names: they would look for the store in different places. */
static void fix_names(struct settings *set)
{
	const char *name = sbatch_opt_value("job-name");
	/* The name service is asked only where the pattern may have %u. */
	const char *user = strchr(set->dir, 'u') ? user_name() : "";
	char clause[SETTINGS_ERROR_LEN], dir[SETTINGS_PATH_LEN];

	/* sbatch gives this name to a script from its standard input. */
	if (!*name)
		name = "sbatch";
	if (!user)
		refuse_dir(set, "asks for the user's name, and this host "
				"doesn't know it");
	if (pattern_put_names(set->dir, name, user, dir, sizeof(dir), clause,
			      sizeof(clause)) < 0)
		refuse_dir(set, clause);
	memcpy(set->dir, dir, sizeof(set->dir));
}

/* -------- sbatch's own options -------- */

static void warn_short(const struct settings *set, int64_t limit_min)
{
	char grace[DURATION_TEXT_LEN], limit[DURATION_TEXT_LEN];

	if (!limit_min || limit_min * MINUTE_S >= 2 * set->grace_s)
		return;
	say_warning(
		"--checkpoint=%s: more than half of a run of %s is kept for "
		"saving; a longer --time or a shorter grace window computes more",
		duration_format(set->grace_s, grace),
		duration_format(limit_min * MINUTE_S, limit));
}

static void set_times(const struct settings *set, bool is_unlimited)
{
	int64_t limit_min = set->submitted_min;
	int64_t need_min = minutes_up(set->total_s + set->grace_s);
	int64_t min_min = minutes_up(set->min_s);

	/* Without --time the partition's limit stands: it may be lower. */
	if (set->total_s && (is_unlimited || limit_min > need_min)) {
		limit_min = need_min;
		sbatch_opt_set("time", "%" PRId64, limit_min);
	}
	warn_short(set, limit_min);
	if (!min_min || sbatch_opt_is_given("time-min"))
		return;
	if (limit_min && min_min > limit_min)
		min_min = limit_min;
	sbatch_opt_set("time-min", "%" PRId64, min_min);
}

/* How long before the end Slurm sends URG to the supervisor. */
static int64_t signal_before_s(const struct settings *set)
{
	return set->grace_s < SIGNAL_MAX_S ? set->grace_s : SIGNAL_MAX_S;
}

static void set_signal(const struct settings *set)
{
	if (!sbatch_opt_is_given("signal"))
		sbatch_opt_set("signal", "B:URG@%" PRId64,
			       signal_before_s(set));
}

static void check_site(const struct site *site, struct settings *set,
		       bool is_array)
{
	char err[SETTINGS_ERROR_LEN];

	site_apply(site, set, is_array);
	if (site_check(site, set, err, sizeof(err)) < 0)
		say_refusal("%s", err);
}

/* All checks come first: nothing is set for a job that is refused. */
static void set_by_name(const struct site *site, struct settings *set)
{
	bool is_array = sbatch_opt_is_given("array"), is_unlimited;
	const char *requeue;

	check_site(site, set, is_array);
	requeue = sbatch_opt_value("requeue");
	if (!strcmp(requeue, "no-requeue"))
		say_refusal(
			"--no-requeue: --checkpoint requeues the job; leave one "
			"of them out");
	set->submitted_min = given_limit_min(&is_unlimited);
	check_limit(set);
	check_signal(set, sbatch_opt_given("signal"));
	check_array(set, is_array);
	fix_names(set);

	set_times(set, is_unlimited);
	set_signal(set);
	if (!sbatch_opt_is_given("open-mode"))
		sbatch_opt_set("open-mode", "append");
	if (!*requeue || !strcmp(requeue, "unset"))
		sbatch_opt_set("requeue", "%s", "");
}

/* This sbatch's options can't be reached by name: the user must set them. */
static void advise(const struct site *site, struct settings *set)
{
	check_site(site, set, getenv("SBATCH_ARRAY_INX") != NULL);
	say_warning("--checkpoint: this sbatch can't be told what else the job "
		    "needs; give it --requeue --open-mode=append "
		    "--signal=B:URG@%" PRId64 " yourself",
		    signal_before_s(set));
}

void submit(const struct site *site, struct settings *set)
{
	if (sbatch_opt_find())
		set_by_name(site, set);
	else
		advise(site, set);
}
