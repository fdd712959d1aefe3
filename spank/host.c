/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.c: the way back to the node's own files. */
#include "spank/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spank/launch.h"

/* A directory without its contents: no right to read it is needed. */
#define OPEN_DIR (O_PATH | O_DIRECTORY | O_CLOEXEC)

static struct {
	int root_fd; /* 0: none; descriptor 0 is never it */
	struct stat root;
	char work_dir[PATH_MAX];
	int wish[2]; /* from the task to the process that serves it, */
	int done[2]; /* and back; all 0: there is none */
} host;

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static void note_root(void)
{
	int fd = open("/", OPEN_DIR);

	if (fd <= 0)
		return;
	if (host.root_fd)
		close(host.root_fd);
	host.root_fd = fd;
	if (fstat(fd, &host.root)) {
		close(fd);
		host.root_fd = 0;
	}
}

void host_prepare(void)
{
	note_root();
	if (pipe2(host.wish, O_CLOEXEC) || pipe2(host.done, O_CLOEXEC))
		memset(host.done, 0, sizeof(host.done));
}

void host_note_work_dir(void)
{
	if (!getcwd(host.work_dir, sizeof(host.work_dir)))
		host.work_dir[0] = '\0';
}

void host_note_task_root(void)
{
	struct stat root;

	/* A job container of Slurm's own has another /tmp, and the same root.
	 */
	if (host.root_fd && !stat("/", &root) && is_same(&root, &host.root))
		note_root();
}

/* ------------------------------------------- the task's user namespace */

/* A line of a map: one id that is the same inside and outside. */
struct map {
	char path[64];
	char line[64];
};

static void put_map(const struct map *map)
{
	int fd = open(map->path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, map->line, strlen(map->line)) < 0)
		_exit(1);
	close(fd);
}

/* Wait for the task's wish, or for its end; both pipes are this process'
 * only descriptors. */
static void __attribute__((noreturn)) serve(const struct map maps[3])
{
	char word = 0;

	if (dup2(host.wish[0], 0) < 0 || dup2(host.done[1], 1) < 0 ||
	    chdir("/"))
		_exit(1);
	launch_close_from(2);
	if (read(0, &word, 1) != 1)
		_exit(0);
	for (size_t i = 0; i < 3; i++)
		put_map(&maps[i]);
	_exit(write(1, &word, 1) != 1);
}

void host_serve_task(pid_t task, uid_t uid, gid_t gid)
{
	struct map maps[3] = {{.line = "deny"}};
	pid_t pid;

	if (!host.done[1] || geteuid() != 0)
		return;
	for (size_t i = 0; i < 3; i++)
		snprintf(maps[i].path, sizeof(maps[i].path), "/proc/%d/%s",
			 (int)task,
			 i == 0	  ? "setgroups"
			 : i == 1 ? "uid_map"
				  : "gid_map");
	snprintf(maps[1].line, sizeof(maps[1].line), "%u %u 1\n", (unsigned)uid,
		 (unsigned)uid);
	snprintf(maps[2].line, sizeof(maps[2].line), "%u %u 1\n", (unsigned)gid,
		 (unsigned)gid);
	pid = fork();
	if (pid == 0) {
		/* A child of its own: slurmstepd waits for all of its. */
		pid = fork();
		if (pid == 0)
			serve(maps);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	close(host.wish[0]);
	close(host.done[1]);
	/* The task has these, and closes them as it becomes a program. */
	close(host.wish[1]);
	close(host.done[0]);
}

/* Make a user namespace of this process' own, with the owner's ids. */
static bool enter_user_ns(void)
{
	char word = 'm';

	/* With these open here, the end of the other process would not show. */
	close(host.wish[0]);
	close(host.done[1]);
	if (!host.done[1] || unshare(CLONE_NEWUSER) ||
	    write(host.wish[1], &word, 1) != 1)
		return false;
	return read(host.done[0], &word, 1) == 1;
}

/* ------------------------------------------------------ and its way back */

/* Is the descriptor still what was noted?  Others may close what they don't
 * know. */
static bool has_root(void)
{
	struct stat now;

	return host.root_fd && !fstat(host.root_fd, &now) &&
	       is_same(&now, &host.root);
}

bool host_is_seen(const char *path)
{
	struct stat here, there;

	if (!has_root() || path[0] != '/')
		return true;
	if (stat("/", &here) || !is_same(&here, &host.root))
		return false;
	if (fstatat(host.root_fd, path + 1, &there, 0))
		return true; /* it isn't there either */
	return !stat(path, &here) && is_same(&here, &there);
}

const char *host_work_dir(void)
{
	return host.work_dir;
}

int host_return(void)
{
	if (!has_root()) {
		errno = ENOENT;
		return -1;
	}
	if (fchdir(host.root_fd))
		return -1;
	if (chroot(".") && (errno != EPERM || !enter_user_ns() || chroot(".")))
		return -1;
	/* Where that isn't possible, the present directory is the root. */
	return host.work_dir[0] && chdir(host.work_dir) ? chdir("/") : 0;
}
