/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mimic.c: end as another process did. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "requeue/process/mimic.h"

int mimic_end(int wait_status)
{
	const struct rlimit no_core = {0, 0};
	int signum;
	sigset_t one;

	if (!WIFSIGNALED(wait_status))
		return WEXITSTATUS(wait_status);
	signum = WTERMSIG(wait_status);
	setrlimit(RLIMIT_CORE, &no_core);
	signal(signum, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, signum);
	raise(signum);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	return 128 + signum;
}
