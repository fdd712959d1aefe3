/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * call.h: what a command of scheckpoint is, and one call of it: the values of
 * its options and its operands.
 */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>

/* Exit codes of every command. */
enum {
	SAYS_YES = 0, /* done, or yes */
	SAYS_NO = 1,  /* there is none, or no */
	SAYS_ERROR = 2,
};

#define COMMAND_OPTIONS_MAX 6
#define ANY_NUMBER	    (-1)

struct command_option {
	const char *name; /* "progress"; NULL ends the list */
	/* "P"; "[P]" where it may be left out; NULL: takes none */
	const char *argument;
	const char *help;
};

enum command_use {
	USE_IN_JOB,
	USE_BY_USER,
	USE_BY_OPERATOR
};

struct call;

struct command {
	const char *name;
	const char *arguments; /* for the help: "FILE..." */
	const char *help;      /* one line */
	const char *more;      /* a second line, or NULL */
	enum command_use use;
	int least, most; /* operands; most may be ANY_NUMBER */
	struct command_option options[COMMAND_OPTIONS_MAX + 1];
	const char *letters; /* "la": -l and -a for the first two options */
	/* Its options end at the first operand: those behind it are another
	 * program's. */
	bool is_wrapper;
	int (*run)(struct call *call);
};

/* The strings are borrowed. */
struct call {
	const struct command *command;
	const char *values[COMMAND_OPTIONS_MAX]; /* as in command->options */
	int count;
	char **operands;
};

/* The value of an option, "" where it takes none; NULL: not given. */
const char *call_option(const struct call *call, const char *name);

#endif
