/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bystander.c: has every process of the job got a signal? */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "requeue/supervise/bystander.h"

/*
 * The kernel signals the members of a process group from the youngest to the
 * oldest, and proctrack/linuxproc children before their parents: the bystander
 * has a signal before the supervisor has it.  Where Slurm goes through a list
 * of another order, it comes within this time.
 */
#define LATER_NS     (20 * 1000 * 1000)
#define REPLY_MAX_MS 1000

/* Reply to each signal's number whether that signal was pending. */
static void stand_by(int fd)
{
	struct timespec wait = {0};
	unsigned char signum, reply;
	sigset_t set;
	int got;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	while (read(fd, &signum, 1) == 1) {
		sigemptyset(&set);
		sigaddset(&set, signum);
		/* SIGCONT comes before others, which must not wait for it. */
		wait.tv_nsec = signum == SIGCONT ? 0 : LATER_NS;
		do
			got = sigtimedwait(&set, NULL, &wait);
		while (got < 0 && errno == EINTR);
		reply = got == signum;
		if (write(fd, &reply, 1) != 1)
			break;
	}
	_exit(0);
}

void bystander_start(struct bystander *bystander, struct context *ctx)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return;
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		stand_by(fds[1]);
	}
	close(fds[1]);
	bystander->fd = fds[0];
	if (pid > 0)
		ctx->children.pid[CHILD_BYSTANDER] = pid;
	else
		close(fds[0]);
}

/* False: there is no reply. */
static bool query(int fd, unsigned char signum, unsigned char *reply)
{
	struct pollfd replied = {.fd = fd, .events = POLLIN};
	int ready;

	if (send(fd, &signum, 1, MSG_NOSIGNAL) != 1)
		return false;
	do
		ready = poll(&replied, 1, REPLY_MAX_MS);
	while (ready < 0 && errno == EINTR);
	return ready > 0 && read(fd, reply, 1) == 1;
}

bool bystander_got(struct bystander *bystander, struct context *ctx, int signum)
{
	unsigned char reply = 0;

	if (!ctx->children.pid[CHILD_BYSTANDER])
		return false;
	if (query(bystander->fd, (unsigned char)signum, &reply))
		return reply;
	/* A late reply must not be taken for that to another signal. */
	bystander_stop(bystander, ctx);
	bystander_start(bystander, ctx);
	return false;
}

void bystander_ended(struct bystander *bystander, struct context *ctx)
{
	ctx->children.pid[CHILD_BYSTANDER] = 0;
	close(bystander->fd);
}

void bystander_stop(struct bystander *bystander, struct context *ctx)
{
	if (!ctx->children.pid[CHILD_BYSTANDER])
		return;
	children_kill(&ctx->children, CHILD_BYSTANDER);
	close(bystander->fd);
}
