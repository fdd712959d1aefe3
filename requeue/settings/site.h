/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * site.h: what the administrator's line in plugstack.conf says and allows, and
 * the text in which that travels to the helpers.
 *
 * All functions are pure but for what they write through their arguments, and
 * thread-safe.  Those that can refuse return 0 or -1 and then leave one line
 * in err, without newline or control characters.
 */
#ifndef SITE_H
#define SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "requeue/settings/option.h"
#include "requeue/settings/settings.h"

/* The arguments of the line. */
struct site {
	bool is_enabled;	 /* enabled=yes|no */
	int64_t grace_s;	 /* grace=: --checkpoint=default */
	int64_t min_follows;	 /* min_follows=: 1 or 0 */
	int64_t min_grace_s;	 /* min_grace=: shortest grace allowed */
	int64_t max_grace_s;	 /* max_grace=: longest grace allowed */
	int64_t min_s;		 /* min=: default of --checkpoint-min; 0 none */
	int64_t max_runs;	 /* max_runs=: most that a user may ask for */
	int64_t restart_delay_s; /* restart_delay=; 0: not given */
	int64_t restore_window_s;	   /* restore_window= */
	char dir[SETTINGS_PATH_LEN];	   /* dir=: default pattern */
	char helpers[SETTINGS_PATH_LEN];   /* helpers=: where supervise, settle
					      and rpc are */
	char launchers[SETTINGS_PATH_LEN]; /* launchers=: more names of
					      launchers, comma-separated */
	char methods[SETTINGS_PATH_LEN];   /* methods=: where those of
					      --checkpoint-method are */
	char method[SETTINGS_PATH_LEN];	   /* method=: default of
					      --checkpoint-method */
};

/* The same kind of table: names are the keys of plugstack.conf. */
extern const struct option_row site_options[];
extern const size_t site_options_count;

/* Built-in values; helpers is PKGLIBEXECDIR. */
void site_init(struct site *site);

/* One argument, "key=value"; on failure *site is as before. */
int site_set(struct site *site, const char *arg, char *err, size_t err_len);

/*
 * Read all arguments of the line, and check that they fit together (min_grace
 * not above max_grace, ...).  err names the first bad one.
 */
int site_read(struct site *site, int ac, char *const *av, char *err,
	      size_t err_len);

/* Read them from one line, with blanks between them. */
int site_read_line(struct site *site, const char *line, char *err,
		   size_t err_len);

/* Fill in what the user has left to the site: grace, min, dir, max_runs. */
void site_apply(const struct site *site, struct settings *set, bool is_array);

/*
 * Check that the site allows the settings, and that they fit together.  It is
 * called after site_apply(), and on the node again after settings_decode(),
 * because the job's environment may be forged.
 */
int site_check(const struct site *site, const struct settings *set, char *err,
	       size_t err_len);

/* Write and read the site's values as text for the helpers, as
 * settings_encode() and settings_decode() do. */
int site_encode(const struct site *site, char text[SETTINGS_TEXT_LEN],
		char *err, size_t err_len);
int site_decode(struct site *site, const char *text, char *err, size_t err_len);

#endif
