/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state.c: what a state has beside CRIU's images. */
#include <errno.h>
#include <gnu/libc-version.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "methods/criu/state.h"

#define FORMAT	     "criu 1"
#define LINE_MAX_LEN (TREE_PATH_MAX + 8192)

/* ----------------------------------------------------------------- node */

static void read_processor(char *features, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char *line = NULL;
	size_t room = 0;

	features[0] = '\0';
	while (file && !features[0] && getline(&line, &room, file) > 0)
		if ((!strncmp(line, "flags", 5) ||
		     !strncmp(line, "Features", 8)) &&
		    strchr(line, ':')) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(features, size, "%s", strchr(line, ':') + 2);
		}
	free(line);
	if (file)
		fclose(file);
}

void state_read_node(struct state *state)
{
	struct utsname name;

	uname(&name);
	snprintf(state->kernel, sizeof(state->kernel), "%.127s", name.release);
	snprintf(state->libc, sizeof(state->libc), "%s",
		 gnu_get_libc_version());
	read_processor(state->processor, sizeof(state->processor));
}

static bool has_word(const char *text, const char *word, size_t len)
{
	for (const char *at = text; *at; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (strcspn(at, " ") == len && !strncmp(at, word, len))
			return true;
	}
	return false;
}

bool state_fits_node(const struct state *state, char *why, size_t size)
{
	struct state here = {.root = 0};

	state_read_node(&here);
	if (strcmp(here.libc, state->libc) != 0) {
		snprintf(why, size,
			 "it was saved with version %s of the C library, and "
			 "this node has %s",
			 state->libc, here.libc);
		return false;
	}
	for (const char *at = state->processor; *at;) {
		size_t len = strcspn(at, " ");

		if (len && !has_word(here.processor, at, len)) {
			snprintf(why, size,
				 "it was saved on a processor that has %.*s, "
				 "which this node's lacks; sbatch --constraint "
				 "keeps a job on nodes of one kind",
				 (int)len, at);
			return false;
		}
		at += len;
		at += strspn(at, " ");
	}
	return true;
}

/* ---------------------------------------------------------------- files */

bool state_add_file(struct state *state, const char *path, int64_t size,
		    unsigned copy)
{
	struct state_file *files = reallocarray(
		state->files, state->file_count + 1, sizeof(*files));

	if (!files)
		return false;
	state->files = files;
	files[state->file_count] = (struct state_file){
		.path = strdup(path), .size = size, .copy = copy};
	return files[state->file_count++].path != NULL;
}

void state_free(struct state *state)
{
	for (size_t i = 0; i < state->file_count; i++)
		free(state->files[i].path);
	free(state->files);
	state->files = NULL;
	state->file_count = 0;
}

/* -------------------------------------------------------------- writing */

static FILE *open_state(const char *dir, const char *mode)
{
	char path[TREE_PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/state", dir);
	return fopen(path, mode);
}

bool state_write(const struct state *s, const char *dir)
{
	FILE *file = open_state(dir, "wxe");
	bool is_bad;

	if (!file)
		return false;
	fprintf(file,
		FORMAT "\nnamespaces %d\nroot %d\nlast_pid %d\n"
		       "monotonic_ns %" PRId64 "\nkernel %s\nlibc %s\n"
		       "processor %s\nstdout %s\nstderr %s\n",
		s->is_inside, (int)s->root, (int)s->last_pid, s->monotonic_ns,
		s->kernel, s->libc, s->processor, s->output[0], s->output[1]);
	if (s->script[0])
		fprintf(file, "script %" PRId64 " %s\n", s->script_position,
			s->script);
	for (size_t i = 0; i < s->file_count; i++)
		fprintf(file, "file %" PRId64 " %u %s\n", s->files[i].size,
			s->files[i].copy, s->files[i].path);
	is_bad = fflush(file) || ferror(file);
	return !fclose(file) && !is_bad;
}

/* ------------------------------------------------------------- reading */

static bool take_text(const char *line, const char *key, char *value,
		      size_t size)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) != 0 || line[len] != ' ')
		return false;
	snprintf(value, size, "%s", line + len + 1);
	return true;
}

static bool take_number(const char *line, const char *key, int64_t *number)
{
	char text[32];

	if (!take_text(line, key, text, sizeof(text)))
		return false;
	*number = strtoll(text, NULL, 10);
	return true;
}

static void take_line(struct state *s, const char *line)
{
	int64_t number = 0, size = 0;
	unsigned copy = 0;
	int at = 0;

	if (take_number(line, "namespaces", &number))
		s->is_inside = number;
	else if (take_number(line, "root", &number))
		s->root = (pid_t)number;
	else if (take_number(line, "last_pid", &number))
		s->last_pid = (pid_t)number;
	else if (take_number(line, "monotonic_ns", &s->monotonic_ns) ||
		 take_text(line, "kernel", s->kernel, sizeof(s->kernel)) ||
		 take_text(line, "libc", s->libc, sizeof(s->libc)) ||
		 take_text(line, "processor", s->processor,
			   sizeof(s->processor)) ||
		 take_text(line, "stdout", s->output[0],
			   sizeof(s->output[0])) ||
		 take_text(line, "stderr", s->output[1], sizeof(s->output[1])))
		return;
	else if (sscanf(line, "script %" SCNd64 " %n", &number, &at) == 1 &&
		 at) {
		s->script_position = number;
		snprintf(s->script, sizeof(s->script), "%s", line + at);
	} else if (sscanf(line, "file %" SCNd64 " %u %n", &size, &copy, &at) ==
			   2 &&
		   at)
		state_add_file(s, line + at, size, copy);
}

bool state_read(struct state *s, const char *dir)
{
	FILE *file = open_state(dir, "re");
	char *line = NULL;
	size_t room = 0;
	bool is_first = true, is_ours = false;

	*s = (struct state){.root = 0};
	if (!file)
		return false;
	while (getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (is_first)
			is_ours = !strcmp(line, FORMAT);
		else if (is_ours)
			take_line(s, line);
		is_first = false;
	}
	free(line);
	fclose(file);
	if (is_ours && s->root > 0)
		return true;
	state_free(s);
	errno = EBADMSG;
	return false;
}
