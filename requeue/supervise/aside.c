/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aside.c: work in a child, which may block on the owner's storage. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "requeue/supervise/aside.h"

bool aside_start(struct aside *aside, void (*work)(void *arg, void *reply),
		 void *arg, void *reply, size_t size)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return false;
	aside->pid = fork();
	if (aside->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		work(arg, reply);
		/* Not more than a pipe takes at once. */
		_exit(write(fds[1], reply, size) != (ssize_t)size);
	}
	close(fds[1]);
	aside->fd = fds[0];
	if (aside->pid > 0)
		return true;
	close(fds[0]);
	aside->pid = 0;
	return false;
}

bool aside_end(struct aside *aside, void *reply, size_t size, int64_t wait_ms)
{
	struct pollfd replied = {.fd = aside->fd, .events = POLLIN};
	char got[PIPE_BUF];
	int ready;

	/* A suspended job is stopped and continued: it waits once more. */
	do
		ready = poll(&replied, 1, (int)wait_ms);
	while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		return false;
	if (size <= sizeof(got) && read(aside->fd, got, size) == (ssize_t)size)
		memcpy(reply, got, size);
	close(aside->fd);
	/* The loop may have reaped it. */
	while (waitpid(aside->pid, NULL, 0) < 0 && errno == EINTR)
		;
	aside->pid = 0;
	return true;
}

void aside_kill(struct aside *aside)
{
	if (!aside->pid)
		return;
	kill(aside->pid, SIGKILL);
	close(aside->fd);
	aside->pid = 0;
}

bool aside_do(void (*work)(void *arg, void *reply), void *arg, void *reply,
	      size_t size, int64_t wait_ms)
{
	struct aside aside = {.pid = 0};

	if (!aside_start(&aside, work, arg, reply, size))
		return false;
	if (aside_end(&aside, reply, size, wait_ms))
		return true;
	aside_kill(&aside);
	return false;
}
