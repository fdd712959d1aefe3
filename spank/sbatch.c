/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sbatch.c: options, refusals, and what sbatch is told to ask for. */
#include "spank/sbatch.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "requeue/settings/duration.h"
#include "requeue/settings/pattern.h"
#include "requeue/settings/settings.h"
#include "requeue/settings/site.h"

/* How Slurm hands an option on (_SLURM_…), and the copy of it that stays in a
 * job, where srun and sbatch take it for an option of their own. */
#define FORWARDED	 "_SLURM_SPANK_OPTION_" PLUGIN_NAME "_"
#define DURABLE		 "SLURM_SPANK_" FORWARDED
/* The variable of prolog and epilog that Slurm also puts, as SETTINGS_ENV,
 * into the job. */
#define JOB_CONTROL_NAME (&SETTINGS_ENV[sizeof("SLURM_SPANK_") - 1])

/* Slurm keeps the moment of --signal in 16 bits. */
#define SIGNAL_MAX_S 65535
#define MINUTE_S     60

/* What was asked for so far: sbatch calls us once for each occurrence. */
static struct {
	struct settings set;
	uint64_t
		asked; /* bit n: row n was given, not by its environment form */
	bool is_touched; /* any option was given, in whatever form */
	char error[SETTINGS_ERROR_LEN]; /* the first value refused */
	unsigned components; /* of the job seen so far; het jobs have several */
	bool is_first_on;    /* the first component asked for --checkpoint */
} request;

/* sbatch's own options, reached by name. */
static struct {
	void *opt;
	int (*set)(void *opt, const char *name, const char *value, bool early);
	bool (*isset)(void *opt, const char *name);
	char *(*get)(void *opt, const char *name);
} slurm;

/* -------- names of variables -------- */

/* prefix and the option's name as Slurm writes it in a variable's. */
static void option_env_name(const char *prefix, const struct option_row *row,
			    char name[SBATCH_ENV_NAME_LEN])
{
	size_t len = strlen(prefix);

	memcpy(name, prefix, len);
	for (const char *p = row->name; *p && len < SBATCH_ENV_NAME_LEN - 1;
	     p++)
		name[len++] = *p == '-' ? '_' : *p;
	name[len] = '\0';
}

bool sbatch_env_name(size_t index, char name[SBATCH_ENV_NAME_LEN])
{
	const struct option_row *row;

	if (index == 0) {
		memcpy(name, SETTINGS_ENV, sizeof(SETTINGS_ENV));
		return true;
	}
	index--;
	if (index / 3 >= settings_options_count)
		return false;
	row = &settings_options[index / 3];
	if (index % 3 == 0)
		memcpy(name, row->env, strlen(row->env) + 1);
	else
		option_env_name(index % 3 == 1 ? FORWARDED : DURABLE, row,
				name);
	return true;
}

/* What an outer job may have left is not asked for here. */
static void forget_inherited(void)
{
	char name[SBATCH_ENV_NAME_LEN];

	unsetenv(SETTINGS_ENV);
	for (size_t i = 0; i < settings_options_count; i++) {
		option_env_name(FORWARDED, &settings_options[i], name);
		unsetenv(name);
		option_env_name(DURABLE, &settings_options[i], name);
		unsetenv(name);
	}
}

/*
 * Slurm reads DURABLE variables as options after the script's lines and before
 * the command line, which is the place of an environment form: so the SBATCH_
 * forms are handed to it under those names.  An empty one counts as unset.
 */
static void offer_environment(void)
{
	char name[SBATCH_ENV_NAME_LEN];

	for (size_t i = 0; i < settings_options_count; i++) {
		const char *value = getenv(settings_options[i].env);

		if (!value || !*value)
			continue;
		option_env_name(DURABLE, &settings_options[i], name);
		setenv(name, value, 1);
	}
}

/* The job carries SETTINGS_ENV; single options need not travel beside it. */
static void forget_forwarded(spank_t sp)
{
	char name[SBATCH_ENV_NAME_LEN];

	forget_inherited();
	for (size_t i = 0; i < settings_options_count; i++) {
		option_env_name(FORWARDED, &settings_options[i], name);
		spank_job_control_unsetenv(sp, name);
	}
}

/* -------- options -------- */

static bool is_sbatch(void)
{
	return dlsym(RTLD_DEFAULT, "sbopt") != NULL;
}

/* scrontab reads options, but never asks us about them afterwards. */
static bool is_scrontab(void)
{
	return dlsym(RTLD_DEFAULT, "scopt") != NULL;
}

#define ONLY_SBATCH                                                            \
	"only sbatch offers it: a job of salloc, srun or scrontab can't be "   \
	"run again from what it saved"

/* One occurrence of an option; val is its row.  What is wrong is kept until
 * all are read, so that it is said once and without Slurm's own wording. */
static int take_option(int val, const char *value, int remote)
{
	const struct option_row *row = &settings_options[val];
	char name[SBATCH_ENV_NAME_LEN], err[SETTINGS_ERROR_LEN];
	bool is_env;
	int rc;

	if (remote)
		return 0;
	if (is_scrontab()) {
		slurm_error("--%s: " ONLY_SBATCH, row->name);
		return -1;
	}
	request.is_touched = true;
	/* Slurm passes getenv()'s own pointer for offer_environment(). */
	option_env_name(DURABLE, row, name);
	is_env = value && value == getenv(name);
	if (!value)
		value = "";
	if (is_env) {
		rc = settings_set_env(&request.set, row, value, err,
				      sizeof(err));
	} else {
		request.asked |= UINT64_C(1) << val;
		rc = settings_set(&request.set, row, value, err, sizeof(err));
	}
	if (rc < 0 && !request.error[0])
		memcpy(request.error, err, sizeof(err));
	return 0;
}

/* spank_option_register() copies, but its structure has no const members. */
static int register_option(spank_t sp, size_t index)
{
	const struct option_row *row = &settings_options[index];
	char name[64], argument[64], help[128];
	struct spank_option option = {
		.name = name,
		.arginfo = argument,
		.usage = help,
		.has_arg = 1,
		.val = (int)index,
		.cb = take_option,
	};

	snprintf(name, sizeof(name), "%s", row->name);
	snprintf(argument, sizeof(argument), "%s", row->argument);
	snprintf(help, sizeof(help), "%s", row->help);
	return spank_option_register(sp, &option) == ESPANK_SUCCESS ? 0 : -1;
}

int sbatch_init(spank_t sp, int ac, char **av)
{
	(void)ac;
	(void)av;
	settings_init(&request.set);
	forget_inherited();
	for (size_t i = 0; i < settings_options_count; i++)
		if (register_option(sp, i) < 0) {
			slurm_error("slurm-checkpoint: Slurm refuses the "
				    "option --%s",
				    settings_options[i].name);
			return -1;
		}
	if (is_sbatch())
		offer_environment();
	return 0;
}

/* -------- saying no -------- */

/*
 * End the command.  Slurm heeds what init_post_opt returns only where
 * plugstack.conf says "required", and then adds lines that explain nothing;
 * what was asked for must not be submitted without it under either word.
 */
static void __attribute__((noreturn, format(printf, 1, 2)))
refuse(const char *format, ...)
{
	const int *error_exit = dlsym(RTLD_DEFAULT, "error_exit");
	char text[SETTINGS_ERROR_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	slurm_error("%s", text);
	exit(error_exit && *error_exit ? *error_exit : 1);
}

/* --quiet silences it, as it does Slurm's own. */
static void __attribute__((format(printf, 1, 2))) warn(const char *format, ...)
{
	char text[SETTINGS_ERROR_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	slurm_info("warning: %s", text);
}

/* -------- sbatch's own options -------- */

static bool find_slurm(void)
{
	slurm.opt = dlsym(RTLD_DEFAULT, "opt");
	*(void **)&slurm.set = dlsym(RTLD_DEFAULT, "slurm_option_set");
	*(void **)&slurm.isset = dlsym(RTLD_DEFAULT, "slurm_option_isset");
	*(void **)&slurm.get = dlsym(RTLD_DEFAULT, "slurm_option_get");
	return slurm.opt && slurm.set && slurm.isset && slurm.get;
}

/* The value that the user gave, "" if none.  Slurm's copy is left to the end
 * of the process: how it is freed differs between releases. */
static const char *get_option(const char *name)
{
	const char *value = NULL;

	if (slurm.isset(slurm.opt, name))
		value = slurm.get(slurm.opt, name);
	return value ? value : "";
}

static void __attribute__((format(printf, 2, 3)))
set_option(const char *name, const char *format, ...)
{
	char value[64]; /* writable: Slurm scribbles in it while it parses */
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	if (slurm.set(slurm.opt, name, value, false) != 0)
		warn("--checkpoint: sbatch didn't take --%s=%s; give it "
		     "yourself",
		     name, value);
}

/* The limit asked for, in minutes; 0: none, or without end. */
static int64_t asked_limit_min(bool *is_unlimited)
{
	const char *text = get_option("time");
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
		refuse("--checkpoint=%s: with --time of %s no time is left to "
		       "compute; ask for a longer --time or a shorter grace "
		       "window",
		       grace, limit);
	if (settings_is_given(set, row) && set->min_s > limit_s)
		refuse("--checkpoint-min=%s: longer than --time of %s; it can "
		       "be as long at most",
		       duration_format(set->min_s, min), limit);
}

/* Does the name of `len` bytes mean this signal (0: none)? */
static bool is_signal(const char *name, size_t len, int64_t signum)
{
	const char *ours = option_signal_name((int)signum);

	return ours && strlen(ours) == len && !strncmp(ours, name, len);
}

/* A signal as get_option("signal") has it: [[R][B]:]NAME[@SECONDS]. */
static void check_signal(const struct settings *set, const char *asked)
{
	const char *colon = strchr(asked, ':');
	const char *name = colon ? colon + 1 : asked;
	bool is_batch = colon && memchr(asked, 'B', colon - asked);
	size_t len = strcspn(name, "@");

	if (is_signal(name, len, set->signal) ||
	    is_signal(name, len, set->interval_signal))
		refuse("--signal=%s: --checkpoint sends SIG%.*s itself; leave "
		       "--signal out, or name another signal with one of them",
		       asked, (int)len, name);
	if (is_batch && len == 3 && !strncmp("URG", name, len))
		refuse("--signal=%s: by SIGURG Slurm calls the supervisor of "
		       "--checkpoint; name another signal",
		       asked);
}

static void __attribute__((noreturn))
refuse_dir(const struct settings *set, const char *clause)
{
	char err[SETTINGS_ERROR_LEN];

	option_refuse("--checkpoint-dir", set->dir, clause, err, sizeof(err));
	refuse("%s", err);
}

static void check_array(const struct settings *set, bool is_array)
{
	char clause[SETTINGS_ERROR_LEN];

	if (pattern_check(set->dir, is_array, clause, sizeof(clause)) < 0)
		refuse_dir(set, clause);
}

/* Whose job it will be: root may submit for others. */
static const char *user_name(void)
{
	const char *other = get_option("uid");
	const struct passwd *user;

	if (*other && !isdigit((unsigned char)*other))
		return other;
	user = getpwuid(*other ? (uid_t)strtoul(other, NULL, 10) : getuid());
	return user ? user->pw_name : NULL;
}

/* %x is the name at submission: scontrol may change it, and what the batch
 * script and an epilog are told of it, and of the user's, then differs. */
static void fix_names(struct settings *set)
{
	const char *name = slurm.get(slurm.opt, "job-name");
	/* The name service is asked only where %u may be meant. */
	const char *user = strchr(set->dir, 'u') ? user_name() : "";
	char clause[SETTINGS_ERROR_LEN], dir[SETTINGS_PATH_LEN];

	/* The name that sbatch gives to a script from its standard input. */
	if (!name || !*name)
		name = "sbatch";
	if (!user)
		refuse_dir(set, "asks for the user's name, and this host "
				"doesn't know it");
	if (pattern_put_names(set->dir, name, user, dir, sizeof(dir), clause,
			      sizeof(clause)) < 0)
		refuse_dir(set, clause);
	memcpy(set->dir, dir, sizeof(set->dir));
}

/* -------- what sbatch shall ask for -------- */

static void warn_short(const struct settings *set, int64_t limit_min)
{
	char grace[DURATION_TEXT_LEN], limit[DURATION_TEXT_LEN];

	if (!limit_min || limit_min * MINUTE_S >= 2 * set->grace_s)
		return;
	warn("--checkpoint=%s: more than half of a run of %s is kept for "
	     "saving; a longer --time or a shorter grace window computes more",
	     duration_format(set->grace_s, grace),
	     duration_format(limit_min * MINUTE_S, limit));
}

static void ask_times(const struct settings *set, bool is_unlimited)
{
	int64_t limit_min = set->submitted_min;
	int64_t need_min = minutes_up(set->total_s + set->grace_s);
	int64_t min_min = minutes_up(set->min_s);

	/* Without --time the partition's limit stands: it may be lower. */
	if (set->total_s && (is_unlimited || limit_min > need_min)) {
		limit_min = need_min;
		set_option("time", "%" PRId64, limit_min);
	}
	warn_short(set, limit_min);
	if (!min_min || slurm.isset(slurm.opt, "time-min"))
		return;
	if (limit_min && min_min > limit_min)
		min_min = limit_min;
	set_option("time-min", "%" PRId64, min_min);
}

static void ask_signal(const struct settings *set)
{
	int64_t before_s = set->grace_s;

	if (before_s > SIGNAL_MAX_S)
		before_s = SIGNAL_MAX_S;
	if (!slurm.isset(slurm.opt, "signal"))
		set_option("signal", "B:URG@%" PRId64, before_s);
}

/* All checks first: nothing is set for a job that is refused. */
static void ask_sbatch(const struct site *site, struct settings *set)
{
	bool is_array, is_unlimited;
	char err[SETTINGS_ERROR_LEN];
	const char *requeue;

	is_array = slurm.isset(slurm.opt, "array");
	site_apply(site, set, is_array);
	if (site_check(site, set, err, sizeof(err)) < 0)
		refuse("%s", err);
	requeue = slurm.get(slurm.opt, "requeue");
	if (requeue && !strcmp(requeue, "no-requeue"))
		refuse("--no-requeue: --checkpoint requeues the job; leave one "
		       "of them out");
	set->submitted_min = asked_limit_min(&is_unlimited);
	check_limit(set);
	check_signal(set, get_option("signal"));
	check_array(set, is_array);
	fix_names(set);

	ask_times(set, is_unlimited);
	ask_signal(set);
	if (!slurm.isset(slurm.opt, "open-mode"))
		set_option("open-mode", "append");
	if (!requeue || !strcmp(requeue, "unset"))
		set_option("requeue", "%s", "");
}

/* A Slurm whose sbatch can't be reached by name. */
static void ask_user(const struct site *site, struct settings *set)
{
	char err[SETTINGS_ERROR_LEN];

	site_apply(site, set, getenv("SBATCH_ARRAY_INX") != NULL);
	if (site_check(site, set, err, sizeof(err)) < 0)
		refuse("%s", err);
	warn("--checkpoint: this sbatch can't be told what else the job "
	     "needs; give it --requeue --open-mode=append "
	     "--signal=B:URG@%" PRId64 " yourself",
	     set->grace_s > SIGNAL_MAX_S ? SIGNAL_MAX_S : set->grace_s);
}

/* -------- after the options -------- */

/* A name for the store's owner that no other job has. */
static void make_token(char token[SETTINGS_TOKEN_LEN])
{
	unsigned char bytes[(SETTINGS_TOKEN_LEN - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		refuse("--checkpoint: no random numbers: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(&token[2 * i], 3, "%02x", bytes[i]);
}

/* Options of ours without --checkpoint; their environment forms are defaults
 * for when it is given, and say nothing without it. */
static void check_lonely(void)
{
	if (request.asked & 1)
		return; /* --checkpoint=off */
	for (size_t i = 1; i < settings_options_count; i++)
		if (request.asked & UINT64_C(1) << i)
			refuse("--%s: needs --checkpoint=TIME, which turns "
			       "checkpointing on",
			       settings_options[i].name);
}

/*
 * The script of a het job runs in its first component, where we must be.  A
 * later one keeps what the first was told to ask for (sbatch resets little
 * between them); nothing is left to do.  True: this is such a one.
 */
static bool is_later_component(void)
{
	bool is_on = request.set.grace_s != 0;

	if (request.components++ == 0) {
		request.is_first_on = is_on;
		return false;
	}
	if (is_on && !request.is_first_on)
		refuse("--checkpoint: belongs to the first component of a "
		       "heterogeneous job");
	return true;
}

static void submit_settings(spank_t sp, struct settings *set)
{
	char text[SETTINGS_TEXT_LEN], err[SETTINGS_ERROR_LEN];

	if (!set->token[0])
		make_token(set->token);
	if (settings_encode(set, text, err, sizeof(err)) < 0)
		refuse("%s", err);
	/* Inherited by a job submitted from within a restarted one; 22.05 sets
	 * it only from the first restart on. */
	unsetenv("SLURM_RESTART_COUNT");
	/* sbatch puts this into the job as SETTINGS_ENV, --export=NONE and
	 * --export-file or not; an epilog sees it as SPANK_CHECKPOINT. */
	if (spank_job_control_setenv(sp, JOB_CONTROL_NAME, text, 1) !=
	    ESPANK_SUCCESS)
		refuse("--checkpoint: Slurm refuses " SETTINGS_ENV);
	for (size_t i = 0; i < settings_options_count; i++)
		unsetenv(settings_options[i].env);
}

int sbatch_init_post_opt(spank_t sp, int ac, char **av)
{
	char err[SETTINGS_ERROR_LEN];
	struct site site;

	if (!request.is_touched) {
		request.components++;
		return 0;
	}
	if (!is_sbatch())
		refuse("--checkpoint: " ONLY_SBATCH);
	forget_forwarded(sp);
	if (request.error[0])
		refuse("%s", request.error);
	if (is_later_component())
		return 0;
	if (!request.set.grace_s) {
		check_lonely();
		return 0;
	}
	if (site_read(&site, ac, av, err, sizeof(err)) < 0)
		refuse("--checkpoint: this site's plugstack.conf is wrong, "
		       "tell its administrator: %s",
		       err);
	if (find_slurm())
		ask_sbatch(&site, &request.set);
	else
		ask_user(&site, &request.set);
	submit_settings(sp, &request.set);
	return 0;
}
