/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * option.h: tables of the named values of a structure: they read a value as a
 * user writes it, write it back, and turn a whole structure into one line of
 * text and back.
 *
 * Pure but for what is written through arguments; thread-safe.  Functions
 * that can refuse return 0 or -1 and then leave in err, without newline or
 * control characters, what is wrong and what would be right.
 */
#ifndef OPTION_H
#define OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for a path or another text in a structure, its NUL included. */
#define OPTION_PATH_LEN	 1024
#define OPTION_TOKEN_LEN 33 /* 32 hexadecimal digits */

enum option_kind {
	OPTION_DURATION,  /* int64_t, seconds */
	OPTION_COUNT,	  /* int64_t */
	OPTION_EXIT_CODE, /* int64_t */
	OPTION_SIGNAL,	  /* int64_t, signal number */
	OPTION_CHOICE,	  /* int64_t, the value of one of the words */
	OPTION_PATH,	  /* char[OPTION_PATH_LEN] */
	OPTION_PATTERN,	  /* the same; see pattern.h */
	OPTION_NAMES,	  /* the same; program names, separated by commas */
	OPTION_NAME,	  /* the same; one name of a file */
	OPTION_TOKEN,	  /* char[OPTION_TOKEN_LEN] */
};

/* A word that stands for a number. */
struct option_word {
	const char *name; /* NULL ends a list */
	int64_t value;
};

struct option_row {
	const char *name;     /* "checkpoint-total" */
	const char *argument; /* "TIME" */
	const char *help;     /* one line */
	enum option_kind kind;
	const char *standard; /* default as a user would write it; NULL: none */
	const char *env;      /* "SBATCH_CHECKPOINT_TOTAL"; NULL: none */
	const char *key;      /* name in encoded text: "total" */
	int64_t min, max;     /* bounds of numbers, inclusive */
	const struct option_word *words; /* accepted too; NULL: none */
	size_t offset;			 /* of the field in the structure */
};

/* Set one field of the structure at base; unchanged after failure. */
int option_parse(const struct option_row *row, void *base, const char *value,
		 char *err, size_t err_len);

/* Copy one field between structures of that kind. */
void option_copy(const struct option_row *row, void *base, const void *from);

/*
 * Write one field as option_parse() reads it.  Returns its length; -1 where it
 * doesn't fit; 0 where there is nothing to write: an empty text, or a number of
 * 0 that is below the row's bounds.
 */
int option_format(const struct option_row *row, const void *base, char *text,
		  size_t size);

/*
 * Write one line on a value that was refused: `name=value: clause`.  Control
 * characters of the value are masked, and a long value is cut.  Always returns
 * -1.
 */
int option_refuse(const char *name, const char *value, const char *clause,
		  char *err, size_t err_len);

/*
 * Write a structure as printable ASCII without spaces: `v1,key=value,...`, with
 * %XX for characters that a value may not hold.  The same values give the same
 * text.  -1: it takes more than size bytes.
 */
int option_encode(const struct option_row *rows, size_t count, const void *base,
		  char *text, size_t size);

/*
 * Read encoded text of at most max_len bytes, which may be forged: unknown and
 * repeated keys, values out of bounds and malformed escapes are refused. Fields
 * that the text lacks are left alone; after failure some have been set.
 */
int option_decode(const struct option_row *rows, size_t count, void *base,
		  const char *text, size_t max_len, char *err, size_t err_len);

/* "TERM" for SIGTERM; NULL for a signal that --checkpoint-signal refuses. */
const char *option_signal_name(int signum);

/* Append value to the *len bytes of text, which is moved.  All characters but
 * letters, digits and a few harmless ones become %XX.  False: no room. */
bool option_escape(char *text, size_t size, size_t *len, const char *value);

/* Read such text up to ',' or its end, and move *at there.  False: malformed,
 * or too long. */
bool option_unescape(const char **at, char *value, size_t size);

#endif
