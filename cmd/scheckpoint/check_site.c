/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_site.c: the plugin's line in plugstack.conf, checked as sbatch and
 * slurmd read it.  Nothing is queried.
 */
#include "cmd/scheckpoint/check_site.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/say.h"
#include "requeue/settings/site.h"

#define PLUGIN "spank_checkpoint.so"
#define BLANKS " \t\n"

static bool is_plugin(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(slash ? slash + 1 : path, PLUGIN);
}

static int check_helpers(const struct call *call, const struct site *site)
{
	static const char *const helpers[] = {"supervise", "settle", "rpc",
					      "deliver", "notice"};
	char path[SETTINGS_PATH_LEN + 16];
	int code = SAYS_YES;

	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", site->helpers,
			 helpers[i]);
		if (access(path, X_OK))
			code = say_error(call,
					 "%s can't be run: %s; helpers=DIR "
					 "names its directory",
					 path, strerror(errno));
	}
	return code;
}

static int check_arguments(const struct call *call, const char *where,
			   const char *arguments)
{
	char err[SETTINGS_ERROR_LEN];
	struct site site;

	if (site_read_line(&site, arguments, err, sizeof(err)) < 0)
		return say_error(call, "%s: %s", where, err);
	return check_helpers(call, &site);
}

/* Check a line of the file, if it loads the plugin: else SAYS_NO. */
static int check_line(const struct call *call, const char *where, char *line)
{
	char *rest = line, *word, *path;
	int code = SAYS_YES;

	line[strcspn(line, "#\n")] = '\0';
	word = strtok_r(line, BLANKS, &rest);
	path = word ? strtok_r(NULL, BLANKS, &rest) : NULL;
	if (!path || !is_plugin(path) ||
	    (strcmp(word, "required") != 0 && strcmp(word, "optional") != 0))
		return SAYS_NO;
	if (*path == '/' && access(path, R_OK))
		code = say_error(call, "%s: %s: %s", where, path,
				 strerror(errno));
	if (check_arguments(call, where, rest ? rest : ""))
		code = SAYS_ERROR;
	if (code == SAYS_YES)
		printf("%s: good: %s\n", where, word);
	return code;
}

int command_check_site(struct call *call)
{
	const char *name = call->count ? call->operands[0]
				       : "/etc/slurm/plugstack.conf";
	FILE *file = fopen(name, "re");
	int result = SAYS_NO, code;
	char *line = NULL, where[4096];
	unsigned number = 0;
	size_t size = 0;

	if (!file)
		return say_error(call, "%s: %s", name, strerror(errno));
	while (getline(&line, &size, file) >= 0) {
		snprintf(where, sizeof(where), "%.4000s:%u", name, ++number);
		code = check_line(call, where, line);
		if (code == SAYS_ERROR || result == SAYS_NO)
			result = code;
	}
	if (result == SAYS_NO)
		say_error(call,
			  "%s: no line of it loads " PLUGIN
			  "; give the file that does, if it includes one",
			  name);
	free(line);
	fclose(file);
	return result;
}
