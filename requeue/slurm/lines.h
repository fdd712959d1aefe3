/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.h: a struct as text, a line "key=value" for each field, by which the
 * helper rpc passes on what slurmctld says.  One table serves its writer and
 * its reader.
 *
 * Programs of another version may read and write these: a key keeps its
 * meaning.  All functions are pure but for memory, and thread-safe.
 */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Longer texts are cut; with the NUL. */
#define LINE_TEXT_MAX 4096

enum line_kind {
	LINE_COUNT, /* uint32_t */
	LINE_LONG,  /* int64_t */
	LINE_FLAG,  /* bool, as 0 or 1 */
	LINE_TEXT,  /* char[size] */
};

struct line {
	const char *key;
	enum line_kind kind;
	size_t offset, size; /* in the struct */
};

#define LINE(owner, key, kind, field)                                          \
	{                                                                      \
		key, kind, offsetof(struct owner, field),                      \
			sizeof(((struct owner *)NULL)->field)                  \
	}

/* Write a line of its own.  The text is cleaned of control characters, so that
 * it stays on its line. */
void line_write_text(FILE *out, const char *key, const char *value);

/* Write the lines of the fields of `from`, a struct that the table is of. */
void lines_write(FILE *out, const struct line *lines, size_t count,
		 const void *from);

/* Set the field of `to` that the key stands for; an unknown one is ignored. */
void lines_read(const struct line *lines, size_t count, void *to,
		const char *key, const char *value);

/* Take the next line "key=value" from *rest, which is changed: *rest is moved
 * on, and both are NUL-terminated.  False: there is none. */
bool lines_next(char **rest, char **key, char **value);

#endif
