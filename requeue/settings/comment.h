/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * comment.h: the program's part of a job's comment: it stands at the end, in
 * brackets, and what the user has written before it is kept.
 */
#ifndef COMMENT_H
#define COMMENT_H

#include <stdbool.h>
#include <stddef.h>

#define COMMENT_MARK	"[scheckpoint: "
/* The first word in that part, before a space: the store's path, escaped as in
 * option.h.  A job that was just submitted has no path yet, but a pattern as in
 * pattern.h. */
#define COMMENT_STORE	"store="
#define COMMENT_PATTERN "dir="
/* What a run says there that scheckpoint vacate has requested. */
#define COMMENT_VACATE	"asked to vacate"

/*
 * Remove the first part that begins with mark and ends with the next ']', and
 * the space before it.  The text around it stays as it is, to the byte. Returns
 * whether there was such a part.
 */
bool comment_strip(char *text, const char *mark);

/* The program's part of a comment and what follows it; "" where it has none.
 * Points into the comment. */
const char *comment_part(const char *comment);

/*
 * Replace the program's part of the old comment by text, cleaned of control
 * characters and of ']', which would end the part.  slurmctld takes no more
 * than COMMENT_MAX bytes: where both together are longer, the part is cut, down
 * to the store's path and COMMENT_LEAST bytes, and then the user's text.
 *
 * Returns an allocated text, for the caller to free; NULL where there is no old
 * comment or no memory.
 */
#define COMMENT_MAX   1024
#define COMMENT_LEAST 200
char *comment_compose(const char *old, const char *text);

/* Behind what the part says, up to its end, stand the sums of the job's runs,
 * as in requeue/policy/sums.h: information for people and for scheckpoint
 * report. */
#define COMMENT_SUMS " {"

/* Write that word, and a space; "" where that is too long.
 * name: COMMENT_STORE with a path, or COMMENT_PATTERN with a pattern */
#define COMMENT_STORE_MAX 600
void comment_put_store(char word[COMMENT_STORE_MAX], const char *name,
		       const char *dir);

/* Copy that word, whichever it is, out of the program's part; "" where it has
 * none. */
void comment_store(char word[COMMENT_STORE_MAX], const char *comment);

/* Copy the path or pattern in the word of that name; false: there is none. */
bool comment_store_dir(char *dir, size_t size, const char *name,
		       const char *comment);

/* Copy what the part says, without that word and the sums; "" where it says
 * nothing. */
void comment_said(char *said, size_t size, const char *comment);

/* Does the part begin with this text of the run? */
bool comment_says(const char *comment, unsigned run, const char *text);

#endif
