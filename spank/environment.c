/* SPDX-License-Identifier: GPL-2.0-or-later */
/* environment.c: the environment variables that stand for options. */
#include "spank/environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "requeue/settings/settings.h"

/* Slurm hands an option on under the first prefix.  A copy under the second one
 * stays in the job, where srun and sbatch take it for an option of their own.
 * "checkpoint" is SPANK_PLUGIN's name in plugin.c. */
#define FORWARDED "_SLURM_SPANK_OPTION_checkpoint_"
#define DURABLE	  "SLURM_SPANK_" FORWARDED
/* What the supervisor tells the job of its run and its store. */
#define OF_RUN	  "SLURM_CHECKPOINT_"

/* Write a prefix, and the option's name as Slurm has it in a variable. */
static void option_name(const char *prefix, const struct option_row *row,
			char name[ENVIRONMENT_NAME_LEN])
{
	size_t len = strlen(prefix);

	memcpy(name, prefix, len);
	for (const char *p = row->name; *p && len < ENVIRONMENT_NAME_LEN - 1;
	     p++)
		name[len++] = *p == '-' ? '_' : *p;
	name[len] = '\0';
}

bool environment_name(size_t index, char name[ENVIRONMENT_NAME_LEN])
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
		option_name(index % 3 == 1 ? FORWARDED : DURABLE, row, name);
	return true;
}

bool environment_of_run(char *const *env, char name[ENVIRONMENT_NAME_LEN])
{
	for (; env && *env; env++) {
		size_t len = strcspn(*env, "=");

		if (strncmp(*env, OF_RUN, strlen(OF_RUN)) != 0 ||
		    len >= ENVIRONMENT_NAME_LEN)
			continue;
		memcpy(name, *env, len);
		name[len] = '\0';
		return true;
	}
	return false;
}

static bool was_of_run;

void environment_forget_run(void)
{
	char name[ENVIRONMENT_NAME_LEN];

	while (environment_of_run(environ, name) && !unsetenv(name))
		was_of_run = true;
}

bool environment_was_of_run(void)
{
	return was_of_run;
}

void environment_forget_inherited(void)
{
	char name[ENVIRONMENT_NAME_LEN];

	unsetenv(SETTINGS_ENV);
	for (size_t i = 0; i < settings_options_count; i++) {
		option_name(FORWARDED, &settings_options[i], name);
		unsetenv(name);
		option_name(DURABLE, &settings_options[i], name);
		unsetenv(name);
	}
}

void environment_offer(void)
{
	char name[ENVIRONMENT_NAME_LEN];

	for (size_t i = 0; i < settings_options_count; i++) {
		const char *value = getenv(settings_options[i].env);

		if (!value || !*value)
			continue;
		option_name(DURABLE, &settings_options[i], name);
		setenv(name, value, 1);
	}
}

void environment_forget_forwarded(spank_t sp)
{
	char name[ENVIRONMENT_NAME_LEN];

	environment_forget_inherited();
	for (size_t i = 0; i < settings_options_count; i++) {
		option_name(FORWARDED, &settings_options[i], name);
		spank_job_control_unsetenv(sp, name);
	}
}

bool environment_is_form(const struct option_row *row, const char *value)
{
	char name[ENVIRONMENT_NAME_LEN];

	/* Slurm passes the very pointer that getenv() returns. */
	option_name(DURABLE, row, name);
	return value && value == getenv(name);
}
