/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hook.c: the user's command that is run at each request. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "requeue/process/environ.h"
#include "requeue/process/hook.h"

pid_t hook_start(const struct hook *hook, enum cause cause)
{
	char shell[] = "sh", dash_c[] = "-c", *command, said[64], **env;
	char *const cause_env[] = {said, NULL};
	/* The run's own variables, then what the job had beside them. */
	char *const *const lists[] = {cause_env, hook->run_env, hook->job_env};
	pid_t pid = -1;

	snprintf(said, sizeof(said), "SLURM_CHECKPOINT_CAUSE=%s",
		 cause_name(cause));
	env = environ_merge(lists, 3);
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
