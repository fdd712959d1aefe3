/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scheckpoint.h: what the subcommands of scheckpoint share: the table of
 * commands, one call of one of them, and how they open stores and speak.
 */
#ifndef SCHECKPOINT_H
#define SCHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store.h"
#include "cmd/scheckpoint/slurm.h"
#include "requeue/policy/decision.h"

/* Exit codes of every subcommand. */
enum {
	SAYS_YES = 0, /* done, or the answer is yes */
	SAYS_NO = 1,  /* there is none, or the answer is no */
	SAYS_ERROR = 2,
};

#define COMMAND_OPTIONS_MAX 4
#define ANY_NUMBER	    (-1)

struct command_option {
	const char *name;     /* "progress"; NULL ends the list */
	const char *argument; /* "P"; NULL: takes none */
	const char *help;
};

enum command_use {
	USE_IN_JOB,
	USE_BY_USER,
	USE_BY_OPERATOR
};

struct call;

/* The parser, the help, the man page's test and the commands read this. */
struct command {
	const char *name;
	const char *arguments; /* for the help: "FILE..." */
	const char *help;      /* one line */
	const char *more;      /* and another, or NULL */
	enum command_use use;
	int least, most; /* operands; most may be ANY_NUMBER */
	struct command_option options[COMMAND_OPTIONS_MAX + 1];
	int (*run)(struct call *call);
};
extern const struct command commands[];
extern const size_t command_count;

/* One call of a command: its options' values and operands, borrowed. */
struct call {
	const struct command *command;
	const char *values[COMMAND_OPTIONS_MAX]; /* as in command->options */
	int count;
	char **operands;
};

/* The value of an option, "" where it takes none; NULL: not given. */
const char *call_option(const struct call *call, const char *name);

/* ---- scheckpoint_say.c: words for people, clean of control characters ---- */
/* "scheckpoint: save: ..." on stderr; returns SAYS_ERROR. */
int say_error(const struct call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same for a failure of the library, with what would be right. */
int say_status(const struct call *call, enum ckpt_status status,
	       const struct ckpt_error *err);
/* As text_clean() into a buffer of the caller's; returns to. */
const char *say_clean(char *to, size_t size, const char *from);

#define SAY_BYTES_MAX 32
const char *say_bytes(char text[SAY_BYTES_MAX], uint64_t bytes);
#define SAY_PROGRESS_MAX 16
/* "42 %", or "-" where it isn't known. */
const char *say_progress(char text[SAY_PROGRESS_MAX], double progress);

/* A table whose columns are as wide as they need to be. */
#define TABLE_COLUMNS_MAX 12
struct table;
/* right: the columns that are aligned right, a bit for each. */
struct table *table_new(size_t columns, unsigned right);
/* Add the next cell (row by row), cleaned; NULL and "" become "-". */
void table_add(struct table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Print to stdout and free.  False: memory ran out. */
bool table_print(struct table *table);

/* ---- scheckpoint_open.c ---- */
/*
 * Open the store of the job that we run in.  For writing it must be this
 * job's own, as a nested job may have inherited another's environment.
 * Returns SAYS_YES, or SAYS_ERROR after saying why.
 */
int open_own(const struct call *call, enum ckpt_mode mode,
	     struct ckpt_store **store);

/* Parse a number from 0 to 1; false: it isn't one. */
bool parse_fraction(const char *text, double *value);
/* Parse a decimal number from 0 to most, without sign or space. */
bool parse_number(const char *text, uint32_t most, uint32_t *value);

/* --schema of a call, applied to a store (scheckpoint_save.c); SAYS_YES, or
 * SAYS_ERROR after saying why. */
int parse_schema(const struct call *call, struct ckpt_store *store);

/* ---- scheckpoint_shard.c: one of many tasks that save one version ---- */
#define SHARD_WHO_MAX 128
struct shard {
	uint32_t index, count; /* count 0: --shard wasn't given */
	uint32_t turn;	       /* of this shard's saves; 0: --mark was given */
	char who[SHARD_WHO_MAX]; /* the step, where the turn counts */
};
/* Each: SAYS_YES, or SAYS_ERROR after saying why. */
int parse_shard(const struct call *call, struct shard *shard);
int shard_begin(const struct call *call, struct ckpt_store *store,
		struct shard *shard, struct ckpt_stage **stage);
/* Once it is committed: the next save of this shard is another version's. */
int shard_end(const struct call *call, struct ckpt_store *store,
	      const struct shard *shard);

/* ---- scheckpoint_find.c: JOB, JOB_TASK or DIR, as a user names it ---- */
struct stores {
	char **dirs; /* each is a store, by name */
	size_t count;
};

/*
 * Find the stores that a JOB, JOB_TASK or DIR stands for: more than one for a
 * whole array, or a directory of stores.
 *
 * what  NULL: the job that we run in, else those in the present directory
 *
 * Returns SAYS_YES, or SAYS_ERROR after saying why: then stores holds those,
 * if any, that are the job's beside some of another.  stores_free() after
 * either.
 */
int find_stores(const struct call *call, const char *what,
		struct stores *stores);
void stores_free(struct stores *stores);
/*
 * Open every store that `what` stands for and call each() for it, with a
 * blank line between two.  CKPT_WRITE: on nobody's behalf, as settle does
 * (ckpt_attach()).  The highest exit code of all.
 */
int each_store(const struct call *call, const char *what, enum ckpt_mode mode,
	       int (*each)(const struct call *call, struct ckpt_store *store));
/* "job 1234", "job 1200_3 (1234)" for an array task, "" where nobody's. */
#define JOB_NAME_MAX 80
const char *job_name(char text[JOB_NAME_MAX], const struct ckpt_store *store);

/* ---- scheckpoint_runs.c: what the journals tell, for people ---- */
struct run_row {
	unsigned run;
	bool is_begun, is_ended; /* by a record of its own */
	int64_t start_s, end_s;	 /* end: once it has ended */
	int64_t deadline_s;	 /* end of the run as last known; 0 unknown */
	char node[64];
	int64_t limit_min;
	int64_t total_s, grace_s;
	uint32_t restored; /* version; 0 none */
	double restored_progress;
	enum cause cause; /* why the run was asked to end */
	int64_t request_s;
	unsigned requests;
	bool is_made, has_complied, is_cut, is_done, is_oom, is_repeat;
	bool is_store_failure;
	bool can_save;	   /* and go on; true where it isn't on record */
	unsigned versions; /* committed in this run */
	uint32_t version;  /* newest of them; 0 none */
	int64_t saved_s;
	uint64_t bytes;
	double progress;
	int exit_code; /* -1 none */
	int signal;    /* 0 none */
	bool has_plan, is_settled;
	enum action action;
	int64_t next_limit_min, next_time_min_min, next_begin_s;
	int64_t remaining_s, used_s; /* -1 unknown */
	uint32_t strike;	     /* version that got one */
	char reason[256];
	char settled[512];
};

/* All runs, oldest first; *rows is freed with free().  Of a job with very many,
 * or with very long journals, only the newest. */
enum ckpt_status runs_load(struct ckpt_store *store, struct run_row **rows,
			   size_t *count, struct ckpt_error *err);
#define RUNS_LEFT_OUT_MAX 128
/* That, in words to go behind their number; "" where all are there. */
const char *runs_left_out(char text[RUNS_LEFT_OUT_MAX],
			  const struct run_row *rows, size_t count);
#define RUN_END_MAX 64
/* How a run ended, in a few words: "exit 0, done", "signal 9, requeued". */
const char *run_end(char text[RUN_END_MAX], const struct run_row *row);

/* ---- scheckpoint_ask.c ---- */
/* Let the run under way read its settings anew.  SAYS_NO: there is none. */
int wake_run(const struct call *call, struct ckpt_store *store);

/* ---- the commands ---- */
int command_save(struct call *call);
int command_restore(struct call *call);
int command_progress(struct call *call);
int command_done(struct call *call);
int command_time_left(struct call *call);
int command_requested(struct call *call);
int command_status(struct call *call);
int command_history(struct call *call);
int command_list(struct call *call);
int command_verify(struct call *call);
int command_release(struct call *call);
int command_clean(struct call *call);
int command_now(struct call *call);
int command_requeue(struct call *call);
int command_set(struct call *call);
int command_vacate(struct call *call);

#endif
