/* SPDX-License-Identifier: GPL-2.0-or-later */
/* environ.c: an environment for a program that the supervisor starts. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/process/environ.h"

static size_t count_entries(char *const *env)
{
	size_t n = 0;

	while (env && env[n])
		n++;
	return n;
}

static bool has_name(char *const *env, const char *entry)
{
	size_t len = strcspn(entry, "=") + 1;

	for (; *env; env++)
		if (!strncmp(*env, entry, len))
			return true;
	return false;
}

char **environ_merge(char *const *const *lists, size_t count)
{
	size_t entries = 1, n = 0;
	char **env;

	for (size_t i = 0; i < count; i++)
		entries += count_entries(lists[i]);
	env = calloc(entries, sizeof(*env));
	if (!env)
		return NULL;
	for (size_t i = 0; i < count; i++)
		for (char *const *e = lists[i]; e && *e; e++)
			if (!has_name(env, *e))
				env[n++] = *e;
	return env;
}
