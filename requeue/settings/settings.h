/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings.h: what the user asked for with --checkpoint and its kin, what the
 * site allows, and the text in which both travel from sbatch to the node.
 *
 * All functions are pure but for what they write through their arguments, and
 * thread-safe.  Those that can refuse return 0 or -1 and then leave one line
 * in err, without newline or control characters.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "requeue/settings/option.h"

/*
 * The job's environment variable that carries settings_encode()'s text from
 * sbatch to the node.  Names that begin with SLURM_ survive --export=NONE.
 */
#define SETTINGS_ENV	       "SLURM_SPANK_CHECKPOINT"
/* Longest encoded text, its final NUL included. */
#define SETTINGS_TEXT_LEN      4096
#define SETTINGS_PATH_LEN      OPTION_PATH_LEN
#define SETTINGS_TOKEN_LEN     OPTION_TOKEN_LEN
#define SETTINGS_ERROR_LEN     512
/* --checkpoint=default: the site's grace, before site_apply() fills it in. */
#define SETTINGS_GRACE_DEFAULT (-1)

enum clean {
	CLEAN_NEVER = 0,
	CLEAN_SUCCESS,
};

/* Numbers are int64_t throughout, so that the option table can address them. */
struct settings {
	int64_t grace_s; /* 0: checkpointing is not turned on */
	int64_t total_s; /* 0: not given */
	int64_t min_s;	 /* 0: not given */
	int64_t keep;
	int64_t clean; /* enum clean */
	int64_t exit_code;
	int64_t signal;		 /* number */
	int64_t interval_signal; /* 0: none */
	int64_t target;		 /* enum choose_target */
	int64_t interval_s;	 /* 0: none */
	int64_t max_runs;
	int64_t max_stalls;		/* 0: never hold */
	char dir[SETTINGS_PATH_LEN];	/* pattern; "" until site_apply() */
	char from[SETTINGS_PATH_LEN];	/* "": none */
	char token[SETTINGS_TOKEN_LEN]; /* "": none yet */
	char hook[SETTINGS_PATH_LEN];	/* shell command; "": none */
	char files[SETTINGS_PATH_LEN];	/* globs with commas; "": none */
	int64_t submitted_min; /* limit asked of sbatch; 0: none, unlimited */
	uint64_t given;	       /* bit n: row n of the table was set by the user;
				  not encoded */
};

/* -------- the option table, see option.h -------- */
/* What sbatch offers; row 0 is --checkpoint itself. */
extern const struct option_row settings_options[];
extern const size_t settings_options_count;

/* The row of that name ("checkpoint-total"), or NULL. */
const struct option_row *settings_row(const char *name);

/* Defaults of the table; grace_s 0. */
void settings_init(struct settings *set);

/*
 * Set one option as the user wrote it; on failure *set is as before and err
 * names the option.  settings_set_env() is for its environment form, by which
 * name err then goes.
 */
int settings_set(struct settings *set, const struct option_row *row,
		 const char *value, char *err, size_t err_len);
int settings_set_env(struct settings *set, const struct option_row *row,
		     const char *value, char *err, size_t err_len);

/* Was it set by settings_set()? */
bool settings_is_given(const struct settings *set,
		       const struct option_row *row);

/* Can a run be asked for a state and go on?  Not by a signal that ends it. */
bool settings_can_save(const struct settings *set);

/*
 * The settings as canonical text, printable ASCII without spaces, in at most
 * SETTINGS_TEXT_LEN bytes.  The same settings give the same text.
 */
int settings_encode(const struct settings *set, char text[SETTINGS_TEXT_LEN],
		    char *err, size_t err_len);

/*
 * Read encoded text, which may come from anyone: unknown or repeated keys,
 * values out of the table's bounds, malformed escapes and text that is too
 * long are refused.  What is missing has its default, but for grace, dir and
 * token, which must be there.  After failure *set is that of settings_init().
 */
int settings_decode(struct settings *set, const char *text, char *err,
		    size_t err_len);

/* -------- the site: arguments of the line in plugstack.conf -------- */
struct site {
	bool is_enabled;	 /* enabled=yes|no */
	int64_t grace_s;	 /* grace=: --checkpoint=default */
	int64_t min_grace_s;	 /* min_grace=: shortest grace allowed */
	int64_t max_grace_s;	 /* max_grace=: longest grace allowed */
	int64_t min_s;		 /* min=: default of --checkpoint-min; 0 none */
	int64_t max_runs;	 /* max_runs=: most that a user may ask for */
	int64_t restart_delay_s; /* restart_delay= */
	int64_t restore_window_s;	   /* restore_window= */
	char dir[SETTINGS_PATH_LEN];	   /* dir=: default pattern */
	char helpers[SETTINGS_PATH_LEN];   /* helpers=: where supervise, settle
					      and rpc are */
	char launchers[SETTINGS_PATH_LEN]; /* launchers=: more names of
					      launchers, comma-separated */
};

/* The same kind of table: names are the keys of plugstack.conf. */
extern const struct option_row site_options[];
extern const size_t site_options_count;

/* Built-in values; helpers is PKGLIBEXECDIR. */
void site_init(struct site *site);

/* One argument, "key=value"; on failure *site is as before. */
int site_set(struct site *site, const char *arg, char *err, size_t err_len);

/*
 * All arguments of the line, and whether they fit together (min_grace not
 * above max_grace, ...).  The first that is bad is named in err.
 */
int site_read(struct site *site, int ac, char *const *av, char *err,
	      size_t err_len);

/* The same for the arguments as one line, with blanks between them. */
int site_read_line(struct site *site, const char *line, char *err,
		   size_t err_len);

/* Fill in what the user left to the site: grace, min, dir, max_runs. */
void site_apply(const struct site *site, struct settings *set, bool is_array);

/*
 * Does the site allow these settings, and do they fit together?  After
 * site_apply(); on the node after settings_decode(), since the environment
 * may be forged.
 */
int site_check(const struct site *site, const struct settings *set, char *err,
	       size_t err_len);

/* The site's values as text, likewise, for the helpers. */
int site_encode(const struct site *site, char text[SETTINGS_TEXT_LEN],
		char *err, size_t err_len);
int site_decode(struct site *site, const char *text, char *err, size_t err_len);

#endif
