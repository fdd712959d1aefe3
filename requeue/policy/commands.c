/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands.c: find commands and their words in the text of a shell script. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/commands.h"

#define LOOK_BACK_MOST 4096
#define DOCUMENTS_MOST 1000

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool ends_word(char c)
{
	return !c || is_blank(c) || c == '\n' || c == '\r' || c == ';' ||
	       c == '&' || c == '|' || c == ')' || c == '<' || c == '>';
}

/* Does the text from start up to end close with this word? */
static bool ends_with(const char *start, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - start) >= len && !strncmp(end - len, word, len) &&
	       ((size_t)(end - start) == len || ends_word(*(end - len - 1)));
}

/* Is the ) before end that of a pattern in a case, not of $(...) or f()? */
static bool closes_pattern(const char *line, const char *end)
{
	const char *at = end - 1;
	unsigned open = 1;

	while (open && at > line) {
		at--;
		open += *at == ')';
		open -= *at == '(';
	}
	if (open)
		return true;
	while (at > line && is_blank(at[-1]))
		at--;
	return at == line || at[-1] == ';' || ends_with(line, at, "in");
}

/* May a command begin at this place of the line? */
static bool is_command_place(const char *line, const char *at)
{
	static const char *const before[] = {
		"then",	   "do",    "else",  "elif", "if",
		"while",   "until", "!",     "time", "builtin",
		"command", "exec",  "nohup", "eval", NULL,
	};
	const char *end = at;

	while (end > line && is_blank(end[-1]))
		end--;
	if (end == line || strchr(";&|({`", end[-1]))
		return true;
	if (end[-1] == ')')
		return closes_pattern(line, end);
	if (end == at)
		return false;
	for (size_t i = 0; before[i]; i++)
		if (ends_with(line, end, before[i]))
			return true;
	return false;
}

/* Where the line of this place begins, as far as it is looked back. */
static const char *line_start(const char *script, const char *at)
{
	const char *start = at;

	while (start > script && start[-1] != '\n' &&
	       at - start < LOOK_BACK_MOST)
		start--;
	return start;
}

/* What is open at this place of the line: a comment ('#'), a text in quotes
 * ('\'' or '"'), or neither (0). */
static char what_opens(const char *line, const char *at)
{
	char quote = 0;

	for (const char *c = line; c < at; c++) {
		if (quote)
			quote = *c == quote ? 0 : quote;
		else if (*c == '\\')
			c++;
		else if (*c == '\'' || *c == '"')
			quote = *c;
		else if (*c == '#' && (c == line || ends_word(c[-1])))
			return '#';
	}
	return quote;
}

bool commands_is_quoted(const char *script, const char *at)
{
	return what_opens(line_start(script, at), at);
}

static bool is_called(const char *script, const char *at)
{
	const char *line = line_start(script, at);

	return is_command_place(line, at) && what_opens(line, at) != '#';
}

const char *commands_find(const char *script, const char *from,
			  const char *name)
{
	const char *at = from;

	for (; (at = strstr(at, name)); at++)
		if (ends_word(at[strlen(name)]) && is_called(script, at))
			return at;
	return NULL;
}

/* Where the word begins that has this place, if that is a path's last part. */
static const char *path_start(const char *script, const char *at)
{
	const char *start = at;

	if (at == script || at[-1] != '/')
		return at;
	while (start > script && at - start < LOOK_BACK_MOST &&
	       (isalnum((unsigned char)start[-1]) ||
		strchr("/._-${}", start[-1])))
		start--;
	return start;
}

const char *commands_find_program(const char *script, const char *from,
				  const char *name)
{
	const char *at = from;

	for (; (at = strstr(at, name)); at++)
		if (ends_word(at[strlen(name)]) &&
		    is_called(script, path_start(script, at)))
			return at;
	return NULL;
}

const char *commands_word(const char *at, char *word, size_t size)
{
	size_t len = 0;
	char quote = 0;

	while (is_blank(*at) || (*at == '\\' && at[1] == '\n'))
		at += *at == '\\' ? 2 : 1;
	if (ends_word(*at) || *at == '#')
		return NULL;
	for (; *at && (quote || !ends_word(*at)); at++) {
		char c = *at;

		if (quote && c == quote) {
			quote = 0;
			continue;
		}
		if (!quote && (c == '\'' || c == '"')) {
			quote = c;
			continue;
		}
		if (c == '\\' && quote != '\'' && at[1]) {
			c = *++at;
			if (c == '\n')
				continue;
		}
		if (len + 1 < size)
			word[len++] = c;
	}
	word[len] = '\0';
	return at;
}

/* The word that ends the here-document which begins at this "<<".  Returns
 * where to look on, NULL where none begins. */
static const char *document_word(const char *at, char *word, size_t size)
{
	size_t len = 0;

	at += 2;
	if (*at == '<') /* a here-string */
		return NULL;
	at += *at == '-';
	while (is_blank(*at))
		at++;
	if (*at == '\'' || *at == '"' || *at == '\\')
		at++;
	for (; isalnum((unsigned char)*at) || (*at && strchr("_-.!", *at));
	     at++)
		if (len + 1 < size)
			word[len++] = *at;
	word[len] = '\0';
	return len ? at : NULL;
}

static bool is_document_end(const char *line, const char *word)
{
	size_t len = strlen(word);

	while (*line == '\t')
		line++;
	return !strncmp(line, word, len) && strchr("\r\n", line[len]);
}

static char *next_line(char *at)
{
	char *end = strchr(at, '\n');

	return end ? end + 1 : NULL;
}

/* Blank the document with this first line, if it has an end.  Returns where
 * the script goes on. */
static char *blank_document(char *first, const char *word)
{
	char *end = first;

	while (end && *end && !is_document_end(end, word))
		end = next_line(end);
	if (!end || !*end)
		return first;
	for (char *c = first; c < end; c++)
		if (*c != '\n')
			*c = ' ';
	return end;
}

char *commands_without_documents(const char *script)
{
	char *copy = strdup(script), *line = copy, word[64];
	int documents = 0;

	while (line && documents < DOCUMENTS_MOST) {
		char *next = next_line(line), *at = line;

		while (next &&
		       (at = memmem(at, (size_t)(next - at), "<<", 2))) {
			bool is_comment =
				what_opens(line_start(line, at), at) == '#';
			const char *rest =
				is_comment
					? NULL
					: document_word(at, word, sizeof(word));

			at += strspn(at, "<");
			documents += rest != NULL;
			if (rest)
				next = blank_document(next, word);
		}
		line = next;
	}
	return copy;
}
