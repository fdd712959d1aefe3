/* SPDX-License-Identifier: GPL-2.0-or-later */
/* site.c: what the administrator's line in plugstack.conf says and allows. */
#include "requeue/settings/site.h"

#include <stdio.h>
#include <string.h>

#include "requeue/settings/duration.h"
#include "requeue/settings/pattern.h"

#define DAY_S	  86400
#define ARGS_MAX  64 /* of a line */
#define AT(field) offsetof(struct site, field)

static const struct option_word yes_no[] = {
	{"yes", 1},
	{"no", 0},
	{NULL, 0},
};

const struct option_row site_options[] = {
	{
		.name = "enabled",
		.argument = "yes|no",
		.help = "no: --checkpoint is refused",
		.kind = OPTION_CHOICE,
		.standard = "yes",
		.key = "enabled",
		.words = yes_no,
		.offset = AT(is_enabled),
	},
	{
		.name = "grace",
		.argument = "TIME",
		.help = "grace of --checkpoint=default",
		.kind = OPTION_DURATION,
		.standard = "5m",
		.key = "grace",
		.min = 1,
		.max = 30 * DAY_S,
		.offset = AT(grace_s),
	},
	{
		.name = "min_grace",
		.argument = "TIME",
		.help = "shortest grace that a user may ask for",
		.kind = OPTION_DURATION,
		.standard = "5s",
		.key = "min_grace",
		.min = 1,
		.max = 30 * DAY_S,
		.offset = AT(min_grace_s),
	},
	{
		.name = "max_grace",
		.argument = "TIME",
		.help = "longest grace that a user may ask for",
		.kind = OPTION_DURATION,
		.standard = "30d",
		.key = "max_grace",
		.min = 1,
		.max = 30 * DAY_S,
		.offset = AT(max_grace_s),
	},
	{
		.name = "min",
		.argument = "TIME",
		.help = "default of --checkpoint-min",
		.kind = OPTION_DURATION,
		.key = "min",
		.min = 1,
		.max = DURATION_MAX_S,
		.offset = AT(min_s),
	},
	{
		.name = "min_follows",
		.argument = "yes|no",
		.help = "no: the minimum of later runs stays the same",
		.kind = OPTION_CHOICE,
		.standard = "yes",
		.key = "min_follows",
		.words = yes_no,
		.offset = AT(min_follows),
	},
	{
		.name = "max_runs",
		.argument = "N",
		.help = "most runs that --checkpoint-max-runs may ask for",
		.kind = OPTION_COUNT,
		.standard = "100000",
		.key = "max_runs",
		.min = 1,
		.max = 100000,
		.offset = AT(max_runs),
	},
	{
		.name = "restart_delay",
		.argument = "TIME",
		.help = "from the requeue to the next start, at first",
		.kind = OPTION_DURATION,
		.key = "restart_delay",
		.min = 1,
		.max = 3600,
		.offset = AT(restart_delay_s),
	},
	{
		.name = "restore_window",
		.argument = "TIME",
		.help = "a failure so soon after a restart is held against "
			"the version",
		.kind = OPTION_DURATION,
		.standard = "5m",
		.key = "restore_window",
		.min = 1,
		.max = DAY_S,
		.offset = AT(restore_window_s),
	},
	{
		.name = "dir",
		.argument = "PATTERN",
		.help = "default of --checkpoint-dir",
		.kind = OPTION_PATTERN,
		.key = "dir",
		.offset = AT(dir),
	},
	{
		.name = "helpers",
		.argument = "DIR",
		.help = "where the programs supervise, settle and rpc are",
		.kind = OPTION_PATH,
		.standard = PKGLIBEXECDIR,
		.key = "helpers",
		.offset = AT(helpers),
	},
	{
		.name = "launchers",
		.argument = "NAME[,NAME]",
		.help = "more programs that are never signalled",
		.kind = OPTION_NAMES,
		.key = "launchers",
		.offset = AT(launchers),
	},
	{
		.name = "methods",
		.argument = "DIR",
		.help = "where the methods of --checkpoint-method are",
		.kind = OPTION_PATH,
		.key = "methods",
		.offset = AT(methods),
	},
	{
		.name = "method",
		.argument = "program|NAME",
		.help = "default of --checkpoint-method",
		.kind = OPTION_NAME,
		.standard = SETTINGS_METHOD_NONE,
		.key = "method",
		.offset = AT(method),
	},
};
#define ROWS (sizeof(site_options) / sizeof(site_options[0]))
const size_t site_options_count = ROWS;

void site_init(struct site *site)
{
	char err[SETTINGS_ERROR_LEN];

	memset(site, 0, sizeof(*site));
	for (size_t i = 0; i < ROWS; i++)
		if (site_options[i].standard)
			option_parse(&site_options[i], site,
				     site_options[i].standard, err,
				     sizeof(err));
}

int site_set(struct site *site, const char *arg, char *err, size_t err_len)
{
	char clause[256];
	const char *value;

	for (size_t i = 0; i < ROWS; i++) {
		const struct option_row *row = &site_options[i];
		size_t len = strlen(row->name);

		if (strncmp(arg, row->name, len) != 0 || arg[len] != '=')
			continue;
		value = arg + len + 1;
		if (row->kind == OPTION_PATH && value[0] != '/')
			return option_refuse(row->name, value,
					     "must begin with /", err, err_len);
		if (option_parse(row, site, value, clause, sizeof(clause)) < 0)
			return option_refuse(row->name, value, clause, err,
					     err_len);
		return 0;
	}
	value = strchr(arg, '=');
	snprintf(clause, sizeof(clause), "%.*s",
		 value ? (int)(value - arg) : (int)strlen(arg), arg);
	return option_refuse(clause, value ? value + 1 : "",
			     "no such argument; see spank_checkpoint(8)", err,
			     err_len);
}

static int check_together(const struct site *site, char *err, size_t err_len)
{
	if (site->min_grace_s > site->max_grace_s) {
		snprintf(err, err_len, "min_grace is above max_grace");
		return -1;
	}
	if (site->grace_s < site->min_grace_s ||
	    site->grace_s > site->max_grace_s) {
		snprintf(err, err_len,
			 "grace is not between min_grace and max_grace");
		return -1;
	}
	return 0;
}

/* Move the built-in grace into bounds that were given without one. */
static void fit_grace(struct site *site)
{
	if (site->grace_s > site->max_grace_s)
		site->grace_s = site->max_grace_s;
	if (site->grace_s < site->min_grace_s)
		site->grace_s = site->min_grace_s;
}

int site_read(struct site *site, int ac, char *const *av, char *err,
	      size_t err_len)
{
	bool has_grace = false;

	site_init(site);
	for (int i = 0; i < ac; i++) {
		if (site_set(site, av[i], err, err_len) < 0)
			return -1;
		if (!strncmp(av[i], "grace=", strlen("grace=")))
			has_grace = true;
	}
	if (!has_grace)
		fit_grace(site);
	if (!site->methods[0] &&
	    strlen(site->helpers) + sizeof("/methods") <= SETTINGS_PATH_LEN) {
		strcpy(site->methods, site->helpers);
		strcat(site->methods, "/methods");
	}
	return check_together(site, err, err_len);
}

int site_read_line(struct site *site, const char *line, char *err,
		   size_t err_len)
{
	char text[SETTINGS_TEXT_LEN], *rest = text, *arg;
	char *args[ARGS_MAX];
	int count = 0;

	if (strlen(line) >= sizeof(text)) {
		snprintf(err, err_len, "the arguments are longer than %d bytes",
			 SETTINGS_TEXT_LEN - 1);
		return -1;
	}
	strcpy(text, line);
	while (count < ARGS_MAX && (arg = strsep(&rest, " \t")))
		if (*arg)
			args[count++] = arg;
	if (count == ARGS_MAX) {
		snprintf(err, err_len, "there are more than %d arguments",
			 ARGS_MAX - 1);
		return -1;
	}
	return site_read(site, count, args, err, err_len);
}

void site_apply(const struct site *site, struct settings *set, bool is_array)
{
	const char *dir = is_array ? PATTERN_DEFAULT_ARRAY : PATTERN_DEFAULT;

	if (set->grace_s == SETTINGS_GRACE_DEFAULT)
		set->grace_s = site->grace_s;
	if (!set->min_s && site->min_s > set->grace_s)
		set->min_s = site->min_s;
	if (!set->dir[0])
		snprintf(set->dir, sizeof(set->dir), "%s",
			 site->dir[0] ? site->dir : dir);
	if (!set->method[0] && strcmp(site->method, SETTINGS_METHOD_NONE) != 0)
		snprintf(set->method, sizeof(set->method), "%s", site->method);
	if (!settings_is_given(set, settings_row("checkpoint-max-runs")) &&
	    set->max_runs > site->max_runs)
		set->max_runs = site->max_runs;
}

static int check_grace(const struct site *site, int64_t grace_s, char *err,
		       size_t err_len)
{
	char given[DURATION_TEXT_LEN], bound[DURATION_TEXT_LEN];
	bool is_short = grace_s < site->min_grace_s;

	if (!is_short && grace_s <= site->max_grace_s)
		return 0;
	snprintf(err, err_len, "--checkpoint=%s: this site wants at %s %s",
		 duration_format(grace_s, given), is_short ? "least" : "most",
		 duration_format(is_short ? site->min_grace_s
					  : site->max_grace_s,
				 bound));
	return -1;
}

int site_check(const struct site *site, const struct settings *set, char *err,
	       size_t err_len)
{
	char min[DURATION_TEXT_LEN], grace[DURATION_TEXT_LEN];

	if (!site->is_enabled) {
		snprintf(err, err_len,
			 "--checkpoint: this site has turned checkpointing "
			 "off; submit without it");
		return -1;
	}
	if (check_grace(site, set->grace_s, err, err_len) < 0)
		return -1;
	if (set->min_s && set->min_s <= set->grace_s) {
		snprintf(err, err_len,
			 "--checkpoint-min=%s: must be longer than the grace "
			 "of %s, or a run would only save",
			 duration_format(set->min_s, min),
			 duration_format(set->grace_s, grace));
		return -1;
	}
	if (set->interval_s && !settings_can_save(set)) {
		snprintf(err, err_len,
			 "--checkpoint-interval: needs a signal that doesn't "
			 "end the program, such as "
			 "--checkpoint-signal=TERM,USR1, or --checkpoint-hook, "
			 "or --checkpoint-files");
		return -1;
	}
	if (set->hook[0] && settings_has_method(set)) {
		snprintf(err, err_len,
			 "--checkpoint-hook: nothing is requested of the "
			 "program with --checkpoint-method=%.32s; leave one of "
			 "them out",
			 set->method);
		return -1;
	}
	if (set->max_runs > site->max_runs) {
		snprintf(err, err_len,
			 "--checkpoint-max-runs=%lld: this site wants at most "
			 "%lld",
			 (long long)set->max_runs, (long long)site->max_runs);
		return -1;
	}
	return 0;
}

int site_encode(const struct site *site, char text[SETTINGS_TEXT_LEN],
		char *err, size_t err_len)
{
	if (option_encode(site_options, ROWS, site, text, SETTINGS_TEXT_LEN) ==
	    0)
		return 0;
	snprintf(err, err_len, "the arguments are longer than %d bytes",
		 SETTINGS_TEXT_LEN - 1);
	return -1;
}

int site_decode(struct site *site, const char *text, char *err, size_t err_len)
{
	site_init(site);
	if (option_decode(site_options, ROWS, site, text, SETTINGS_TEXT_LEN - 1,
			  err, err_len) == 0 &&
	    check_together(site, err, err_len) == 0)
		return 0;
	site_init(site);
	return -1;
}
