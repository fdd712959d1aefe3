/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pid.c: one process, by its number and its start time. */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "requeue/process/pid.h"
#include "requeue/process/procfs.h"

/* Older headers than the kernel's know neither; the numbers are the same on
 * every architecture. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

uint64_t pid_start_ticks(pid_t pid, char *state)
{
	struct stem stem;

	if (!procfs_stem(pid, &stem))
		return 0;
	if (state)
		*state = stem.state;
	return stem.start_ticks;
}

bool pid_is_alive(pid_t pid, uint64_t start_ticks)
{
	char state = 'X';

	return pid_start_ticks(pid, &state) == start_ticks && state != 'Z' &&
	       state != 'X';
}

int pid_kill(pid_t pid, uint64_t start_ticks, int signum)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), status = -1;

	/* Without pidfd (before Linux 5.3) only the moment between the
	 * comparison and the kill is left to chance. */
	if (fd < 0 && errno == ESRCH)
		return -1;
	if (!pid_is_alive(pid, start_ticks))
		errno = ESRCH;
	else if (fd >= 0)
		status = (int)syscall(SYS_pidfd_send_signal, fd, signum, NULL,
				      0);
	else
		status = kill(pid, signum);
	if (fd >= 0) {
		int saved = errno;

		close(fd);
		errno = saved;
	}
	return status;
}
