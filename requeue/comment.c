/* SPDX-License-Identifier: GPL-2.0-or-later */
/* comment.c: our part of a job's comment. */
#include "requeue/comment.h"

#include <stdio.h>
#include <string.h>

#include "requeue/text.h"

void comment_compose(char *to, size_t size, const char *old, const char *text)
{
	char *mark;
	size_t used;

	text_clean(to, size, old);
	mark = strstr(to, COMMENT_MARK);
	if (mark)
		*mark = '\0';
	used = strlen(to);
	while (used && to[used - 1] == ' ')
		to[--used] = '\0';
	snprintf(to + used, size - used, "%s" COMMENT_MARK "%s]",
		 used ? " " : "", text);
}

void comment_store(char *to, size_t size, const char *comment)
{
	const char *word = strstr(comment, COMMENT_MARK COMMENT_STORE);
	int len;

	to[0] = '\0';
	if (!word)
		return;
	word += strlen(COMMENT_MARK);
	len = (int)strcspn(word, " ;]");
	if (snprintf(to, size, "%.*s ", len, word) >= (int)size)
		to[0] = '\0';
}
