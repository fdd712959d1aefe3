/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shells.c: tell shells from programs.
 */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/shells.h"

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

/* Is the ) before end that of a pattern in a case, not of $(...) or f()? */
static bool closes_pattern(const char *line, const char *end)
{
	const char *at = end - 1;
	unsigned open = 1;

	while (open && at > line) {
		at--;
		open += *at == ')';
		open -= *at == '(';
	}
	if (open)
		return true;
	while (at > line && is_blank(at[-1]))
		at--;
	return at == line || at[-1] == ';' || ends_with(line, at, "in");
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
	if (end[-1] == ')')
		return closes_pattern(line, end);
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

/* What stands before this place of the line: a # that begins a comment, a
 * quote that is still open ('\'' or '"'), or neither (0). */
static char what_opens(const char *line, const char *at)
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
			return '#';
	}
	return quote;
}

static bool is_comment(const char *line, const char *at)
{
	return what_opens(line, at) == '#';
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

const char *shells_sourced(const char *script, const char *from, char *path,
			   size_t size)
{
	for (;;) {
		const char *dot = find_command(script, from, ".");
		const char *word = find_command(script, from, "source");
		bool is_word = word && (!dot || word < dot);

		if (!dot && !word)
			return NULL;
		from = is_word ? word + strlen("source") : dot + 1;
		if (next_word(from, path, size) && *path &&
		    strlen(path) + 1 < size && !path[strcspn(path, "$`*?[~")])
			return from;
	}
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

static bool is_in_braces(const char *word, int signum)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].signum == signum)
			return strcasestr(word, names[i].name) != NULL;
	return false;
}

static bool is_signal(const char *word, int signum)
{
	/* Who can say what is in a variable?  It may be the signal. */
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

/* ----------------------------------------------------- here-documents */

#define DOCUMENTS_MAX 1000

/* The word that ends the here-document which begins here, and where to look
 * on; NULL: none does. */
static const char *document_word(const char *at, char *word, size_t size)
{
	size_t len = 0;

	at += 2;
	if (*at == '<') /* a here-string */
		return NULL;
	at += *at == '-';
	while (is_blank(*at))
		at++;
	if (*at == '\'' || *at == '"' || *at == '\\')
		at++;
	for (; isalnum((unsigned char)*at) || (*at && strchr("_-.!", *at));
	     at++)
		if (len + 1 < size)
			word[len++] = *at;
	word[len] = '\0';
	return len ? at : NULL;
}

static bool is_document_end(const char *line, const char *word)
{
	size_t len = strlen(word);

	while (*line == '\t')
		line++;
	return !strncmp(line, word, len) && strchr("\r\n", line[len]);
}

static char *next_line(char *at)
{
	char *end = strchr(at, '\n');

	return end ? end + 1 : NULL;
}

/* Blank the document whose first line this is, if it has an end; returns
 * where the script goes on. */
static char *blank_document(char *first, const char *word)
{
	char *end = first;

	while (end && *end && !is_document_end(end, word))
		end = next_line(end);
	if (!end || !*end)
		return first;
	for (char *c = first; c < end; c++)
		if (*c != '\n')
			*c = ' ';
	return end;
}

/* What stands in a here-document is for another one to run, or for nobody:
 * NULL without memory, else the caller frees it. */
static char *without_documents(const char *script)
{
	char *copy = strdup(script), *line = copy, word[64];
	int documents = 0;

	while (line && documents < DOCUMENTS_MAX) {
		char *next = next_line(line), *at = line;

		while (next && (at = strstr(at, "<<")) && at < next) {
			const char *rest =
				is_comment(line, at)
					? NULL
					: document_word(at, word, sizeof(word));

			at += strspn(at, "<");
			documents += rest != NULL;
			if (rest)
				next = blank_document(next, word);
		}
		line = next;
	}
	return copy;
}

/* ------------------------------------------------------ passing it on */

#define ACTION_MAX  4096
#define CALLS_DEPTH 3
/* So many traps and functions are looked into, or a script could keep us. */
#define BODIES_MAX  256

/* $p for "${p}". */
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

/*
 * Is this the process that the script waits for?  What isn't one variable (a
 * job, a group, a list) may well be.
 */
static bool is_awaited(const char *script, const char *target, bool in_trap)
{
	char word[256];

	if (!is_plain_variable(target))
		return true;
	for (const char *at = script;
	     (at = find_command(script, at, "wait"));) {
		bool is_bare = true;

		at += strlen("wait");
		for (const char *arg = at;
		     (arg = next_word(arg, word, sizeof(word)));) {
			plain_name(word);
			if (!strcmp(word, target) ||
			    (in_trap && !strcmp(word, "$!")))
				return true;
			is_bare &= *word == '-';
		}
		if (is_bare)
			return true;
	}
	return false;
}

/* Does this one kill reach what the script waits for?  at is after "kill". */
static bool reaches(const char *script, const char *at, bool in_trap)
{
	char word[256];
	bool is_first = true;

	while ((at = next_word(at, word, sizeof(word)))) {
		bool is_option = is_first && *word == '-';

		is_first = is_option && strlen(word) == 2 &&
			   strchr("-sn", word[1]);
		if (is_option && strchr("0lL", word[1]))
			return false; /* nobody gets anything */
		if (is_option && strchr("sn", word[1]) && !word[2]) {
			at = next_word(at, word, sizeof(word));
			if (!at || !strcmp(word, "0"))
				return false;
		}
		plain_name(word);
		if (!is_option && strcmp(word, "$$") != 0 &&
		    strcmp(word, "$BASHPID") != 0 &&
		    is_awaited(script, word, in_trap))
			return true;
		is_first &= is_option;
	}
	return false;
}

static bool has_kill(const char *script, const char *text, bool in_trap)
{
	for (const char *at = text; (at = find_command(text, at, "kill"));) {
		/* That of a trap is looked at by itself. */
		bool is_text = what_opens(line_start(text, at), at);

		at += strlen("kill");
		if (!is_text && reaches(script, at, in_trap))
			return true;
	}
	return find_command(text, text, "pkill") ||
	       find_command(text, text, "killall");
}

/* The body of the function that is defined here, "name() {"; the caller frees
 * it. */
static char *function_body(const char *at)
{
	const char *open = strchr(at, '{'), *end, *close = NULL;

	if (!open)
		return NULL;
	end = open + strcspn(open, "\n");
	for (const char *c = open; c < end; c++)
		if (*c == '}')
			close = c;
	while (!close && *end) {
		const char *line = end + 1, *first = line + strspn(line, " \t");

		if (*first == '}')
			close = first;
		end = line + strcspn(line, "\n");
	}
	return strndup(open + 1, (size_t)((close ? close : end) - open - 1));
}

/* Is the function that is defined here, at its "()", called in the text? */
static bool is_called(const char *script, const char *at, const char *text)
{
	const char *start;
	char name[128];

	while (at > script && is_blank(at[-1]))
		at--;
	for (start = at; start > script && !ends_word(start[-1]);)
		start--;
	snprintf(name, sizeof(name), "%.*s", (int)(at - start), start);
	return *name && find_command(text, text, name);
}

/* Does this text, or a function that it calls, pass a signal on? */
static bool text_passes_on(const char *script, const char *text, int depth,
			   int *bodies)
{
	bool does = has_kill(script, text, true);

	for (const char *at = script;
	     !does && depth && *bodies && (at = strstr(at, "()")); at += 2) {
		char *body = is_called(script, at, text) ? function_body(at)
							 : NULL;

		if (!body)
			continue;
		--*bodies;
		does = text_passes_on(script, body, depth - 1, bodies);
		free(body);
	}
	return does;
}

static bool trap_passes_on(const char *script, int signum)
{
	char action[ACTION_MAX];
	int bodies = BODIES_MAX;

	for (const char *at = script;
	     bodies > 0 && (at = find_command(script, at, "trap"));) {
		at += strlen("trap");
		if (!is_trap_for(at, signum))
			continue;
		bodies--;
		if (next_word(at, action, sizeof(action)) &&
		    !strcmp(action, "--"))
			next_word(strstr(at, "--") + 2, action, sizeof(action));
		if (text_passes_on(script, action, CALLS_DEPTH, &bodies))
			return true;
	}
	return false;
}

static bool names_in_trap(const char *script, int signum)
{
	const char *at = script;

	while ((at = find_command(script, at, "trap"))) {
		at += strlen("trap");
		if (is_trap_for(at, signum))
			return true;
	}
	return false;
}

bool shells_traps(const char *script, int signum)
{
	char *text = without_documents(script);
	bool does = names_in_trap(text ? text : script, signum);

	free(text);
	return does;
}

/* A trap may only set a mark, and the kill follow after the wait. */
bool shells_passes_on(const char *script, int signum)
{
	char *copy = without_documents(script);
	const char *text = copy ? copy : script;
	bool does =
		find_command(text, text, "wait") &&
		(trap_passes_on(text, signum) || has_kill(text, text, false));

	free(copy);
	return does;
}
