/* SPDX-License-Identifier: GPL-2.0-or-later */
/* script.c: the text that a shell runs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "requeue/policy/shells.h"
#include "requeue/process/procfs.h"
#include "requeue/process/script.h"

/* Files that a script reads in, and those that they read in. */
#define SOURCED_MOST 8

/* Opening a pipe or a device would do something to it. */
static char *read_regular(int dir, const char *path)
{
	struct stat st;
	char *text = NULL;
	ssize_t len;

	if (fstatat(dir, path, &st, 0) || !S_ISREG(st.st_mode))
		return NULL;
	text = malloc(SCRIPT_BYTES);
	if (!text)
		return NULL;
	len = procfs_read(dir, path, text, SCRIPT_BYTES);
	if (len <= 0 ||
	    memchr(text, '\0', (size_t)len < 128 ? (size_t)len : 128)) {
		free(text); /* no text but a program */
		return NULL;
	}
	return text;
}

/* Does this descriptor of the shell stand for the script it was called
 * with?  (dash moves it to 10; the user's own files may be there, too.) */
static bool is_open_on(int dir, const char *path, const char *script)
{
	char target[PATH_MAX];

	return procfs_link(dir, path, target, sizeof(target)) &&
	       !strcmp(shells_base(target), shells_base(script));
}

/* By a path of the process's own.  In a user namespace that isn't the
 * supervisor's its root can't be followed; Slurm's copy of the job script has
 * the same path in a container. */
static char *read_path(int dir, const char *path)
{
	char at[PATH_MAX + 8];
	struct stat st;

	snprintf(at, sizeof(at), *path == '/' ? "root%s" : "cwd/%s", path);
	if (*path == '/' && fstatat(dir, "root/", &st, 0) && errno == EACCES)
		return read_regular(AT_FDCWD, path);
	return read_regular(dir, at);
}

static char *read_script(const struct proc *proc, int dir)
{
	bool is_text;
	size_t arg = shells_script_arg(proc->argc, proc->argv, &is_text);
	char *text;

	if (arg && is_text)
		return strdup(proc->argv[arg]);
	text = read_regular(dir, "fd/255"); /* bash */
	if (text)
		return text;
	if (!arg)
		return read_regular(dir, "fd/0");
	if (is_open_on(dir, "fd/10", proc->argv[arg]))
		text = read_regular(dir, "fd/10");
	if (text)
		return text;
	return read_path(dir, proc->argv[arg]);
}

/* What the script reads in may have its traps: it is put behind it.  Takes
 * script, NULL stays NULL. */
static char *add_sourced(char *script, int dir)
{
	const char *from = script;
	char path[PATH_MAX];

	for (int n = 0; from && n < SOURCED_MOST; n++) {
		char *text = NULL, *longer;

		from = shells_sourced(script, from, path, sizeof(path));
		if (from)
			text = read_path(dir, path);
		if (text && asprintf(&longer, "%s\n%s", script, text) >= 0) {
			from = longer + (from - script);
			free(script);
			script = longer;
		}
		free(text);
	}
	return script;
}

char *script_read(const struct proc *proc, int dir)
{
	return add_sourced(read_script(proc, dir), dir);
}
