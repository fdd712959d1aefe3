/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hook.c: the user's command that is run at each request. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "requeue/process/hook.h"

static size_t count(char *const *env)
{
	size_t n = 0;

	while (env && env[n])
		n++;
	return n;
}

static bool has_name(char *const *env, const char *entry)
{
	size_t len = strcspn(entry, "=") + 1;

	for (; env && *env; env++)
		if (!strncmp(*env, entry, len))
			return true;
	return false;
}

/* The run's own variables, the cause, then what the job had beside them. */
static char **merge(const struct hook *hook, char *cause)
{
	char **env = calloc(count(hook->job_env) + count(hook->run_env) + 2,
			    sizeof(*env));
	size_t n = 0;

	if (!env)
		return NULL;
	env[n++] = cause;
	for (char *const *e = hook->run_env; e && *e; e++)
		env[n++] = *e;
	for (char *const *e = hook->job_env; e && *e; e++)
		if (!has_name(env, *e))
			env[n++] = *e;
	return env;
}

pid_t hook_start(const struct hook *hook, enum cause cause)
{
	char shell[] = "sh", dash_c[] = "-c", *command, said[64], **env;
	pid_t pid = -1;

	snprintf(said, sizeof(said), "SLURM_CHECKPOINT_CAUSE=%s",
		 cause_name(cause));
	env = merge(hook, said);
	command = strdup(hook->command);
	if (env && command)
		pid = fork();
	if (pid == 0) {
		char *argv[] = {shell, dash_c, command, NULL};
		int null_fd = open("/dev/null", O_RDONLY);
		sigset_t none;

		setpgid(0, 0);
		dup2(null_fd, STDIN_FILENO);
		dup2(STDERR_FILENO, STDOUT_FILENO);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		if (!chdir(hook->work_dir))
			execve("/bin/sh", argv, env);
		_exit(127);
	}
	free(command);
	free(env);
	return pid;
}

void hook_kill(pid_t pid)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}
