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

#include "requeue/settings/settings.h"
#include "requeue/settings/site.h"
#include "spank/environment.h"
#include "spank/say.h"
#include "spank/submit.h"

/* The variable of prolog and epilog that Slurm also puts, as SETTINGS_ENV,
 * into the job. */
#define JOB_CONTROL_NAME (&SETTINGS_ENV[sizeof("SLURM_SPANK_") - 1])

/* The options read so far: sbatch calls take_option() for each occurrence. */
static struct {
	struct settings set;
	uint64_t given;	 /* bit n: row n was, other than by its environment
			    form */
	bool is_touched; /* any option was given, in whatever form */
	char error[SETTINGS_ERROR_LEN]; /* the first value refused */
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

/* Take one occurrence of an option; val is its row.  An error is kept until all
 * are read, so that it is said once, and without words of Slurm's. */
static int take_option(int val, const char *value, int remote)
{
	const struct option_row *row = &settings_options[val];
	char err[SETTINGS_ERROR_LEN];
	int rc;

	if (remote)
		return 0;
	if (is_scrontab()) {
		slurm_error("--%s: " ONLY_SBATCH, row->name);
		return -1;
	}
	request.is_touched = true;
	if (environment_is_form(row, value)) {
		rc = settings_set_env(&request.set, row, value, err,
				      sizeof(err));
	} else {
		request.given |= UINT64_C(1) << val;
		rc = settings_set(&request.set, row, value ? value : "", err,
				  sizeof(err));
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

int sbatch_init(spank_t sp)
{
	settings_init(&request.set);
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
	if (is_sbatch())
		environment_offer();
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
	if (request.given & 1)
		return; /* --checkpoint=off */
	for (size_t i = 1; i < settings_options_count; i++)
		if (request.given & UINT64_C(1) << i)
			say_refusal(
				"--%s: needs --checkpoint=TIME, which turns "
				"checkpointing on",
				settings_options[i].name);
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
	if (!request.set.grace_s) {
		check_lonely();
		return 0;
	}
	if (site_read(&site, ac, av, err, sizeof(err)) < 0)
		say_refusal(
			"--checkpoint: this site's plugstack.conf is wrong, "
			"tell its administrator: %s",
			err);
	submit(&site, &request.set);
	submit_settings(sp, &request.set);
	return 0;
}
