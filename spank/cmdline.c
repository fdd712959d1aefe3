/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmdline.c: the command line of this sbatch, and its job script. */
#include "spank/cmdline.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_BYTES (1024 * 1024)
#define WORDS_MOST 4096

/* Options of sbatch that never take the next word: flags, and options whose
 * value is optional. */
static const char short_flags[] = "hHkOQsuvVW";
static const char *const long_flags[] = {
	"contiguous", "exclusive",     "get-user-env",
	"help",	      "hold",	       "ignore-pbs",
	"nice",	      "no-kill",       "no-requeue",
	"overcommit", "oversubscribe", "parsable",
	"propagate",  "quiet",	       "reboot",
	"requeue",    "share",	       "spread-job",
	"test-only",  "usage",	       "use-min-nodes",
	"verbose",    "version",       "wait",
	NULL,
};

/* What has been read; words is NULL before. */
static struct {
	char **words;  /* ends with NULL */
	size_t script; /* index; the number of words: none was found */
	size_t count;
} line;

/* Read up to TEXT_BYTES, and put a NUL after them.  NULL: it can't be read. */
static char *read_text(int fd, size_t *len)
{
	char *text = malloc(TEXT_BYTES + 1);
	ssize_t n = 1;

	*len = 0;
	while (text && n > 0 && *len < TEXT_BYTES) {
		n = read(fd, text + *len, TEXT_BYTES - *len);
		*len += n > 0 ? (size_t)n : 0;
	}
	if (text && n < 0) {
		free(text);
		text = NULL;
	}
	if (text)
		text[*len] = '\0';
	return text;
}

static bool is_flag(const char *name)
{
	for (size_t i = 0; long_flags[i]; i++)
		if (!strncmp(long_flags[i], name, strlen(name)))
			return true;
	return false;
}

/* Does the option in this word take the next one? */
static bool takes_next(const char *word)
{
	if (word[1] == '-')
		return !strchr(word, '=') && !is_flag(word + 2);
	for (word++; *word; word++)
		if (!strchr(short_flags, *word))
			return !word[1];
	return false;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] && strcmp(word, "--") != 0;
}

static size_t find_script(void)
{
	size_t i = 1;

	while (i < line.count && is_option(line.words[i]))
		i += takes_next(line.words[i]) ? 2 : 1;
	if (i < line.count && !strcmp(line.words[i], "--"))
		i++;
	return i < line.count ? i : line.count;
}

static void read_line(void)
{
	int fd = line.words ? -1
			    : open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	char *text = fd < 0 ? NULL : read_text(fd, &len);

	if (line.words)
		return;
	if (fd >= 0)
		close(fd);
	line.words = calloc(WORDS_MOST + 1, sizeof(*line.words));
	if (!line.words)
		return;
	for (char *word = text; word && word < text + len;
	     word += strlen(word) + 1)
		if (line.count < WORDS_MOST)
			line.words[line.count++] = word;
	line.script = find_script();
}

bool cmdline_pair(size_t n, struct cmdline_pair *pair)
{
	read_line();
	for (size_t i = 1; i + 1 < line.count && i < line.script; i++) {
		const char *word = line.words[i];

		if (!is_option(word) || !takes_next(word))
			continue;
		i++;
		if (strncmp(word, "--", 2) != 0 || n--)
			continue;
		pair->name = word + 2;
		pair->value = line.words[i];
		return true;
	}
	return false;
}

bool cmdline_has(const char *name)
{
	read_line();
	for (size_t i = 1; i < line.count && i < line.script; i++) {
		const char *word = line.words[i];
		size_t len = strcspn(word, "=");

		if (!is_option(word))
			break;
		/* No other option of sbatch begins with so much of it. */
		if (len > 4 && !strncmp(word, "--", 2) &&
		    !strncmp(word + 2, name, len - 2))
			return true;
		i += takes_next(word);
	}
	return false;
}

const char *cmdline_script(void)
{
	read_line();
	return line.script < line.count ? line.words[line.script] : NULL;
}

const char *cmdline_script_text(void)
{
	static char *text;
	static bool is_read;
	const char *script = cmdline_script();
	struct stat st;
	size_t len;
	int fd = -1;

	if (is_read || cmdline_has("wrap"))
		return text;
	is_read = true;
	/* A FIFO would be waited for, and what it gives is sbatch's. */
	if (script && !stat(script, &st) && S_ISREG(st.st_mode))
		fd = open(script, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode))
		text = read_text(fd, &len);
	if (fd >= 0)
		close(fd);
	return text;
}
