/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sbatch.c: the options of --checkpoint, from sbatch into the job. */
#include "spank/sbatch.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "requeue/settings/settings.h"
#include "requeue/settings/site.h"
#include "requeue/settings/text.h"
#include "spank/cmdline.h"
#include "spank/environment.h"
#include "spank/say.h"
#include "spank/submit.h"

/* The variable of prolog and epilog that Slurm also puts, as SETTINGS_ENV,
 * into the job. */
#define JOB_CONTROL_NAME (&SETTINGS_ENV[sizeof("SLURM_SPANK_") - 1])

/* The options read so far: sbatch calls take_option() for each occurrence. */
static struct {
	struct settings set;
	struct settings typed; /* the same without the environment */
	bool is_touched;       /* any option was given, in whatever form */
	char error[SETTINGS_ERROR_LEN]; /* the first typed value refused */
	/* bit n: the environment form of row n is refused, and is left off */
	uint64_t left_off;
	unsigned components; /* of the job seen so far; het jobs have several */
	bool is_first_on;    /* the first component has --checkpoint */
} request;

/* -------- options -------- */

static bool is_sbatch(void)
{
	return dlsym(RTLD_DEFAULT, "sbopt") != NULL;
}

/* srun's tasks belong to the job that it runs in. */
static bool is_srun(void)
{
	return dlsym(RTLD_DEFAULT, "sropt") != NULL;
}

/* scrontab reads options, but never calls sbatch_init_post_opt(). */
static bool is_scrontab(void)
{
	return dlsym(RTLD_DEFAULT, "scopt") != NULL;
}

#define ONLY_SBATCH                                                            \
	"only sbatch offers it: a job of salloc, srun or scrontab can't be "   \
	"run again from what it saved"

/* The environment form is read before the command line, which may still name
 * a better value. */
static void take_form(const struct option_row *row, const char *value)
{
	char err[SETTINGS_ERROR_LEN];

	if (settings_set_env(&request.set, row, value, err, sizeof(err)) < 0)
		request.left_off |= UINT64_C(1) << (row - settings_options);
}

static void take_typed(const struct option_row *row, const char *value)
{
	char err[SETTINGS_ERROR_LEN];

	request.left_off &= ~(UINT64_C(1) << (row - settings_options));
	if (settings_set(&request.set, row, value, err, sizeof(err)) == 0)
		settings_copy(&request.typed, row, &request.set);
	else if (!request.error[0])
		memcpy(request.error, err, sizeof(err));
}

/* Take one occurrence of an option; val is its row.  An error is kept until all
 * are read, so that it is said once, and without words of Slurm's. */
static int take_option(int val, const char *value, int remote)
{
	const struct option_row *row = &settings_options[val];

	if (remote)
		return 0;
	if (is_scrontab()) {
		slurm_error("--%s: " ONLY_SBATCH, row->name);
		return -1;
	}
	request.is_touched = true;
	if (environment_is_form(row, value))
		take_form(row, value);
	else
		take_typed(row, value ? value : "");
	return 0;
}

/*
 * Refuse "--checkpoint job.sh", where the script's name was taken for the
 * option's value: sbatch would wait for a script on its standard input, before
 * it calls take_option().
 */
static void check_pairs(void)
{
	struct cmdline_pair pair;

	for (size_t n = 0; cmdline_pair(n, &pair); n++) {
		const struct option_row *row = settings_row(pair.name);
		struct settings scratch = request.set;
		char err[SETTINGS_ERROR_LEN], shown[64];
		int len;

		if (!row || settings_set(&scratch, row, pair.value, err,
					 sizeof(err)) == 0)
			continue;
		if (pair.value[0] != '-' && access(pair.value, F_OK) != 0)
			say_refusal("%s", err);
		text_clean(shown, sizeof(shown), pair.value);
		/* Of TIME|auto the first form is the one to show. */
		len = (int)strcspn(row->argument, "|");
		say_refusal("--%s needs its %.*s, and takes %s for it; write "
			    "--%s=%.*s%s",
			    row->name, len, row->argument, shown, row->name,
			    len, row->argument,
			    row == settings_options
				    ? ", such as --checkpoint=10m"
				    : "");
	}
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

int sbatch_init(spank_t sp)
{
	settings_init(&request.set);
	settings_init(&request.typed);
	environment_forget_inherited();
	if (!is_srun())
		environment_forget_run();
	for (size_t i = 0; i < settings_options_count; i++)
		if (register_option(sp, i) < 0) {
			slurm_error("slurm-checkpoint: Slurm refuses the "
				    "option --%s",
				    settings_options[i].name);
			return -1;
		}
	if (is_sbatch()) {
		check_pairs();
		environment_offer();
	}
	return 0;
}

/* -------- after the options -------- */

/* Make a random name for the job, by which its store knows it from another job
 * with the same number. */
static void make_token(char token[SETTINGS_TOKEN_LEN])
{
	unsigned char bytes[(SETTINGS_TOKEN_LEN - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		say_refusal("--checkpoint: no random numbers: %s",
			    strerror(errno));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(&token[2 * i], 3, "%02x", bytes[i]);
}

/* Refuse options that mean nothing without --checkpoint.  Their environment
 * forms are allowed: they are defaults for jobs that have it. */
static void check_lonely(void)
{
	const struct option_row *row = settings_options;

	if (settings_is_given(&request.typed, row++))
		return; /* --checkpoint=off */
	for (; row < settings_options + settings_options_count; row++)
		if (settings_is_given(&request.typed, row))
			say_refusal(
				"--%s: needs --checkpoint=TIME, which turns "
				"checkpointing on",
				row->name);
}

/* Say which environment forms have a value that is none. */
static void warn_left_off(void)
{
	struct settings scratch = request.set;
	char err[SETTINGS_ERROR_LEN];

	for (size_t i = 0; i < settings_options_count; i++) {
		const struct option_row *row = &settings_options[i];
		const char *value = getenv(row->env);

		if (request.left_off & UINT64_C(1) << i && value &&
		    settings_set_env(&scratch, row, value, err, sizeof(err)))
			say_warning("%s; it is left off", err);
	}
}

/*
 * Is this a later component of a heterogeneous job?  The script runs in the
 * first one, so that only that one may begin to use --checkpoint.  A later one
 * keeps most of the options that were set for the first, because sbatch resets
 * few of them in between: nothing is left to do.
 */
static bool is_later_component(void)
{
	bool is_on = request.set.grace_s != 0;

	if (request.components++ == 0) {
		request.is_first_on = is_on;
		return false;
	}
	if (is_on && !request.is_first_on)
		say_refusal("--checkpoint: belongs to the first component of a "
			    "heterogeneous job");
	return true;
}

static void submit_settings(spank_t sp, struct settings *set)
{
	char text[SETTINGS_TEXT_LEN], err[SETTINGS_ERROR_LEN];

	if (!set->token[0])
		make_token(set->token);
	if (settings_encode(set, text, err, sizeof(err)) < 0)
		say_refusal("%s", err);
	/* A job that is submitted within a restarted one would inherit it, and
	 * 22.05 sets it only from the first restart on. */
	unsetenv("SLURM_RESTART_COUNT");
	/* sbatch puts this into the job as SETTINGS_ENV, --export=NONE and
	 * --export-file or not; an epilog sees it as SPANK_CHECKPOINT. */
	if (spank_job_control_setenv(sp, JOB_CONTROL_NAME, text, 1) !=
	    ESPANK_SUCCESS)
		say_refusal("--checkpoint: Slurm refuses " SETTINGS_ENV);
	for (size_t i = 0; i < settings_options_count; i++)
		unsetenv(settings_options[i].env);
}

int sbatch_init_post_opt(spank_t sp, int ac, char **av)
{
	char err[SETTINGS_ERROR_LEN];
	struct site site;
	const char *version = ""; /* borrowed */

	if (!request.is_touched) {
		request.components++;
		return 0;
	}
	if (!is_sbatch())
		say_refusal("--checkpoint: " ONLY_SBATCH);
	environment_forget_forwarded(sp);
	if (request.error[0])
		say_refusal("%s", request.error);
	if (is_later_component())
		return 0;
	warn_left_off();
	if (!request.set.grace_s) {
		check_lonely();
		return 0;
	}
	if (site_read(&site, ac, av, err, sizeof(err)) < 0) {
		submit_refuse(&request.typed,
			      "--checkpoint: this site's plugstack.conf is "
			      "wrong, tell its administrator: %s",
			      err);
		return 0;
	}
	spank_get_item(sp, S_SLURM_VERSION, &version);
	if (submit(&site, &request.set, &request.typed, version))
		submit_settings(sp, &request.set);
	return 0;
}
