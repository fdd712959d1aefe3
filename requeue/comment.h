/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * comment.h: our part of a job's comment, at its end, in brackets; what the
 * user has written before it is kept.
 */
#ifndef COMMENT_H
#define COMMENT_H

#include <stddef.h>

#define COMMENT_MARK   "[scheckpoint: "
/* In our part, before a space: where the store is. */
#define COMMENT_STORE  "store="
/* What a run says there that was asked by scheckpoint vacate. */
#define COMMENT_VACATE "asked to vacate"

/* The old comment with our part replaced by text; what is too long is cut. */
void comment_compose(char *to, size_t size, const char *old, const char *text);

/* Copy COMMENT_STORE and its path out of our part of a comment, "" where it
 * has none. */
void comment_store(char *to, size_t size, const char *comment);

#endif
