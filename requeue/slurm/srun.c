/* SPDX-License-Identifier: GPL-2.0-or-later */
/* srun.c: steps of the job that the supervisor starts for itself. */
#include <errno.h>
#include <stdarg.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "requeue/slurm/srun.h"

#define WORDS_MAX 32

/* Words for exec, in the child's own memory. */
struct words {
	char *list[WORDS_MAX + 1];
	size_t count;
};

static void add(struct words *words, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct words *words, const char *format, ...)
{
	char *word = NULL;
	va_list args;

	va_start(args, format);
	if (words->count < WORDS_MAX && vasprintf(&word, format, args) >= 0)
		words->list[words->count++] = word;
	va_end(args);
}

static void become_srun(const struct srun_step *step)
{
	const char *conf = getenv("SLURM_CONF");
	struct words argv = {0}, env = {0};
	int null_fd = open("/dev/null", O_RDWR);
	sigset_t none;

	add(&argv, "srun");
	add(&argv, "--overlap");
	add(&argv, "--quiet");
	add(&argv, "--nodes=%u", step->node ? 1 : step->nodes);
	add(&argv, "--ntasks=%u", step->node ? 1 : step->nodes);
	if (step->node)
		add(&argv, "--nodelist=%s", step->node);
	else
		add(&argv, "--ntasks-per-node=1");
	add(&argv, "--mem=0");
	add(&argv, "--input=none");
	if (step->out_fd < 0)
		add(&argv, "--output=none");
	add(&argv, "--export=NONE");
	add(&argv, "--mpi=none");
	add(&argv, "--chdir=/");
	add(&argv, "--job-name=%s", step->name);
	for (size_t i = 0; step->command[i]; i++)
		add(&argv, "%s", step->command[i]);
	add(&env, "PATH=/usr/bin:/bin");
	add(&env, "SLURM_JOB_ID=%" PRIu32, step->job_id);
	if (conf)
		add(&env, "SLURM_CONF=%s", conf);
	dup2(null_fd, 0);
	dup2(step->out_fd < 0 ? null_fd : step->out_fd, 1);
	dup2(null_fd, 2);
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	/* Leave the process group, which may get signals for the script. */
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(SRUN_PATH, argv.list, env.list);
	_exit(127);
}

pid_t srun_start(const struct srun_step *step)
{
	pid_t pid = fork();

	if (pid == 0)
		become_srun(step);
	return pid;
}

void srun_stop(pid_t pid)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

	kill(pid, SIGTERM);
	for (int ms = 0; ms < SRUN_STOP_MS; ms += 20) {
		if (waitpid(pid, NULL, WNOHANG))
			return;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
