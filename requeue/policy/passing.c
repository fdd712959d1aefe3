/* SPDX-License-Identifier: GPL-2.0-or-later */
/* passing.c: whether a shell script passes a signal on to its programs. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/commands.h"
#include "requeue/policy/passing.h"
#include "requeue/policy/traps.h"

#define ACTION_BYTES 4096
#define NAME_BYTES   64
/* So many traps are looked into, and so many variables are remembered. */
#define TRAPS_MOST   256
#define NAMES_MOST   256

/* What the script waits for. */
struct waits {
	const char *script;
	const char *rest; /* behind the last command in the background */
	bool is_any;	  /* all that it has started */
	bool is_last;	  /* "wait $!" */
	size_t count;
	char names[NAMES_MOST][NAME_BYTES]; /* variables: "$p" */
};

/* Write "${p}" as "$p". */
static void plain_name(char *word)
{
	size_t len = strlen(word);

	if (strncmp(word, "${", 2) || word[len - 1] != '}')
		return;
	memmove(word + 1, word + 2, len - 3);
	word[len - 2] = '\0';
}

static bool is_plain_variable(const char *word)
{
	return *word == '$' && word[1] && !isdigit((unsigned char)word[1]) &&
	       !word[1 + strspn(word + 1, "_abcdefghijklmnopqrstuvwxyz"
					  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789")];
}

static bool has_name(const struct waits *waits, const char *name)
{
	for (size_t i = 0; i < waits->count; i++)
		if (!strcmp(waits->names[i], name))
			return true;
	return false;
}

/* Read the words of one wait; at is behind it. */
static void add_wait(struct waits *waits, const char *at)
{
	char word[NAME_BYTES];
	bool is_bare = true;

	for (int n = 0; n < COMMANDS_WORDS_MOST; n++) {
		at = commands_word(at, word, sizeof(word));
		if (!at)
			break;
		plain_name(word);
		is_bare &= *word == '-';
		waits->is_last |= !strcmp(word, "$!");
		if (!is_plain_variable(word) || has_name(waits, word))
			continue;
		if (waits->count < NAMES_MOST)
			strcpy(waits->names[waits->count++], word);
		else
			waits->is_any = true;
	}
	waits->is_any |= is_bare;
}

/* Does this & send a command into the background? */
static bool is_background(const char *script, const char *at)
{
	return (at == script || !strchr("&|<>\\", at[-1])) &&
	       !(at[1] && strchr("&>", at[1])) &&
	       !commands_is_quoted(script, at);
}

/* Behind the last command that the script sends into the background. */
static const char *last_start(const char *script)
{
	const char *last = script, *at = script;

	for (; (at = strchr(at, '&')); at++)
		if (is_background(script, at))
			last = at + 1;
	return last;
}

/* False where the script never waits. */
static bool read_waits(struct waits *waits, const char *script)
{
	const char *at = script;
	bool is_found = false;

	waits->script = script;
	waits->rest = last_start(script);
	while ((at = commands_find(script, at, "wait"))) {
		at += strlen("wait");
		is_found = true;
		add_wait(waits, at);
	}
	return is_found;
}

/* Does the script from here on set the variable ("$p") from "$!"? */
static bool takes_number(const char *from, const char *variable)
{
	const char *name = variable + 1, *at = from, *rest;
	size_t len = strlen(name);

	for (; (at = strstr(at, name)); at++) {
		if (at > from &&
		    (isalnum((unsigned char)at[-1]) || strchr("_$", at[-1])))
			continue;
		rest = at + len;
		if (*rest == '[')
			rest += strcspn(rest, "]\n") + 1;
		rest += *rest == '+';
		if (*rest != '=')
			continue;
		for (; *rest && !strchr(";\n&", *rest); rest++)
			if (!strncmp(rest, "$!", 2) ||
			    !strncmp(rest, "${!}", 4))
				return true;
	}
	return false;
}

/*
 * Is it a helper or a server, which was started before the program?  A wait
 * without arguments waits for it as well, but is often there only to see it
 * end.
 */
static bool is_helper(const struct waits *waits, const char *variable)
{
	return takes_number(waits->script, variable) &&
	       !takes_number(waits->rest, variable);
}

/*
 * Is this target of a kill a process that the script waits for?  What isn't
 * one variable (a job, a group, a list) may well be.  In a trap, "$!" of the
 * wait may be the process whose number the variable holds.
 */
static bool is_awaited(const struct waits *waits, const char *target,
		       bool in_trap)
{
	return !is_plain_variable(target) || has_name(waits, target) ||
	       ((waits->is_any || (in_trap && waits->is_last)) &&
		!is_helper(waits, target));
}

/* Does this kill reach what the script waits for?  at is behind "kill". */
static bool reaches(const struct waits *waits, const char *at, bool in_trap)
{
	char word[256];
	bool is_first = true;

	for (int n = 0; n < COMMANDS_WORDS_MOST; n++) {
		bool is_option;

		at = commands_word(at, word, sizeof(word));
		if (!at)
			return false;
		is_option = is_first && *word == '-';
		is_first = is_option && strlen(word) == 2 &&
			   strchr("-sn", word[1]);
		if (is_option && strchr("0lL", word[1]))
			return false; /* it sends nothing */
		if (is_option && strchr("sn", word[1]) && !word[2]) {
			at = commands_word(at, word, sizeof(word));
			if (!at || !strcmp(word, "0"))
				return false;
		}
		plain_name(word);
		if (!is_option && strcmp(word, "$$") != 0 &&
		    strcmp(word, "$BASHPID") != 0 &&
		    is_awaited(waits, word, in_trap))
			return true;
		is_first &= is_option;
	}
	return false;
}

/* "jobs -p | xargs kill" */
static bool has_xargs_kill(const char *text)
{
	char word[NAME_BYTES];

	for (const char *at = text; (at = commands_find(text, at, "xargs"));) {
		bool is_quoted = commands_is_quoted(text, at);
		const char *rest = at += strlen("xargs");

		for (int n = 0; n < COMMANDS_WORDS_MOST && !is_quoted; n++) {
			rest = commands_word(rest, word, sizeof(word));
			if (!rest)
				break;
			if (strcmp(word, "kill") != 0)
				continue;
			rest = commands_word(rest, word, sizeof(word));
			return !rest || strcmp(word, "-0") != 0;
		}
	}
	return false;
}

/* Does the text, the script or the action of a trap, have such a kill?  A
 * kill in quotes belongs to an action, which is looked at by itself. */
static bool has_kill(const struct waits *waits, const char *text, bool in_trap)
{
	for (const char *at = text; (at = commands_find(text, at, "kill"));) {
		bool is_quoted = commands_is_quoted(text, at);

		at += strlen("kill");
		if (!is_quoted && reaches(waits, at, in_trap))
			return true;
	}
	return has_xargs_kill(text) || commands_find(text, text, "pkill") ||
	       commands_find(text, text, "killall");
}

static bool has_trap_with_kill(const struct waits *waits, const char *script,
			       int signum)
{
	char action[ACTION_BYTES];
	const char *at = script;

	for (int n = 0; n < TRAPS_MOST; n++) {
		const char *rest;

		at = traps_next(script, at, signum);
		if (!at)
			return false;
		rest = commands_word(at, action, sizeof(action));
		if (rest && !strcmp(action, "--"))
			commands_word(rest, action, sizeof(action));
		if (has_kill(waits, action, true))
			return true;
	}
	return false;
}

bool passing_is_done(const char *script, int signum)
{
	char *copy = commands_without_documents(script);
	struct waits *waits = calloc(1, sizeof(*waits));
	const char *text = copy ? copy : script;
	bool is_done = false;

	/* A trap may only set a mark, and the kill follow after the wait: so
	 * the whole script is looked at, not only its traps. */
	if (waits && read_waits(waits, text))
		is_done = has_trap_with_kill(waits, text, signum) ||
			  has_kill(waits, text, false);
	free(waits);
	free(copy);
	return is_done;
}
