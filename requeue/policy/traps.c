/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traps.c: what a shell script does at a signal, read from its text. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/commands.h"
#include "requeue/policy/traps.h"

/* glibc can name them only since 2.32. */
static const struct {
	int signum;
	const char *name;
} names[] = {
	{0, "EXIT"},	     {SIGHUP, "HUP"},	{SIGINT, "INT"},
	{SIGQUIT, "QUIT"},   {SIGABRT, "ABRT"}, {SIGUSR1, "USR1"},
	{SIGUSR2, "USR2"},   {SIGALRM, "ALRM"}, {SIGTERM, "TERM"},
	{SIGCONT, "CONT"},   {SIGTSTP, "TSTP"}, {SIGTTIN, "TTIN"},
	{SIGTTOU, "TTOU"},   {SIGURG, "URG"},	{SIGXCPU, "XCPU"},
	{SIGXFSZ, "XFSZ"},   {SIGPROF, "PROF"}, {SIGVTALRM, "VTALRM"},
	{SIGWINCH, "WINCH"}, {SIGIO, "IO"},	{SIGPWR, "PWR"},
	{SIGPIPE, "PIPE"},
};

static bool is_in_braces(const char *word, int signum)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].signum == signum)
			return strcasestr(word, names[i].name) != NULL;
	return false;
}

static bool is_signal(const char *word, int signum)
{
	/* The variable may hold the signal. */
	if (strchr(word, '$'))
		return true;
	if (word[0] >= '0' && word[0] <= '9')
		return atoi(word) == signum;
	if (strchr(word, '{')) /* SIG{INT,TERM} */
		return is_in_braces(word, signum);
	if (!strncasecmp(word, "SIG", 3))
		word += 3;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].signum == signum)
			return !strcasecmp(word, names[i].name);
	return false;
}

/* Does this trap do something at the signal?  at is behind "trap". */
static bool is_trap_for(const char *at, int signum)
{
	char word[256], action[256];
	bool is_named = false;

	at = commands_word(at, action, sizeof(action));
	if (at && !strcmp(action, "--"))
		at = commands_word(at, action, sizeof(action));
	if (!at || !*action || *action == '-')
		return false; /* it shows, ignores or resets the signal */
	for (int n = 0; n < COMMANDS_WORDS_MOST; n++) {
		at = commands_word(at, word, sizeof(word));
		if (!at)
			break;
		is_named |= is_signal(word, signum);
	}
	return is_named;
}

const char *traps_next(const char *script, const char *from, int signum)
{
	while ((from = commands_find(script, from, "trap"))) {
		from += strlen("trap");
		if (is_trap_for(from, signum))
			return from;
	}
	return NULL;
}

/* zsh's other form: a function of the name TRAPTERM. */
static bool has_trap_function(const char *script, int signum)
{
	char name[16] = "", definition[24];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].signum == signum)
			snprintf(name, sizeof(name), "TRAP%s", names[i].name);
	if (!*name)
		return false;
	snprintf(definition, sizeof(definition), "%s()", name);
	if (commands_find(script, script, definition))
		return true;
	for (const char *at = script; (at = commands_find(script, at, name));
	     at++)
		if (at[strlen(name) + strspn(at + strlen(name), " \t")] == '(')
			return true;
	for (const char *at = script;
	     (at = commands_find(script, at, "function")); at++) {
		const char *word = at + strlen("function");

		word += strspn(word, " \t");
		if (!strncmp(word, name, strlen(name)) &&
		    strchr(" \t\n(", word[strlen(name)]))
			return true;
	}
	return false;
}

bool traps_has(const char *script, int signum)
{
	char *text = commands_without_documents(script);
	const char *from = text ? text : script;
	bool has = traps_next(from, from, signum) ||
		   has_trap_function(from, signum);

	free(text);
	return has;
}
