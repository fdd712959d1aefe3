/* SPDX-License-Identifier: GPL-2.0-or-later */
/* comment.c: the program's part of a job's comment. */
#include "requeue/settings/comment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/option.h"
#include "requeue/settings/text.h"

bool comment_strip(char *text, const char *mark)
{
	char *from = strstr(text, mark);
	char *end = from ? strchr(from, ']') : NULL;

	if (!from)
		return false;
	if (from > text && from[-1] == ' ')
		from--;
	if (end)
		memmove(from, end + 1, strlen(end + 1) + 1);
	else
		*from = '\0'; /* another program cut it short */
	return true;
}

const char *comment_part(const char *comment)
{
	const char *mark = comment ? strstr(comment, COMMENT_MARK) : NULL;

	return mark ? mark : "";
}

/* Cut the text to len bytes, a whole number of characters, with dots at its
 * end. */
static void cut(char *text, size_t len)
{
	static const char dots[] = "...";

	if (strlen(text) <= len)
		return;
	len = len > strlen(dots) ? len - strlen(dots) : 0;
	while (len && (text[len] & 0xc0) == 0x80)
		len--;
	strcpy(text + len, dots);
}

static bool begins_with(const char *text, const char *name)
{
	return !strncmp(text, name, strlen(name));
}

/* Bytes of the word for the store at the begin of the part's text. */
static size_t store_len(const char *text)
{
	if (!begins_with(text, COMMENT_STORE) &&
	    !begins_with(text, COMMENT_PATTERN))
		return 0;
	return strcspn(text, " ;]");
}

/* How many bytes of the part must stay. */
static size_t least_of(const char *text)
{
	return COMMENT_LEAST + store_len(text);
}

static void fit(char *kept, char *part)
{
	size_t room = COMMENT_MAX - strlen(" " COMMENT_MARK "]");
	size_t kept_len = strlen(kept), part_len = strlen(part);
	size_t least = least_of(part);

	if (kept_len + part_len > room)
		cut(part, kept_len + least > room ? least : room - kept_len);
	cut(kept, room - strlen(part));
}

char *comment_compose(const char *old, const char *text)
{
	char part[COMMENT_MAX], *kept = old ? strdup(old) : NULL;
	char *comment = NULL;

	if (!kept)
		return NULL;
	comment_strip(kept, COMMENT_MARK);
	text_clean(part, sizeof(part), text);
	for (char *c = part; *c; c++)
		if (*c == ']')
			*c = ')';
	fit(kept, part);
	if (asprintf(&comment, "%s%s" COMMENT_MARK "%s]", kept,
		     *kept ? " " : "", part) < 0)
		comment = NULL;
	free(kept);
	return comment;
}

void comment_put_store(char word[COMMENT_STORE_MAX], const char *name,
		       const char *dir)
{
	size_t len = strlen(name);

	strcpy(word, name);
	if (!option_escape(word, COMMENT_STORE_MAX - 1, &len, dir)) {
		word[0] = '\0';
		return;
	}
	word[len] = ' ';
	word[len + 1] = '\0';
}

void comment_store(char word[COMMENT_STORE_MAX], const char *comment)
{
	const char *from = strstr(comment, COMMENT_MARK);
	size_t len;

	word[0] = '\0';
	if (!from)
		return;
	from += strlen(COMMENT_MARK);
	len = store_len(from);
	if (len && len + 2 <= COMMENT_STORE_MAX)
		snprintf(word, COMMENT_STORE_MAX, "%.*s ", (int)len, from);
}

bool comment_store_dir(char *dir, size_t size, const char *name,
		       const char *comment)
{
	char word[COMMENT_STORE_MAX];
	const char *at = word + strlen(name);

	comment_store(word, comment);
	word[strcspn(word, " ")] = '\0';
	return begins_with(word, name) && option_unescape(&at, dir, size) &&
	       !*at;
}

/* Find what the part says behind the store's path; NULL: there is no part. */
static const char *find_said(const char *comment)
{
	const char *part = strstr(comment, COMMENT_MARK);

	if (!part)
		return NULL;
	part += strlen(COMMENT_MARK);
	part += store_len(part);
	while (*part == ' ')
		part++;
	return part;
}

void comment_said(char *said, size_t size, const char *comment)
{
	const char *part = find_said(comment);

	char *sums;

	snprintf(said, size, "%s", part ? part : "");
	said[strcspn(said, "]")] = '\0';
	sums = strstr(said, COMMENT_SUMS);
	if (sums)
		*sums = '\0';
}

bool comment_says(const char *comment, unsigned run, const char *text)
{
	const char *part = find_said(comment);
	char said[512];
	int len;

	if (!part)
		return false;
	len = snprintf(said, sizeof(said), "run %u: %s", run, text);
	return len < (int)sizeof(said) && !strncmp(part, said, (size_t)len);
}
