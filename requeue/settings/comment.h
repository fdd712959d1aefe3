/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * comment.h: our part of a job's comment, at its end, in brackets; what the
 * user has written before it is kept.
 */
#ifndef COMMENT_H
#define COMMENT_H

#include <stdbool.h>
#include <stddef.h>

#define COMMENT_MARK   "[scheckpoint: "
/* In our part, before a space: where the store is, escaped as in option.h. */
#define COMMENT_STORE  "store="
/* What a run says there that was asked by scheckpoint vacate. */
#define COMMENT_VACATE "asked to vacate"

/*
 * Remove the first part that begins with mark and ends with the next ']', and
 * the space that was put before it; what stands around it stays to the byte.
 * Returns whether there was one.
 */
bool comment_strip(char *text, const char *mark);

/* Our part of a comment and what follows it; "" where it has none. */
const char *comment_part(const char *comment);

/*
 * The old comment with our part replaced by text, cleaned of control characters
 * and of ']', which ends it.  slurmctld takes no more than COMMENT_MAX bytes:
 * where both together are longer, ours is cut as long as COMMENT_LEAST and the
 * store's path are left of it, and the user's after that.  Allocated; NULL
 * where there is no old comment or memory runs out.
 */
#define COMMENT_MAX   1024
#define COMMENT_LEAST 200
char *comment_compose(const char *old, const char *text);

/* COMMENT_STORE with a path, and a space; "" where that is too long. */
#define COMMENT_STORE_MAX 600
void comment_put_store(char word[COMMENT_STORE_MAX], const char *dir);

/* That word out of our part of a comment, "" where it has none. */
void comment_store(char word[COMMENT_STORE_MAX], const char *comment);

/* The path in it; false: there is none. */
bool comment_store_dir(char *dir, size_t size, const char *comment);

/* What our part says, without that word; "" where it says nothing. */
void comment_said(char *said, size_t size, const char *comment);

/* Does our part say this of the run, as what it says first? */
bool comment_says(const char *comment, unsigned run, const char *text);

#endif
