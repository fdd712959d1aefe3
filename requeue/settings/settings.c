/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.c: the options of --checkpoint, and how they travel to the node. */
#include "requeue/settings/settings.h"

#include <stdio.h>
#include <string.h>

#include "requeue/settings/duration.h"

#define MAX_GRACE_S (30LL * 86400)
#define MAX_RUNS    100000

#define AT(field) offsetof(struct settings, field)

static const struct option_word grace_words[] = {
	{"default", SETTINGS_GRACE_DEFAULT},
	{"off", 0},
	{NULL, 0},
};

static const struct option_word signal_words[] = {
	{"none", 0},
	{NULL, 0},
};

static const struct option_word target_words[] = {
	{"auto", CHOOSE_AUTO},	       {"script", CHOOSE_SCRIPT},
	{"tasks", CHOOSE_TASKS},       {"all", CHOOSE_ALL},
	{"runtimes", CHOOSE_RUNTIMES}, {NULL, 0},
};

static const struct option_word clean_words[] = {
	{"never", CLEAN_NEVER},
	{"success", CLEAN_SUCCESS},
	{NULL, 0},
};

/*
 * The last rows of the table aren't options: sbatch adds them for the node, and
 * they are carried with the options.
 */
#define ROWS_ADDED 4

const struct option_row settings_options[] = {
	{
		.name = "checkpoint",
		.argument = "TIME|auto[:MAX]",
		.help = "save and requeue: time to save before a run ends",
		.kind = OPTION_DURATION,
		.env = "SBATCH_CHECKPOINT",
		.key = "grace",
		.min = 1,
		.max = MAX_GRACE_S,
		.words = grace_words,
		.offset = AT(grace_s),
	},
	{
		.name = "checkpoint-total",
		.argument = "TIME",
		.help = "compute time that all runs need together",
		.kind = OPTION_DURATION,
		.env = "SBATCH_CHECKPOINT_TOTAL",
		.key = "total",
		.min = 1,
		.max = DURATION_MAX_S,
		.offset = AT(total_s),
	},
	{
		.name = "checkpoint-min",
		.argument = "TIME",
		.help = "shortest run worth starting",
		.kind = OPTION_DURATION,
		.env = "SBATCH_CHECKPOINT_MIN",
		.key = "min",
		.min = 1,
		.max = DURATION_MAX_S,
		.offset = AT(min_s),
	},
	{
		.name = "checkpoint-signal",
		.argument = "SIG|none[,SIG]",
		.help = "signal that asks to save; second: at intervals",
		.kind = OPTION_SIGNAL,
		.standard = "TERM",
		.env = "SBATCH_CHECKPOINT_SIGNAL",
		.key = "signal",
		.min = 0,
		.max = 64,
		.words = signal_words,
		.offset = AT(signal),
	},
	{
		.name = "checkpoint-target",
		.argument = "auto|script|tasks|runtimes|all",
		.help = "which processes get the signal",
		.kind = OPTION_CHOICE,
		.standard = "auto",
		.env = "SBATCH_CHECKPOINT_TARGET",
		.key = "target",
		.words = target_words,
		.offset = AT(target),
	},
	{
		.name = "checkpoint-interval",
		.argument = "TIME",
		.help = "ask for a state this often while a run goes on",
		.kind = OPTION_DURATION,
		.env = "SBATCH_CHECKPOINT_INTERVAL",
		.key = "interval",
		.min = 10,
		.max = DURATION_MAX_S,
		.offset = AT(interval_s),
	},
	{
		.name = "checkpoint-hook",
		.argument = "COMMAND",
		.help = "command run at each request, before the signal",
		.kind = OPTION_PATH,
		.env = "SBATCH_CHECKPOINT_HOOK",
		.key = "hook",
		.offset = AT(hook),
	},
	{
		.name = "checkpoint-files",
		.argument = "GLOB[,GLOB]",
		.help = "files that the software writes itself, to be kept",
		.kind = OPTION_PATH,
		.env = "SBATCH_CHECKPOINT_FILES",
		.key = "files",
		.offset = AT(files),
	},
	{
		.name = "checkpoint-method",
		.argument = "program|NAME",
		.help = "who makes the state: the program, or a method",
		.kind = OPTION_NAME,
		.env = "SBATCH_CHECKPOINT_METHOD",
		.key = "method",
		.offset = AT(method),
	},
	{
		.name = "checkpoint-dir",
		.argument = "PATTERN",
		.help = "where versions are kept (%j %A %a %x %u)",
		.kind = OPTION_PATTERN,
		.env = "SBATCH_CHECKPOINT_DIR",
		.key = "dir",
		.offset = AT(dir),
	},
	{
		.name = "checkpoint-from",
		.argument = "DIR",
		.help = "begin from what another job saved",
		.kind = OPTION_PATH,
		.env = "SBATCH_CHECKPOINT_FROM",
		.key = "from",
		.offset = AT(from),
	},
	{
		.name = "checkpoint-keep",
		.argument = "N",
		.help = "versions kept",
		.kind = OPTION_COUNT,
		.standard = "2",
		.env = "SBATCH_CHECKPOINT_KEEP",
		.key = "keep",
		.min = 2,
		.max = 1000,
		.offset = AT(keep),
	},
	{
		.name = "checkpoint-clean",
		.argument = "never|success",
		.help = "remove the versions when the job has completed",
		.kind = OPTION_CHOICE,
		.standard = "never",
		.env = "SBATCH_CHECKPOINT_CLEAN",
		.key = "clean",
		.words = clean_words,
		.offset = AT(clean),
	},
	{
		.name = "checkpoint-exit",
		.argument = "CODE",
		.help = "exit code that says: saved, run me again",
		.kind = OPTION_EXIT_CODE,
		.standard = "85",
		.env = "SBATCH_CHECKPOINT_EXIT",
		.key = "exit",
		.min = 1,
		.max = 255,
		.offset = AT(exit_code),
	},
	{
		.name = "checkpoint-max-runs",
		.argument = "N",
		.help = "hold the job after so many runs",
		.kind = OPTION_COUNT,
		.standard = "1000",
		.env = "SBATCH_CHECKPOINT_MAX_RUNS",
		.key = "max-runs",
		.min = 1,
		.max = MAX_RUNS,
		.offset = AT(max_runs),
	},
	{
		.name = "checkpoint-max-stalls",
		.argument = "N",
		.help = "hold it after so many runs that saved nothing",
		.kind = OPTION_COUNT,
		.standard = "3",
		.env = "SBATCH_CHECKPOINT_MAX_STALLS",
		.key = "max-stalls",
		.min = 0,
		.max = MAX_RUNS,
		.offset = AT(max_stalls),
	},
	{
		.kind = OPTION_SIGNAL,
		.key = "signal2",
		.min = 1,
		.max = 64,
		.offset = AT(interval_signal),
	},
	{
		.kind = OPTION_TOKEN,
		.key = "token",
		.offset = AT(token),
	},
	{
		.kind = OPTION_COUNT,
		.key = "limit",
		.min = 1,
		.max = UINT32_MAX,
		.offset = AT(submitted_min),
	},
	{
		.kind = OPTION_COUNT,
		.key = "auto",
		.min = 1,
		.max = 1,
		.offset = AT(is_auto),
	},
};
#define ROWS	     (sizeof(settings_options) / sizeof(settings_options[0]))
#define ROWS_OFFERED (ROWS - ROWS_ADDED)
const size_t settings_options_count = ROWS_OFFERED;

const struct option_row *settings_row(const char *name)
{
	for (size_t i = 0; i < ROWS_OFFERED; i++)
		if (!strcmp(settings_options[i].name, name))
			return &settings_options[i];
	return NULL;
}

void settings_init(struct settings *set)
{
	char err[SETTINGS_ERROR_LEN];

	memset(set, 0, sizeof(*set));
	for (size_t i = 0; i < ROWS_OFFERED; i++)
		if (settings_options[i].standard)
			option_parse(&settings_options[i], set,
				     settings_options[i].standard, err,
				     sizeof(err));
}

/* Read one signal, or two: for the last request, and for those at intervals. */
static int parse_signals(struct settings *set, const char *value, char *err,
			 size_t err_len)
{
	const struct option_row *last = settings_row("checkpoint-signal");
	const struct option_row second = {.kind = OPTION_SIGNAL,
					  .offset = AT(interval_signal)};
	const char *comma = strchr(value, ',');
	struct settings new = *set;
	char first[32] = "";
	size_t len = strcspn(value, ",");

	/* A text that doesn't fit names no signal: first stays "", which is
	 * refused. */
	if (len < sizeof(first))
		memcpy(first, value, len);
	new.interval_signal = 0;
	if (option_parse(last, &new, first, err, err_len) < 0 ||
	    (comma && option_parse(&second, &new, comma + 1, err, err_len) < 0))
		return -1;
	*set = new;
	return 0;
}

/* Read TIME, or auto[:MAX]: then the time is the first grace and the longest.
 */
static int parse_grace(struct settings *set, const char *value, char *err,
		       size_t err_len)
{
	struct option_row row = settings_options[0];
	struct settings new = *set;

	new.is_auto = !strcmp(value, "auto") || !strncmp(value, "auto:", 5);
	if (new.is_auto && value[4]) {
		row.words = NULL;
		value += strlen("auto:");
	} else if (new.is_auto) {
		value = "default";
	}
	if (option_parse(&row, &new, value, err, err_len) < 0)
		return -1;
	*set = new;
	return 0;
}

static uint64_t bit_of(const struct option_row *row)
{
	return UINT64_C(1) << (row - settings_options);
}

static int set_named(struct settings *set, const struct option_row *row,
		     const char *name, const char *value, char *err,
		     size_t err_len)
{
	char clause[256];
	int rc;

	if (row->kind == OPTION_SIGNAL)
		rc = parse_signals(set, value, clause, sizeof(clause));
	else if (row == settings_options)
		rc = parse_grace(set, value, clause, sizeof(clause));
	else
		rc = option_parse(row, set, value, clause, sizeof(clause));
	if (rc < 0)
		return option_refuse(name, value, clause, err, err_len);
	set->given |= bit_of(row);
	set->by_env &= ~bit_of(row);
	return 0;
}

int settings_set(struct settings *set, const struct option_row *row,
		 const char *value, char *err, size_t err_len)
{
	char name[64];

	snprintf(name, sizeof(name), "--%s", row->name);
	return set_named(set, row, name, value, err, err_len);
}

int settings_set_env(struct settings *set, const struct option_row *row,
		     const char *value, char *err, size_t err_len)
{
	int rc = set_named(set, row, row->env, value, err, err_len);

	if (rc == 0)
		set->by_env |= bit_of(row);
	return rc;
}

bool settings_is_given(const struct settings *set, const struct option_row *row)
{
	return set->given & bit_of(row);
}

bool settings_is_by_env(const struct settings *set,
			const struct option_row *row)
{
	return set->by_env & bit_of(row);
}

void settings_copy(struct settings *set, const struct option_row *row,
		   const struct settings *from)
{
	uint64_t bit = bit_of(row);

	option_copy(row, set, from);
	if (row->kind == OPTION_SIGNAL)
		set->interval_signal = from->interval_signal;
	if (row == settings_options)
		set->is_auto = from->is_auto;
	set->given = (set->given & ~bit) | (from->given & bit);
	set->by_env = (set->by_env & ~bit) | (from->by_env & bit);
}

bool settings_has_method(const struct settings *set)
{
	return set->method[0] && strcmp(set->method, SETTINGS_METHOD_NONE) != 0;
}

bool settings_can_save(const struct settings *set)
{
	return set->interval_signal || set->hook[0] || set->files[0] ||
	       settings_has_method(set);
}

int settings_encode(const struct settings *set, char text[SETTINGS_TEXT_LEN],
		    char *err, size_t err_len)
{
	if (option_encode(settings_options, ROWS, set, text,
			  SETTINGS_TEXT_LEN) == 0)
		return 0;
	snprintf(err, err_len,
		 "--checkpoint: its options together are longer than %d bytes; "
		 "shorten --checkpoint-dir, -from, -hook or -files",
		 SETTINGS_TEXT_LEN - 1);
	return -1;
}

int settings_decode(struct settings *set, const char *text, char *err,
		    size_t err_len)
{
	settings_init(set);
	if (option_decode(settings_options, ROWS, set, text,
			  SETTINGS_TEXT_LEN - 1, err, err_len) < 0)
		goto fail;
	if (set->grace_s > 0 && set->dir[0] && set->token[0])
		return 0;
	snprintf(err, err_len, "the text lacks grace, dir or token");
fail:
	settings_init(set);
	return -1;
}
