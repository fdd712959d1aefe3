/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sentinel.c: a job step that does nothing but end at a preemption. */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "requeue/sentinel.h"

#define WORD(text)                                                             \
	(char[])                                                               \
	{                                                                      \
		text                                                           \
	}

static void become_srun(uint32_t job_id, const char *node)
{
	char id[32], name[300], conf[4200];
	const char *conf_path = getenv("SLURM_CONF");
	char *env[] = {WORD("PATH=/usr/bin:/bin"), id, NULL, NULL};
	char *argv[] = {
		WORD("srun"),
		WORD("--overlap"),
		WORD("--quiet"),
		WORD("--nodes=1"),
		WORD("--ntasks=1"),
		name,
		WORD("--mem=0"),
		WORD("--input=none"),
		WORD("--output=none"),
		WORD("--error=none"),
		WORD("--export=NONE"),
		WORD("--mpi=none"),
		WORD("--chdir=/"),
		WORD("--job-name=preempt-notice"),
		WORD("/bin/sleep"),
		WORD("2000000000"),
		NULL,
	};
	int null_fd = open("/dev/null", O_RDWR);
	sigset_t none;

	snprintf(id, sizeof(id), "SLURM_JOB_ID=%" PRIu32, job_id);
	snprintf(name, sizeof(name), "--nodelist=%s", node);
	if (conf_path) {
		snprintf(conf, sizeof(conf), "SLURM_CONF=%s", conf_path);
		env[2] = conf;
	}
	for (int fd = 0; fd < 3; fd++)
		dup2(null_fd, fd);
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	/* Not a member of the group that signals to the script may go to. */
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(SRUN_PATH, argv, env);
	_exit(127);
}

pid_t sentinel_start(uint32_t job_id, const char *node)
{
	pid_t pid = fork();

	if (pid == 0)
		become_srun(job_id, node);
	return pid;
}

void sentinel_stop(pid_t pid)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

	kill(pid, SIGTERM);
	for (int ms = 0; ms < SENTINEL_STOP_MS; ms += 20) {
		if (waitpid(pid, NULL, WNOHANG))
			return;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
