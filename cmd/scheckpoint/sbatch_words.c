/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sbatch_words.c: what a job script and a command line say to sbatch. */
#include "cmd/scheckpoint/sbatch_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS	  " \t\r\n"
#define WORDS_MAX 64 /* in one line of a script */

/* Is the word this option?  *value is set to its value, NULL: in the next word.
 */
static bool is_option(const char *word, const char *name, char letter,
		      const char **value)
{
	size_t len = strlen(name);

	*value = NULL;
	if (!strncmp(word, "--", 2) && !strncmp(word + 2, name, len) &&
	    (!word[2 + len] || word[2 + len] == '=')) {
		*value = word[2 + len] ? word + 3 + len : NULL;
		return true;
	}
	if (letter && word[0] == '-' && word[1] == letter) {
		*value = word[2] ? word + 2 : NULL;
		return true;
	}
	return false;
}

bool words_have(char *const *words, const char *name, char letter, char *value,
		size_t size)
{
	bool is_there = false;
	const char *found;

	for (; *words; words++) {
		if (!is_option(*words, name, letter, &found))
			continue;
		if (!found)
			found = words[1] ? words[1] : "";
		snprintf(value, size, "%s", found);
		is_there = true;
	}
	return is_there;
}

static bool line_has(char *line, const char *name, char letter, char *value,
		     size_t size)
{
	char *words[WORDS_MAX + 1], *rest = NULL, *word;
	size_t n = 0;

	for (word = strtok_r(line, BLANKS, &rest); word && n < WORDS_MAX;
	     word = strtok_r(NULL, BLANKS, &rest)) {
		if (word[0] == '#') /* a comment */
			break;
		words[n++] = word;
	}
	words[n] = NULL;
	return words_have(words, name, letter, value, size);
}

bool script_has(const char *path, const char *name, char letter, char *value,
		size_t size)
{
	static const char mark[] = "#SBATCH";
	FILE *file = fopen(path, "re");
	bool is_there = false;
	char *line = NULL;
	size_t room = 0;

	while (file && getline(&line, &room, file) >= 0) {
		if (line[0] != '#' && line[strspn(line, BLANKS)])
			break;
		if (!strncmp(line, mark, sizeof(mark) - 1))
			is_there |= line_has(line + sizeof(mark) - 1, name,
					     letter, value, size);
	}
	free(line);
	if (file)
		fclose(file);
	return is_there;
}
