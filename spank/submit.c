/* SPDX-License-Identifier: GPL-2.0-or-later */
/* submit.c: is the job allowed, and which of sbatch's options it needs. */
#include "spank/submit.h"

#include <ctype.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "requeue/policy/plan.h"
#include "requeue/settings/comment.h"
#include "requeue/settings/duration.h"
#include "requeue/settings/option.h"
#include "requeue/settings/pattern.h"
#include "spank/advice.h"
#include "spank/cmdline.h"
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

static int fault(char err[SETTINGS_ERROR_LEN], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Say what is wrong; always returns -1. */
static int fault(char err[SETTINGS_ERROR_LEN], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err, SETTINGS_ERROR_LEN, format, args);
	va_end(args);
	return -1;
}

static int check_limit(const struct settings *set, char *err)
{
	char grace[DURATION_TEXT_LEN], limit[DURATION_TEXT_LEN];
	char min[DURATION_TEXT_LEN];
	int64_t limit_s = set->submitted_min * MINUTE_S;
	const struct option_row *row = settings_row("checkpoint-min");

	if (!limit_s)
		return 0;
	duration_format(set->grace_s, grace);
	duration_format(limit_s, limit);
	if (set->grace_s >= limit_s)
		return fault(err,
			     "--checkpoint=%s%s: with --time of %s no time is "
			     "left to compute; ask for a longer --time or a "
			     "shorter grace",
			     set->is_auto ? "auto:" : "", grace, limit);
	if (settings_is_given(set, row) && set->min_s > limit_s)
		return fault(err,
			     "--checkpoint-min=%s: longer than --time of %s; "
			     "it can be as long at most",
			     duration_format(set->min_s, min), limit);
	return 0;
}

/* A signal as sbatch has it: [[R][B]:]NAME[@SECONDS]. */
struct given_signal {
	bool is_reserving; /* R: the job may borrow reserved nodes */
	bool is_batch;
	int len;
	const char *name;
};

static struct given_signal read_signal(const char *given)
{
	const char *colon = strchr(given, ':');
	const char *name = colon ? colon + 1 : given;
	size_t flags = colon ? (size_t)(colon - given) : 0;

	return (struct given_signal){
		.is_reserving = memchr(given, 'R', flags),
		.is_batch = memchr(given, 'B', flags),
		.len = (int)strcspn(name, "@"),
		.name = name,
	};
}

static bool is_named(const struct given_signal *given, const char *name)
{
	return name && (int)strlen(name) == given->len &&
	       !strncmp(name, given->name, given->len);
}

/* Is it one that we send ourselves? */
static bool is_ours(const struct given_signal *given,
		    const struct settings *set)
{
	return is_named(given, option_signal_name((int)set->signal)) ||
	       is_named(given, option_signal_name((int)set->interval_signal));
}

/* Is it the call of the supervisor? */
static bool is_call(const struct given_signal *given)
{
	return given->is_batch && is_named(given, "URG");
}

/* Is our own signal set in place of the given one?  Not where the user wants
 * another one; R by itself names one only because sbatch wants a name. */
static bool is_replaced(const struct settings *set, const char *text)
{
	struct given_signal given = read_signal(text);

	if (!*text)
		return true;
	if (!is_ours(&given, set) && !is_call(&given))
		return false;
	return given.is_reserving ||
	       (getenv("SBATCH_SIGNAL") && !cmdline_has("signal"));
}

static int check_signal(const struct settings *set, const char *text, char *err)
{
	struct given_signal given = read_signal(text);

	if (is_replaced(set, text))
		return 0;
	if (is_ours(&given, set))
		return fault(err,
			     "--signal=%s: --checkpoint sends SIG%.*s itself; "
			     "leave --signal out, or name another signal with "
			     "one of them",
			     text, given.len, given.name);
	if (is_call(&given))
		return fault(err,
			     "--signal=%s: by SIGURG Slurm calls the "
			     "supervisor of --checkpoint; name another signal",
			     text);
	return 0;
}

static int refuse_dir(const struct settings *set, const char *clause, char *err)
{
	return option_refuse("--checkpoint-dir", set->dir, clause, err,
			     SETTINGS_ERROR_LEN);
}

static int check_array(const struct settings *set, bool is_array, char *err)
{
	char clause[SETTINGS_ERROR_LEN];

	if (pattern_check(set->dir, is_array, clause, sizeof(clause)) < 0)
		return refuse_dir(set, clause, err);
	return 0;
}

static bool is_no_requeue(void)
{
	return !strcmp(sbatch_opt_value("requeue"), "no-requeue");
}

/* Does "no requeue" come from the environment alone? */
static bool is_no_requeue_by_env(void)
{
	const char *script = cmdline_script_text();

	return getenv("SBATCH_NO_REQUEUE") && !cmdline_has("no-requeue") &&
	       !(script && strstr(script, "--no-requeue"));
}

/* Where neither was typed, the job isn't checkpointed: a job that is run again
 * though it shouldn't is the worse mistake. */
static int check_requeue(const struct settings *set, char *err)
{
	if (is_no_requeue() && (settings_is_by_env(set, settings_options) ||
				!is_no_requeue_by_env()))
		return fault(err, "--no-requeue: --checkpoint requeues the "
				  "job; leave one of them out");
	return 0;
}

/* The plugin hands them to its helpers in lines. */
static int check_names(char *err)
{
	if (strchr(sbatch_opt_value("job-name"), '\n'))
		return fault(err, "--job-name: the name has a line break, "
				  "which --checkpoint can't use; give "
				  "another one");
	if (strchr(sbatch_opt_value("chdir"), '\n'))
		return fault(err, "--chdir: the directory's name has a line "
				  "break, which --checkpoint can't use; submit "
				  "from another one");
	return 0;
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
static int fix_names(struct settings *set, char *err)
{
	const char *name = sbatch_opt_value("job-name");
	/* The name service is asked only where the pattern may have %u. */
	const char *user = strchr(set->dir, 'u') ? user_name() : "";
	char clause[SETTINGS_ERROR_LEN], dir[SETTINGS_PATH_LEN];

	/* sbatch gives this name to a script from its standard input. */
	if (!*name)
		name = "sbatch";
	if (!user)
		return refuse_dir(set,
				  "asks for the user's name, and this host "
				  "doesn't know it",
				  err);
	if (pattern_put_names(set->dir, name, user, dir, sizeof(dir), clause,
			      sizeof(clause)) < 0)
		return refuse_dir(set, clause, err);
	memcpy(set->dir, dir, sizeof(set->dir));
	return 0;
}

/* Do all settings together fit, with the token that is still to be made? */
static int check_length(const struct settings *set, char *err)
{
	struct settings whole = *set;
	char text[SETTINGS_TEXT_LEN];

	memset(whole.token, '0', sizeof(whole.token) - 1);
	return settings_encode(&whole, text, err, SETTINGS_ERROR_LEN);
}

/* Is the method there?  A submit host may have none of them, and the node looks
 * again. */
static int check_method(const struct site *site, const struct settings *set,
			char *err)
{
	char path[2 * SETTINGS_PATH_LEN];

	snprintf(path, sizeof(path), "%s/%s", site->methods, set->method);
	if (!settings_has_method(set) || access(site->methods, F_OK) ||
	    !access(path, X_OK))
		return 0;
	return fault(err,
		     "--checkpoint-method=%.64s: this site has no such method; "
		     "those that it has are in %.256s",
		     set->method, site->methods);
}

/* Check all, and fill in what the user left to the site. */
static int complete(const struct site *site, struct settings *set, char *err)
{
	bool is_array = sbatch_opt_is_given("array"), is_unlimited;

	site_apply(site, set, is_array);
	set->submitted_min = given_limit_min(&is_unlimited);
	if (site_check(site, set, err, SETTINGS_ERROR_LEN) < 0 ||
	    check_method(site, set, err) < 0 || check_requeue(set, err) < 0 ||
	    check_limit(set, err) < 0 ||
	    check_signal(set, sbatch_opt_given("signal"), err) < 0 ||
	    check_names(err) < 0 || check_array(set, is_array, err) < 0 ||
	    fix_names(set, err) < 0)
		return -1;
	return check_length(set, err);
}

/* -------- what comes from the environment -------- */

/* The environment form, other than that of --checkpoint itself, without which
 * this fault isn't there; NULL: there is none. */
static const struct option_row *find_form(const struct site *site,
					  const struct settings *set,
					  const struct settings *typed,
					  const char *err)
{
	for (size_t i = 1; i < settings_options_count; i++) {
		const struct option_row *row = &settings_options[i];
		struct settings without = *set;
		char other[SETTINGS_ERROR_LEN] = "";

		if (!settings_is_by_env(set, row))
			continue;
		settings_copy(&without, row, typed);
		if (complete(site, &without, other) == 0 ||
		    strcmp(other, err) != 0)
			return row;
	}
	return NULL;
}

/* Leave off what the user didn't type and what can't work.  Returns false where
 * the job is submitted without checkpointing. */
static bool complete_typed(const struct site *site, struct settings *set,
			   const struct settings *typed)
{
	const struct settings given = *set;
	char err[SETTINGS_ERROR_LEN];
	const struct option_row *row;

	if (complete(site, set, err) == 0)
		return true;
	*set = given;
	row = find_form(site, set, typed, err);
	if (!row) {
		submit_refuse(typed, "%s", err);
		return false;
	}
	say_warning("%s is left off: %s", row->env, err);
	settings_copy(set, row, typed);
	return complete_typed(site, set, typed);
}

void submit_refuse(const struct settings *typed, const char *format, ...)
{
	char text[SETTINGS_ERROR_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (typed->given)
		say_refusal("%s", text);
	say_warning("SBATCH_CHECKPOINT is left off, and the job goes without "
		    "checkpointing: %s",
		    text);
}

/* -------- sbatch's own options -------- */

static void warn_short(const struct settings *set, int64_t limit_min)
{
	char grace[DURATION_TEXT_LEN], limit[DURATION_TEXT_LEN];

	if (!limit_min || limit_min * MINUTE_S >= 2 * set->grace_s)
		return;
	say_warning(
		"--checkpoint=%s%s: more than half of a run of %s is kept for "
		"saving; a longer --time or a shorter grace computes more",
		set->is_auto ? "auto:" : "",
		duration_format(set->grace_s, grace),
		duration_format(limit_min * MINUTE_S, limit));
}

/* The minimum of the first run, in minutes; 0: none. */
static int64_t first_min_min(const struct settings *set, int64_t limit_min,
			     const char *version)
{
	int64_t min_min = minutes_up(set->min_s);

	if (!min_min && limit_min && plan_has_longest_fit(version))
		return plan_first_min(set->grace_s, limit_min);
	return limit_min && min_min > limit_min ? limit_min : min_min;
}

static void set_times(const struct settings *set, bool is_unlimited,
		      const char *version)
{
	int64_t limit_min = set->submitted_min;
	int64_t need_min = minutes_up(set->total_s + set->grace_s);
	int64_t min_min;

	/* Without --time the partition's limit stands: it may be lower. */
	if (set->total_s && (is_unlimited || limit_min > need_min)) {
		limit_min = need_min;
		sbatch_opt_set("time", "%" PRId64, limit_min);
	}
	warn_short(set, limit_min);
	min_min = first_min_min(set, limit_min, version);
	if (!min_min || sbatch_opt_is_given("time-min"))
		return;
	sbatch_opt_set("time-min", "%" PRId64, min_min);
}

/* How long before the end Slurm sends URG to the supervisor. */
static int64_t signal_before_s(const struct settings *set)
{
	return set->grace_s < SIGNAL_MAX_S ? set->grace_s : SIGNAL_MAX_S;
}

static void set_signal(const struct settings *set)
{
	const char *text = sbatch_opt_given("signal");
	struct given_signal given = read_signal(text);

	if (!is_replaced(set, text))
		return;
	if (*text && !given.is_reserving)
		say_warning("SBATCH_SIGNAL is left off: --checkpoint sends "
			    "SIG%.*s itself",
			    given.len, given.name);
	sbatch_opt_set("signal", "%sB:URG@%" PRId64,
		       given.is_reserving ? "R" : "", signal_before_s(set));
}

static void set_requeue(void)
{
	const char *requeue = sbatch_opt_value("requeue");

	if (is_no_requeue())
		say_warning("SBATCH_NO_REQUEUE is left off: --checkpoint "
			    "requeues the job");
	else if (*requeue && strcmp(requeue, "unset") != 0)
		return;
	sbatch_opt_set("requeue", "%s", "");
}

/* Let the comment tell from the first second where the store will be.  The
 * user's own stays as it is: where there is no room behind it, nothing does. */
static void set_comment(const struct settings *set)
{
	const char *given = sbatch_opt_given("comment");
	char word[COMMENT_STORE_MAX], *comment;

	comment_put_store(word, COMMENT_PATTERN, set->dir);
	word[strcspn(word, " ")] = '\0';
	if (!word[0] ||
	    strlen(given) + strlen(" " COMMENT_MARK "]") + strlen(word) >
		    COMMENT_MAX)
		return;
	comment = comment_compose(given, word);
	if (comment)
		sbatch_opt_set("comment", "%s", comment);
	free(comment);
}

/* All checks come first: nothing is set for a job that is refused. */
static bool set_by_name(const struct site *site, struct settings *set,
			const struct settings *typed, const char *version)
{
	bool is_unlimited;

	if (!complete_typed(site, set, typed))
		return false;
	advice_on_places(set);
	advice_on_script(set, sbatch_opt_given("signal"));
	given_limit_min(&is_unlimited);
	set_times(set, is_unlimited, version);
	set_signal(set);
	if (!sbatch_opt_is_given("open-mode"))
		sbatch_opt_set("open-mode", "append");
	set_requeue();
	set_comment(set);
	return true;
}

/* This sbatch's options can't be reached by name: the user must set them. */
static bool advise(const struct site *site, struct settings *set,
		   const struct settings *typed)
{
	char err[SETTINGS_ERROR_LEN];

	site_apply(site, set, getenv("SBATCH_ARRAY_INX") != NULL);
	if (site_check(site, set, err, sizeof(err)) < 0) {
		submit_refuse(typed, "%s", err);
		return false;
	}
	say_warning("--checkpoint: this sbatch can't be told what else the job "
		    "needs; give it --requeue --open-mode=append "
		    "--signal=B:URG@%" PRId64 " yourself",
		    signal_before_s(set));
	return true;
}

bool submit(const struct site *site, struct settings *set,
	    const struct settings *typed, const char *version)
{
	if (sbatch_opt_find())
		return set_by_name(site, set, typed, version);
	return advise(site, set, typed);
}
