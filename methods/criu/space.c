/* SPDX-License-Identifier: GPL-2.0-or-later */
/* space.c: the namespaces in which a job lives. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "methods/criu/space.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef CAP_CHECKPOINT_RESTORE
#define CAP_CHECKPOINT_RESTORE 40
#endif
#define BILLION INT64_C(1000000000)

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), errnum;
	size_t len = strlen(text);

	if (fd < 0)
		return -1;
	if (write(fd, text, len) == (ssize_t)len)
		return close(fd);
	errnum = errno;
	close(fd);
	errno = errnum;
	return -1;
}

static int map_id(const char *path, unsigned id)
{
	char text[64];

	snprintf(text, sizeof(text), "%u %u 1\n", id, id);
	return write_text(path, text);
}

/* The clock must not jump: a program that waits by it would hang. */
static int set_clock(int64_t monotonic_ns)
{
	struct timespec now;
	int64_t offset_ns;
	char text[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	offset_ns = monotonic_ns - (now.tv_sec * BILLION + now.tv_nsec);
	/* The kernel wants nanoseconds that aren't negative. */
	snprintf(text, sizeof(text), "monotonic %" PRId64 " %" PRId64 "\n",
		 offset_ns / BILLION - (offset_ns < 0),
		 offset_ns % BILLION + (offset_ns < 0 ? BILLION : 0));
	return write_text("/proc/self/timens_offsets", text);
}

int space_make(int64_t monotonic_ns)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER))
		return -1;
	if (map_id("/proc/self/uid_map", uid) ||
	    write_text("/proc/self/setgroups", "deny") ||
	    map_id("/proc/self/gid_map", gid))
		return -1;
	if (unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWTIME))
		return -1;
	return monotonic_ns ? set_clock(monotonic_ns) : 0;
}

int space_mount_proc(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL))
		return -1;
	return mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV,
		     NULL);
}

bool space_is_possible(void)
{
	pid_t pid = fork(), inner;
	int status = 0;

	if (pid == 0) {
		if (space_make(0))
			_exit(errno);
		inner = fork();
		if (inner == 0)
			_exit(space_mount_proc() ? errno : 0);
		if (inner < 0 || waitpid(inner, &status, 0) < 0)
			_exit(errno);
		_exit(WEXITSTATUS(status));
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return false;
	errno = WEXITSTATUS(status);
	return !status;
}

static int join(pid_t pid, const char *name)
{
	char path[64];
	int fd, status;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	status = setns(fd, 0);
	close(fd);
	return status;
}

int space_join(pid_t pid)
{
	char here[4096];
	int fds[3] = {-1, -1, -1}, status = -1;
	static const char *const names[] = {"pid", "time", "mnt"};

	if (!getcwd(here, sizeof(here)))
		return -1;
	/* All are opened before the first is joined, while /proc is the
	 * node's. */
	for (size_t i = 0; i < 3; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid,
			 names[i]);
		fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0)
			goto out;
	}
	if (join(pid, "user"))
		goto out;
	for (size_t i = 0; i < 3; i++)
		if (setns(fds[i], 0))
			goto out;
	status = chdir(here);
out:
	for (size_t i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return status;
}

static void reopen(int fd)
{
	char link[64], path[4096];
	int flags = fcntl(fd, F_GETFL), opened;
	off_t at = lseek(fd, 0, SEEK_CUR);
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len <= 0 || path[0] != '/')
		return;
	path[len] = '\0';
	opened = open(path, flags & (O_ACCMODE | O_APPEND));
	if (opened < 0)
		return;
	if (at > 0)
		lseek(opened, at, SEEK_SET);
	dup2(opened, fd);
	close(opened);
}

void space_reopen_output(void)
{
	struct stat out, err;
	bool is_one = !fstat(1, &out) && !fstat(2, &err) &&
		      out.st_dev == err.st_dev && out.st_ino == err.st_ino;

	reopen(0);
	reopen(1);
	if (is_one)
		dup2(1, 2);
	else
		reopen(2);
}

int space_keep_capability(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {{0}, {0}};
	uint32_t bit = 1U << (CAP_CHECKPOINT_RESTORE - 32);

	data[1].effective = data[1].permitted = data[1].inheritable = bit;
	if (syscall(SYS_capset, &head, data))
		return -1;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE,
		     CAP_CHECKPOINT_RESTORE, 0, 0);
}

void space_set_last_pid(pid_t pid)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", (int)pid);
	write_text("/proc/sys/kernel/ns_last_pid", text);
}
