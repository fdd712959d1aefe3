/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shells.c: which programs are shells, and where their script stands. */
#include <string.h>

#include "requeue/policy/commands.h"
#include "requeue/policy/shells.h"

static const char *const shells[] = {
	"sh",	   "bash", "rbash", "dash",  "ash",    "ksh",  "ksh93",
	"ksh2020", "mksh", "lksh",  "pdksh", "posh",   "zsh",  "yash",
	"fish",	   "csh",  "tcsh",  "bsh",   "rc",     "es",   "osh",
	"bsd-csh", "oksh", "loksh", "ksh88", "elvish", "pwsh", "sash",
	"nu",	   "ion",  NULL,
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
	/* bash-5.2, zsh-5.9, zsh5; bash-static, mksh-static */
	return !strncmp(name, "bash-", 5) || !strncmp(name, "zsh-", 4) ||
	       !strncmp(name, "mksh-", 5) || !strncmp(name, "bash5", 5) ||
	       !strcmp(name, "zsh5");
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

const char *shells_sourced(const char *script, const char *from, char *path,
			   size_t size)
{
	for (;;) {
		const char *dot = commands_find(script, from, ".");
		const char *word = commands_find(script, from, "source");
		bool is_word = word && (!dot || word < dot);

		if (!dot && !word)
			return NULL;
		from = is_word ? word + strlen("source") : dot + 1;
		if (commands_word(from, path, size) && *path &&
		    strlen(path) + 1 < size && !path[strcspn(path, "$`*?[~")])
			return from;
	}
}
