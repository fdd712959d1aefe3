/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shells.c: tell shells from programs.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/shells.h"

static const char *const shells[] = {
	"sh",	"bash", "rbash", "dash", "ash", "ksh",	"ksh93", "ksh2020",
	"mksh", "lksh", "pdksh", "posh", "zsh", "yash", "fish",	 "csh",
	"tcsh", "bsh",	"rc",	 "es",	 "osh", NULL,
};

const char *shells_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_listed(const char *name)
{
	if (*name == '-') /* a login shell */
		name++;
	for (size_t i = 0; shells[i]; i++)
		if (!strcmp(name, shells[i]))
			return true;
	/* bash-5.2, zsh-5.9 */
	return !strncmp(name, "bash-", 5) || !strncmp(name, "zsh-", 4) ||
	       !strncmp(name, "bash5", 5);
}

bool shells_is_shell(const char *exe, const char *argv0, const char *comm)
{
	const char *name = shells_base(exe);

	if (*name && strncmp(name, "busybox", 7) && strncmp(name, "toybox", 6))
		return is_listed(name);
	if (*argv0 && is_listed(shells_base(argv0)))
		return true;
	return is_listed(comm);
}

/* Options of the shells we know whose value is the next argument. */
static bool takes_value(const char *arg)
{
	return !strcmp(arg, "-o") || !strcmp(arg, "+o") || !strcmp(arg, "-O") ||
	       !strcmp(arg, "+O") || !strcmp(arg, "--rcfile") ||
	       !strcmp(arg, "--init-file");
}

size_t shells_script_arg(size_t argc, char *const *argv, bool *is_text)
{
	bool has_c = false, has_s = false;
	size_t i = 1;

	*is_text = false;
	for (; i < argc; i++) {
		const char *arg = argv[i];

		if (!strcmp(arg, "--") || !strcmp(arg, "-")) {
			i++;
			break;
		}
		if ((*arg != '-' && *arg != '+') || !arg[1])
			break;
		if (*arg == '-' && arg[1] != '-') {
			has_c |= strchr(arg, 'c') != NULL;
			has_s |= strchr(arg, 's') != NULL;
		}
		if (takes_value(arg) ||
		    (arg[1] != '-' && arg[strlen(arg) - 1] == 'o'))
			i++;
	}
	if (i >= argc || (has_s && !has_c))
		return 0;
	*is_text = has_c;
	return i;
}

/* -------------------------------------------------------------- traps */

/*
 * Scripts are not parsed: a here-document with one apostrophe would lead any
 * small parser astray for the rest of the file.  Each line is looked at by
 * itself for a command at a place where a command may stand.
 */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool ends_word(char c)
{
	return !c || is_blank(c) || c == '\n' || c == '\r' || c == ';' ||
	       c == '&' || c == '|' || c == ')' || c == '<' || c == '>';
}

/* Does the text from start up to end close with this word? */
static bool ends_with(const char *start, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - start) >= len && !strncmp(end - len, word, len) &&
	       ((size_t)(end - start) == len || ends_word(*(end - len - 1)));
}

/* May a command begin at this place of the line? */
static bool is_command_place(const char *line, const char *at)
{
	static const char *const before[] = {
		"then",	 "do", "else", "elif",	  "if",	     "while",
		"until", "!",  "time", "builtin", "command", NULL,
	};
	const char *end = at;

	while (end > line && is_blank(end[-1]))
		end--;
	if (end == line || strchr(";&|({`", end[-1]))
		return true;
	if (end == at)
		return false;
	for (size_t i = 0; before[i]; i++)
		if (ends_with(line, end, before[i]))
			return true;
	return false;
}

static const char *line_start(const char *script, const char *at)
{
	while (at > script && at[-1] != '\n')
		at--;
	return at;
}

/* Is there a # that begins a comment before this place of the line? */
static bool is_comment(const char *line, const char *at)
{
	char quote = 0;

	for (const char *c = line; c < at; c++) {
		if (quote)
			quote = *c == quote ? 0 : quote;
		else if (*c == '\\')
			c++;
		else if (*c == '\'' || *c == '"')
			quote = *c;
		else if (*c == '#' && (c == line || ends_word(c[-1])))
			return true;
	}
	return false;
}

/* The next place after from where this command is called, NULL if none. */
static const char *find_command(const char *script, const char *from,
				const char *name)
{
	const char *at = from;

	for (; (at = strstr(at, name)); at++) {
		const char *line = line_start(script, at);

		if (ends_word(at[strlen(name)]) && is_command_place(line, at) &&
		    !is_comment(line, at))
			return at;
	}
	return NULL;
}

/*
 * One word of a command, its quotes taken off; longer ones are cut.  Returns
 * where to go on, NULL at the end of the command.
 */
static const char *next_word(const char *at, char *word, size_t size)
{
	size_t len = 0;
	char quote = 0;

	while (is_blank(*at) || (*at == '\\' && at[1] == '\n'))
		at += *at == '\\' ? 2 : 1;
	if (ends_word(*at) || *at == '#')
		return NULL;
	for (; *at && (quote || !ends_word(*at)); at++) {
		char c = *at;

		if (quote && c == quote) {
			quote = 0;
			continue;
		}
		if (!quote && (c == '\'' || c == '"')) {
			quote = c;
			continue;
		}
		if (c == '\\' && quote != '\'' && at[1]) {
			c = *++at;
			if (c == '\n')
				continue;
		}
		if (len + 1 < size)
			word[len++] = c;
	}
	word[len] = '\0';
	return at;
}

/* glibc can name them only since 2.32. */
static const struct {
	int signum;
	const char *name;
} names[] = {
	{SIGHUP, "HUP"},   {SIGINT, "INT"},	  {SIGQUIT, "QUIT"},
	{SIGABRT, "ABRT"}, {SIGUSR1, "USR1"},	  {SIGUSR2, "USR2"},
	{SIGALRM, "ALRM"}, {SIGTERM, "TERM"},	  {SIGCONT, "CONT"},
	{SIGTSTP, "TSTP"}, {SIGTTIN, "TTIN"},	  {SIGTTOU, "TTOU"},
	{SIGURG, "URG"},   {SIGXCPU, "XCPU"},	  {SIGXFSZ, "XFSZ"},
	{SIGPROF, "PROF"}, {SIGVTALRM, "VTALRM"}, {SIGWINCH, "WINCH"},
	{SIGIO, "IO"},	   {SIGPWR, "PWR"},	  {SIGPIPE, "PIPE"},
};

static bool is_signal(const char *word, int signum)
{
	/* Who can say what is in a variable?  It may be the signal. */
	if (strchr(word, '$'))
		return true;
	if (word[0] >= '0' && word[0] <= '9')
		return atoi(word) == signum;
	if (!strncasecmp(word, "SIG", 3))
		word += 3;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].signum == signum)
			return !strcasecmp(word, names[i].name);
	return false;
}

/* Does this one trap do something at the signal?  at is after "trap". */
static bool is_trap_for(const char *at, int signum)
{
	char word[256], action[256];
	bool is_named = false;

	at = next_word(at, action, sizeof(action));
	if (at && !strcmp(action, "--"))
		at = next_word(at, action, sizeof(action));
	if (!at || !*action || *action == '-')
		return false; /* asked for, ignored, or reset */
	while ((at = next_word(at, word, sizeof(word))))
		is_named |= is_signal(word, signum);
	return is_named;
}

bool shells_traps(const char *script, int signum)
{
	const char *at = script;

	while ((at = find_command(script, at, "trap"))) {
		at += strlen("trap");
		if (is_trap_for(at, signum))
			return true;
	}
	return false;
}

/* The kill may stand in the trap's own quotes. */
bool shells_passes_on(const char *script)
{
	const char *at = script;

	if (!find_command(script, script, "wait"))
		return false;
	for (; (at = strstr(at, "kill")); at++) {
		const char *line = line_start(script, at);

		if (ends_word(at[4]) && !is_comment(line, at) &&
		    (is_command_place(line, at) || at[-1] == '\'' ||
		     at[-1] == '"'))
			return true;
	}
	return false;
}
