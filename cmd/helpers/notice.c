/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notice: the task of the sentinel, the step by which the supervisor notices a
 * preemption.  It waits for Slurm's SIGCONT and SIGTERM, and passes them on at
 * once.  The end of the step would come too late: it goes through slurmstepd
 * and srun, while a program that got the same SIGTERM may end at once.
 *
 * notice PID START	(of the supervisor, as in /proc/PID/stat)
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "requeue/supervise/sentinel.h"
#include "requeue/process/pid.h"

int main(int argc, char **argv)
{
	const union sigval value = {.sival_int = SENTINEL_VALUE};
	int signum = 0;
	sigset_t set;
	pid_t pid;

	if (argc != 3) {
		fputs("notice: started by the supervisor as a step\n", stderr);
		return 64;
	}
	pid = (pid_t)strtol(argv[1], NULL, 10);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	while (signum != SIGTERM) {
		if (sigwait(&set, &signum))
			return 1;
		/* If the supervisor has ended and another process has its pid
		 * meanwhile, SIGURG does nothing to that. */
		if (pid > 1 && pid_is_alive(pid, strtoull(argv[2], NULL, 10)))
			sigqueue(pid, SIGURG, value);
	}
	return 0;
}
