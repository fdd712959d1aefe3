/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings.h: what the user wants of --checkpoint and its related options, and
 * the text in which that travels from sbatch to the node.  What the site
 * allows: site.h.
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
/* --checkpoint-method: the program saves its state itself. */
#define SETTINGS_METHOD_NONE   "program"
/* --checkpoint=default: the site's grace, before site_apply() fills it in. */
#define SETTINGS_GRACE_DEFAULT (-1)

/* --checkpoint-target: which processes are signalled. */
enum choose_target {
	CHOOSE_AUTO,	 /* every program that catches it, and srun's tasks */
	CHOOSE_SCRIPT,	 /* the job script, whether it catches it or not */
	CHOOSE_TASKS,	 /* srun's tasks only */
	CHOOSE_ALL,	 /* the script in any case, and all that catch it */
	CHOOSE_RUNTIMES, /* as auto, and programs whose runtime catches it */
};

enum clean {
	CLEAN_NEVER = 0,
	CLEAN_SUCCESS,
};

/* Numbers are int64_t throughout, so that the option table can address them. */
struct settings {
	int64_t grace_s; /* 0: checkpointing is not turned on; the most of
			    --checkpoint=auto, and its first */
	int64_t total_s; /* 0: not given */
	int64_t min_s;	 /* 0: not given */
	int64_t keep;
	int64_t clean; /* enum clean */
	int64_t exit_code;
	int64_t signal;		 /* number; 0: none */
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
	char method[SETTINGS_PATH_LEN]; /* "": none, or not given */
	int64_t submitted_min;		/* --time; 0: not given, or unlimited */
	int64_t is_auto; /* the grace follows the saves: grace.h */
	/* Bit n: row n of the table was set by the user, and by its
	 * environment form.  Not encoded. */
	uint64_t given;
	uint64_t by_env;
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
 * names the option.  settings_set_env() does so for its environment form, and
 * names that in err.
 */
int settings_set(struct settings *set, const struct option_row *row,
		 const char *value, char *err, size_t err_len);
int settings_set_env(struct settings *set, const struct option_row *row,
		     const char *value, char *err, size_t err_len);

/* Was it set by settings_set()? */
bool settings_is_given(const struct settings *set,
		       const struct option_row *row);

/* Was it set by settings_set_env() last? */
bool settings_is_by_env(const struct settings *set,
			const struct option_row *row);

/* Take one option from other settings, given or not. */
void settings_copy(struct settings *set, const struct option_row *row,
		   const struct settings *from);

/* Does a method make the state of the job (--checkpoint-method), and not the
 * program itself? */
bool settings_has_method(const struct settings *set);

/* Can a run save and go on?  It can't by a signal that ends the program. */
bool settings_can_save(const struct settings *set);

/*
 * Write the settings as printable ASCII without spaces.  The same settings give
 * the same text.  -1: it is longer than SETTINGS_TEXT_LEN bytes.
 */
int settings_encode(const struct settings *set, char text[SETTINGS_TEXT_LEN],
		    char *err, size_t err_len);

/*
 * Read encoded text, which may be forged: unknown or repeated keys, values out
 * of the table's bounds, malformed escapes and text that is too long are
 * refused.  Options that the text lacks have their default, but grace, dir and
 * token must be there.  After failure *set is that of settings_init().
 */
int settings_decode(struct settings *set, const char *text, char *err,
		    size_t err_len);

#endif
