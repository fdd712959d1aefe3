/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.c: what a job with --checkpoint has that works against it. */
#include "spank/advice.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "requeue/policy/handmade.h"
#include "requeue/policy/traps.h"
#include "requeue/settings/option.h"
#include "requeue/settings/text.h"
#include "spank/cmdline.h"
#include "spank/environment.h"
#include "spank/say.h"
#include "spank/sbatch_opt.h"

/* -------- the script -------- */

/* What traps are looked at for, beside the signal of a request. */
static const int signals[] = {
	SIGTERM, SIGUSR1, SIGUSR2, SIGINT,  SIGHUP,	   SIGQUIT,
	SIGALRM, SIGXCPU, SIGCONT, SIGABRT, HANDMADE_EXIT,
};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static const char *name_of(int signum)
{
	const char *name = option_signal_name(signum);

	if (signum == SIGCONT)
		return "CONT";
	return name ? name : "EXIT";
}

/* The signal in --signal=[[R][B]:]NAME[@SECONDS] that the batch script gets; 0:
 * none. */
static int batch_signal(const char *given)
{
	const char *colon = strchr(given, ':');
	size_t len;

	if (!colon || !memchr(given, 'B', (size_t)(colon - given)))
		return 0;
	len = strcspn(colon + 1, "@");
	for (size_t i = 0; i < SIGNALS; i++) {
		const char *name = name_of(signals[i]);

		if (signals[i] && strlen(name) == len &&
		    !strncmp(colon + 1, name, len))
			return signals[i];
	}
	return 0;
}

static bool warn_submits(const struct settings *set, const char *text,
			 const char *script)
{
	int signum = (int)set->signal;

	if (signum && handmade_submits(text, signum)) {
		say_warning(
			"%s: its trap for %s calls sbatch, and --checkpoint "
			"requeues the job itself; so the shell won't be "
			"sent SIG%s: delete sbatch from the trap",
			script, name_of(signum), name_of(signum));
		return true;
	}
	for (size_t i = 0; i < SIGNALS; i++) {
		if (!handmade_submits(text, signals[i]))
			continue;
		say_warning(
			"%s: its trap for %s calls sbatch, and --checkpoint "
			"requeues the job itself; both would make two jobs "
			"of one: delete sbatch from the trap",
			script, name_of(signals[i]));
		return true;
	}
	return false;
}

static bool warn_requeues(const char *text, const char *script)
{
	for (size_t i = 0; i < SIGNALS; i++) {
		if (!handmade_requeues(text, signals[i]))
			continue;
		say_warning(
			"%s: its trap for %s calls scontrol requeue, which "
			"--checkpoint does itself: delete it from the trap, "
			"and --signal, if it was for that",
			script, name_of(signals[i]));
		return true;
	}
	return false;
}

/*
 * A job with --checkpoint submits a script whose trap submits a job: perhaps
 * its own trap does, as Slurm ends the job, which is requeued as well.  The
 * supervisor kills the shell and this process then; it gets the time for it,
 * since both got Slurm's signal at once.
 */
static void await_supervisor(void)
{
	const struct timespec pause = {.tv_sec = 2};

	if (environment_was_of_run())
		nanosleep(&pause, NULL);
}

void advice_on_script(const struct settings *set, const char *given)
{
	const char *text = cmdline_script_text();
	int signum = batch_signal(given);
	char script[256];

	if (!text)
		return;
	text_clean(script, sizeof(script), cmdline_script());
	if (handmade_is_async(text))
		say_warning(
			"%s: srun --async: the tasks of such a step are not "
			"asked to save, as no srun waits for them: start "
			"srun with \"&\", then \"wait\"",
			script);
	if (warn_submits(set, text, script)) {
		await_supervisor();
		return;
	}
	if (warn_requeues(text, script))
		return;
	if (signum && traps_has(text, signum))
		say_warning("--signal=%s: a run that ends by the script's trap "
			    "for %s counts as finished, and isn't requeued: "
			    "delete --signal and the trap, --checkpoint asks "
			    "the programs to save",
			    given, name_of(signum));
}

/* -------- places -------- */

/* Put the job's work directory before a relative path.  False: too long. */
static bool make_absolute(const char *path, char full[PATH_MAX])
{
	const char *dir = sbatch_opt_value("chdir");
	char cwd[PATH_MAX];
	int len;

	if (*dir != '/')
		dir = getcwd(cwd, sizeof(cwd));
	if (*path == '/' || !dir)
		len = snprintf(full, PATH_MAX, "%s", path);
	else
		len = snprintf(full, PATH_MAX, "%s/%s", dir, path);
	return len < PATH_MAX && *full == '/';
}

/* Is the place on this machine alone, by its name or its file system? */
static bool is_of_node(const char *path)
{
	static const char *const dirs[] = {"/tmp/", "/var/tmp/", "/dev/shm/",
					   "/run/", NULL};
	struct statfs fs;

	for (size_t i = 0; dirs[i]; i++)
		if (!strncmp(path, dirs[i], strlen(dirs[i])))
			return true;
	return !statfs(path, &fs) &&
	       (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

static void warn_of_node(const char *option)
{
	say_warning("%s: it is on a file system of each node's own, and a run "
		    "on another node doesn't find it; name a directory that "
		    "all nodes share",
		    option);
}

/* Cut a path to the part above; "" becomes "/". */
static void cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	slash[slash == path] = '\0';
}

static void check_dir(const struct settings *set)
{
	const char *reason = NULL;
	char path[PATH_MAX], option[256];
	struct stat st;

	if (!make_absolute(set->dir, path))
		return;
	option_refuse("--checkpoint-dir", set->dir, "", option, sizeof(option));
	option[strlen(option) - strlen(": ")] = '\0';
	if (settings_is_given(set, settings_row("checkpoint-dir")) &&
	    is_of_node(path)) {
		warn_of_node(option);
		return;
	}
	/* The store is made below the first directory that exists. */
	path[strcspn(path, "%")] = '\0';
	do
		cut_last(path);
	while (stat(path, &st) && errno == ENOENT && path[1]);
	if (stat(path, &st))
		reason = strerror(errno);
	else if (!S_ISDIR(st.st_mode))
		reason = strerror(ENOTDIR);
	else if (access(path, W_OK | X_OK))
		reason = strerror(errno);
	if (reason)
		say_warning("%s: no directory can be made in %s: %s; the job "
			    "would be held",
			    option, path, reason);
}

static void check_from(const struct settings *set)
{
	char path[PATH_MAX], file[PATH_MAX + 16], option[256];

	/* A job that comes before may still make it. */
	if (!set->from[0] || sbatch_opt_is_given("dependency") ||
	    !make_absolute(set->from, path))
		return;
	option_refuse("--checkpoint-from", set->from, "", option,
		      sizeof(option));
	option[strlen(option) - strlen(": ")] = '\0';
	snprintf(file, sizeof(file), "%s/store.json", path);
	if (access(path, R_OK | X_OK))
		say_warning("%s: %s; the job would be held", option,
			    strerror(errno));
	else if (access(file, R_OK))
		say_warning("%s: it is no store, which has a file store.json; "
			    "the job would be held",
			    option);
	else if (is_of_node(path))
		warn_of_node(option);
}

/* A directory that is missing here.  slurmstepd goes to /tmp instead. */
static bool warn_no_work_dir(void)
{
	const char *dir = sbatch_opt_value("chdir");
	char shown[256];
	struct stat st;

	if (*dir != '/' || !stat(dir, &st) || errno != ENOENT)
		return false;
	text_clean(shown, sizeof(shown), dir);
	say_warning("--chdir=%s: %s; where a node hasn't got it either, the "
		    "job can't run there",
		    shown, strerror(ENOENT));
	return true;
}

void advice_on_places(const struct settings *set)
{
	/* Root sees other things than the user for whom it submits. */
	if (sbatch_opt_is_given("uid") || warn_no_work_dir())
		return;
	check_dir(set);
	check_from(set);
}
