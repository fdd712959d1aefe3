/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugstack.c: the lines of plugstack.conf that load the plugin. */
#include "cmd/scheckpoint/plugstack.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN	  "spank_checkpoint.so"
#define BLANKS	  " \t\n"
/* A file that includes itself ends here. */
#define DEPTH_MAX 8

static void read_file(struct plugstack *stack, const char *name, int depth);

static bool is_plugin(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(slash ? slash + 1 : path, PLUGIN);
}

/* Slurm takes a relative name from the directory of the first file. */
static void include(struct plugstack *stack, const char *file,
		    const char *pattern, int depth)
{
	const char *slash = strrchr(file, '/');
	char path[PLUGSTACK_WHERE_MAX];
	glob_t found;

	if (*pattern == '/' || !slash)
		snprintf(path, sizeof(path), "%s", pattern);
	else
		snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - file),
			 file, pattern);
	if (glob(path, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_file(stack, found.gl_pathv[i], depth + 1);
	globfree(&found);
}

static void add_line(struct plugstack *stack, const char *where,
		     bool is_required, const char *path, const char *arguments)
{
	struct plugin_line *lines =
		reallocarray(stack->lines, stack->count + 1, sizeof(*lines));
	struct plugin_line *line;

	if (!lines) {
		snprintf(stack->trouble, sizeof(stack->trouble),
			 "out of memory");
		return;
	}
	stack->lines = lines;
	line = &lines[stack->count++];
	line->is_required = is_required;
	snprintf(line->where, sizeof(line->where), "%s", where);
	snprintf(line->path, sizeof(line->path), "%s", path);
	snprintf(line->arguments, sizeof(line->arguments), "%s", arguments);
}

static void read_line(struct plugstack *stack, const char *name,
		      unsigned number, char *line, int depth)
{
	char *rest = line, *word, *path, where[PLUGSTACK_WHERE_MAX];

	line[strcspn(line, "#\n")] = '\0';
	word = strtok_r(line, BLANKS, &rest);
	path = word ? strtok_r(NULL, BLANKS, &rest) : NULL;
	if (!path)
		return;
	if (!strcasecmp(word, "include")) {
		include(stack, name, path, depth);
		return;
	}
	if (!is_plugin(path) ||
	    (strcmp(word, "required") != 0 && strcmp(word, "optional") != 0))
		return;
	snprintf(where, sizeof(where), "%.4096s:%u", name, number);
	add_line(stack, where, word[0] == 'r', path, rest ? rest : "");
}

static void read_file(struct plugstack *stack, const char *name, int depth)
{
	FILE *file = depth < DEPTH_MAX ? fopen(name, "re") : NULL;
	char *line = NULL;
	unsigned number = 0;
	size_t size = 0;

	if (!file) {
		if (!stack->trouble[0])
			snprintf(stack->trouble, sizeof(stack->trouble),
				 "%.4096s: %s", name,
				 depth < DEPTH_MAX
					 ? strerror(errno)
					 : "files include each other");
		return;
	}
	while (getline(&line, &size, file) >= 0)
		read_line(stack, name, ++number, line, depth);
	free(line);
	fclose(file);
}

void plugstack_read(struct plugstack *stack, const char *file)
{
	memset(stack, 0, sizeof(*stack));
	read_file(stack, file, 0);
}

void plugstack_free(struct plugstack *stack)
{
	free(stack->lines);
	memset(stack, 0, sizeof(*stack));
}
