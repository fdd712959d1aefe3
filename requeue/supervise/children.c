/* SPDX-License-Identifier: GPL-2.0-or-later */
/* children.c: the supervisor's own children beside the job script. */
#include <signal.h>
#include <sys/wait.h>

#include "requeue/supervise/children.h"

enum child children_find(const struct children *children, pid_t pid)
{
	unsigned child = 0;

	while (child < CHILD_NONE && children->pid[child] != pid)
		child++;
	return (enum child)child;
}

void children_kill(struct children *children, enum child child)
{
	pid_t pid = children->pid[child];

	if (!pid)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	children->pid[child] = 0;
}
