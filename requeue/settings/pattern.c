/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pattern.c: %j %A %a %x %u in the name of a store. */
#include "requeue/settings/pattern.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define PAD_MAX 10

/* A piece of a pattern: one specifier, or one character. */
struct piece {
	char letter; /* 'j', 'A', 'a', 'x', 'u'; 0: the character itself */
	char character;
	int pad;
};

/* Take the next piece; false, with err, when it is malformed. */
static bool next_piece(const char **at, struct piece *piece, char *err,
		       size_t err_len)
{
	const char *p = *at;

	*piece = (struct piece){.character = *p};
	if (iscntrl((unsigned char)*p)) {
		snprintf(err, err_len, "has a control character");
		return false;
	}
	if (*p++ != '%')
		goto out;
	if (*p == '%') {
		p++;
		goto out;
	}
	for (; isdigit((unsigned char)*p); p++) {
		piece->pad = piece->pad * 10 + (*p - '0');
		if (piece->pad > PAD_MAX) {
			snprintf(err, err_len,
				 "a number after %% is at most %d", PAD_MAX);
			return false;
		}
	}
	if (!*p || !strchr("jAaxu", *p)) {
		snprintf(err, err_len,
			 "after %% stands one of j, A, a, x, u (or a second "
			 "%%)");
		return false;
	}
	piece->letter = *p++;
out:
	*at = p;
	return true;
}

int pattern_check(const char *pattern, bool is_array, char *err, size_t err_len)
{
	struct piece piece;
	bool has_task = false;

	if (!*pattern) {
		snprintf(err, err_len, "is empty; name a directory");
		return -1;
	}
	while (*pattern) {
		if (!next_piece(&pattern, &piece, err, err_len))
			return -1;
		if (piece.letter == 'a' || piece.letter == 'j')
			has_task = true;
	}
	if (is_array && !has_task) {
		snprintf(err, err_len,
			 "the tasks of an array would share it; put %%a or %%j "
			 "into it");
		return -1;
	}
	return 0;
}

/* Append one byte; true while it fits with its final NUL. */
static bool put_byte(char *path, size_t size, size_t *len, char byte)
{
	if (*len + 1 >= size)
		return false;
	path[(*len)++] = byte;
	path[*len] = '\0';
	return true;
}

static bool put_text(char *path, size_t size, size_t *len, const char *text)
{
	for (; *text; text++)
		if (!put_byte(path, size, len, *text))
			return false;
	return true;
}

/* Append a name as one component of a path, without harmful characters. */
static bool put_name(char *path, size_t size, size_t *len, const char *name)
{
	for (size_t i = 0; name[i]; i++) {
		bool is_bad = name[i] == '/' ||
			      iscntrl((unsigned char)name[i]) ||
			      (i == 0 && name[i] == '.');

		if (!put_byte(path, size, len, is_bad ? '_' : name[i]))
			return false;
	}
	return true;
}

static bool put_piece(char *path, size_t size, size_t *len,
		      const struct piece *piece,
		      const struct pattern_values *values)
{
	char number[16];
	uint32_t id = 0;

	switch (piece->letter) {
	case 0:
		return put_byte(path, size, len, piece->character);
	case 'x':
		return put_name(path, size, len, values->name);
	case 'u':
		return put_name(path, size, len, values->user);
	case 'j':
		id = values->job;
		break;
	case 'A':
		id = values->array_job ? values->array_job : values->job;
		break;
	case 'a':
		id = values->array_job ? values->array_task : 0;
		break;
	}
	snprintf(number, sizeof(number), "%0*" PRIu32, piece->pad, id);
	return put_text(path, size, len, number);
}

int pattern_expand(const char *pattern, const struct pattern_values *values,
		   const char *work_dir, char *path, size_t size, char *err,
		   size_t err_len)
{
	struct piece piece;
	size_t len = 0;
	bool has_room = true;

	path[0] = '\0';
	if (pattern_check(pattern, false, err, err_len) < 0)
		return -1;
	if (work_dir && pattern[0] != '/')
		has_room = put_text(path, size, &len, work_dir) &&
			   put_byte(path, size, &len, '/');
	while (has_room && *pattern) {
		if (!next_piece(&pattern, &piece, err, err_len))
			goto fail;
		has_room = put_piece(path, size, &len, &piece, values);
	}
	if (has_room)
		return 0;
	snprintf(err, err_len, "expands to more than %zu bytes", size - 1);
fail:
	path[0] = '\0';
	return -1;
}

/* Append a name as a pattern that expands to it: % becomes %%. */
static bool put_literal_name(char *text, size_t size, size_t *len,
			     const char *name)
{
	char one[NAME_MAX + 1];
	size_t one_len = 0;

	if (!put_name(one, sizeof(one), &one_len, name))
		return false;
	for (const char *c = one; *c; c++)
		if ((*c == '%' && !put_byte(text, size, len, '%')) ||
		    !put_byte(text, size, len, *c))
			return false;
	return true;
}

int pattern_put_names(const char *pattern, const char *name, const char *user,
		      char *text, size_t size, char *err, size_t err_len)
{
	struct piece piece;
	size_t len = 0;

	text[0] = '\0';
	while (*pattern) {
		const char *from = pattern, *literal = NULL;
		bool has_room = true;

		if (!next_piece(&pattern, &piece, err, err_len))
			return -1;
		if (piece.letter == 'x')
			literal = name;
		else if (piece.letter == 'u')
			literal = user;
		if (literal)
			has_room = put_literal_name(text, size, &len, literal);
		for (; has_room && !literal && from < pattern; from++)
			has_room = put_byte(text, size, &len, *from);
		if (has_room)
			continue;
		snprintf(err, err_len,
			 "is too long with the job's name in it; a directory's "
			 "name has at most %d bytes",
			 NAME_MAX);
		text[0] = '\0';
		return -1;
	}
	return 0;
}
