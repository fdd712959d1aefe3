/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handmade.c: what a job script does by itself so that its work goes on. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/commands.h"
#include "requeue/policy/handmade.h"
#include "requeue/policy/traps.h"

#define TEXT_BYTES     8192
#define NAME_BYTES     64
#define TRAPS_MOST     64
/* Functions, how deep they call each other, and how many calls are followed. */
#define FUNCTIONS_MOST 256
#define DEPTH_MOST     3
#define CALLS_MOST     100

struct search {
	const char *script;
	bool (*is_found)(const char *text);
	int calls; /* that may still be followed */
};

static bool has_word(const char *text, const char *word)
{
	const char *at = text;

	for (; (at = strstr(at, word)); at++)
		if ((at == text || strchr(" \t/\"'", at[-1])) &&
		    !isalnum((unsigned char)at[strlen(word)]))
			return true;
	return false;
}

/* A node that may not submit lets another machine do it. */
static bool has_sbatch(const char *text)
{
	const char *ssh = commands_find_program(text, text, "ssh");

	return commands_find_program(text, text, "sbatch") ||
	       (ssh && has_word(ssh, "sbatch"));
}

static bool has_scontrol_requeue(const char *text)
{
	const char *at = text, *ssh = commands_find_program(text, text, "ssh");
	char word[16];

	while ((at = commands_find_program(text, at, "scontrol"))) {
		at += strlen("scontrol");
		if (commands_word(at, word, sizeof(word)) &&
		    !strncmp(word, "requeue", strlen("requeue")))
			return true;
	}
	return ssh && strstr(ssh, "scontrol requeue");
}

static size_t blanks(const char *line)
{
	return strspn(line, " \t");
}

/*
 * Copy the body of a function whose "()" end at this place.  It ends in the
 * same line, or at the line that closes it with the same indent.
 */
static void copy_body(const char *script, const char *at, char *body)
{
	const char *line = at, *end, *brace;
	size_t indent, len = strcspn(at, "\n");

	while (line > script && line[-1] != '\n' && at - line < TEXT_BYTES)
		line--;
	indent = blanks(line);
	end = memrchr(at, '}', len);
	for (const char *next = at + len;
	     !end && *next && next - at < TEXT_BYTES;
	     next += strcspn(next, "\n")) {
		next++;
		if (blanks(next) == indent && next[indent] == '}')
			end = next;
	}
	/* The first command stands behind the brace. */
	brace = end ? memchr(at, '{', (size_t)(end - at)) : NULL;
	at = brace ? brace + 1 : at;
	len = end ? (size_t)(end - at) : 0;
	if (len >= TEXT_BYTES)
		len = TEXT_BYTES - 1;
	memcpy(body, at, len);
	body[len] = '\0';
}

/* The name of the next function at or after from.  Returns the place behind
 * its "()", NULL: there is no more. */
static const char *next_function(const char *script, const char *from,
				 char name[NAME_BYTES])
{
	for (; (from = strstr(from, "()")); from += 2) {
		const char *end = from, *start;

		while (end > script && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		start = end;
		while (start > script && end - start < NAME_BYTES &&
		       (isalnum((unsigned char)start[-1]) ||
			strchr("_-.:", start[-1])))
			start--;
		if (start == end || end - start >= NAME_BYTES)
			continue;
		memcpy(name, start, (size_t)(end - start));
		name[end - start] = '\0';
		return from + 2;
	}
	return NULL;
}

static bool look(struct search *search, const char *text, int depth)
{
	const char *at = search->script;
	char name[NAME_BYTES], *body;
	bool is_found = search->is_found(text);

	if (is_found || !depth)
		return is_found;
	body = malloc(TEXT_BYTES);
	for (int n = 0; body && !is_found && n < FUNCTIONS_MOST; n++) {
		at = next_function(search->script, at, name);
		if (!at || search->calls <= 0)
			break;
		if (!commands_find(text, text, name))
			continue;
		search->calls--;
		copy_body(search->script, at, body);
		is_found = look(search, body, depth - 1);
	}
	free(body);
	return is_found;
}

static bool has_trap(const char *script, int signum,
		     bool (*is_found)(const char *text))
{
	char *copy = commands_without_documents(script);
	const char *text = copy ? copy : script, *at = text, *rest;
	struct search search = {text, is_found, CALLS_MOST};
	char *action = malloc(TEXT_BYTES);
	bool has = false;

	/* Most scripts name neither command. */
	if (!strstr(text, "sbatch") && !strstr(text, "scontrol"))
		at = NULL;
	for (int n = 0; at && action && n < TRAPS_MOST && !has; n++) {
		at = traps_next(text, at, signum);
		rest = at ? commands_word(at, action, TEXT_BYTES) : NULL;
		if (rest && !strcmp(action, "--"))
			rest = commands_word(rest, action, TEXT_BYTES);
		has = rest && look(&search, action, DEPTH_MOST);
	}
	free(action);
	free(copy);
	return has;
}

bool handmade_submits(const char *script, int signum)
{
	return has_trap(script, signum, has_sbatch);
}

bool handmade_requeues(const char *script, int signum)
{
	return has_trap(script, signum, has_scontrol_requeue);
}

bool handmade_is_async(const char *script)
{
	char *copy = commands_without_documents(script), word[16];
	const char *text = copy ? copy : script, *at = text, *rest;
	bool is_async = false;

	if (!strstr(text, "--async"))
		at = NULL;
	while (at && !is_async &&
	       (at = commands_find_program(text, at, "srun"))) {
		at += strlen("srun");
		rest = at;
		for (int n = 0; n < COMMANDS_WORDS_MOST && !is_async; n++) {
			rest = commands_word(rest, word, sizeof(word));
			if (!rest)
				break;
			is_async = !strcmp(word, "--async");
		}
	}
	free(copy);
	return is_async;
}
