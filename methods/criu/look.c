/* SPDX-License-Identifier: GPL-2.0-or-later */
/* look.c: what of a job can't be saved is said before it costs anything. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "methods/criu/look.h"
#include "methods/criu/say.h"
#include "methods/criu/tree.h"

/* What a store takes in a second, where nothing is known of it. */
#define BYTES_PER_S (INT64_C(100) << 20)
/* Findings that are said. */
#define SAID_MAX    5

struct look {
	const struct tree_process *process;
	unsigned findings;
	int64_t resident_kib;
	char user_ns[64];
};

static void find(struct look *look, const char *what)
{
	if (look->findings++ < SAID_MAX)
		say_line("criu can't save the job as it is now: %s (pid %d) %s",
			 look->process->name, (int)look->process->pid, what);
}

/* Is the socket in this list of the kernel's?  "socket:[4711]" */
static bool is_listed(const char *list, const char *socket)
{
	char line[512], word[32];
	size_t len = strcspn(socket + 8, "]");
	bool is_found = false;
	FILE *file = fopen(list, "re");

	snprintf(word, sizeof(word), " %.*s ", (int)(len < 20 ? len : 20),
		 socket + 8);
	while (file && !is_found && fgets(line, sizeof(line), file))
		is_found = strstr(line, word) != NULL;
	if (file)
		fclose(file);
	return is_found;
}

static bool look_at_fd(const struct tree_fd *fd, void *arg)
{
	struct look *look = arg;

	if (!strncmp(fd->path, "socket:[", 8) &&
	    (is_listed("/proc/net/tcp", fd->path) ||
	     is_listed("/proc/net/tcp6", fd->path)))
		find(look, "has a TCP connection");
	else if (strstr(fd->path, "[io_uring]"))
		find(look, "uses io_uring");
	else if (strstr(fd->path, "inotify"))
		find(look, "uses inotify");
	else if (!strncmp(fd->path, "/dev/nvidia", 11) ||
		 !strncmp(fd->path, "/dev/kfd", 8) ||
		 !strncmp(fd->path, "/dev/dri/", 9))
		find(look, "uses a GPU");
	else if (!strncmp(fd->path, "/dev/pts/", 9))
		find(look, "uses a terminal");
	else
		return true;
	return false; /* one finding for a process is enough */
}

static void look_at_maps(struct look *look)
{
	char path[64], *line = NULL;
	bool is_found = false;
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)look->process->pid);
	file = fopen(path, "re");
	while (file && !is_found && getline(&line, &room, file) > 0)
		is_found = strstr(line, "/SYSV") != NULL;
	if (is_found)
		find(look, "uses System V shared memory");
	free(line);
	if (file)
		fclose(file);
}

static void look_at_process(struct look *look)
{
	char path[64], user_ns[64], value[64];
	ssize_t len;

	if (!strcmp(look->process->name, "srun"))
		find(look,
		     "starts a step: the processes of steps aren't saved");
	snprintf(path, sizeof(path), "/proc/%d/ns/user",
		 (int)look->process->pid);
	len = readlink(path, user_ns, sizeof(user_ns) - 1);
	if (len > 0) {
		user_ns[len] = '\0';
		if (strcmp(user_ns, look->user_ns) != 0)
			find(look, "is in a container of its own");
	}
	if (tree_status(look->process->pid, "VmRSS", value, sizeof(value)))
		look->resident_kib += strtoll(value, NULL, 10);
	tree_descriptors(look->process->pid, look_at_fd, look);
	look_at_maps(look);
}

/* Does its memory fit into the store, and into the grace? */
static void look_at_size(const struct look *look)
{
	const char *dir = getenv("SLURM_CHECKPOINT_DIR");
	const char *grace = getenv("SLURM_CHECKPOINT_GRACE");
	int64_t bytes = look->resident_kib << 10, free_bytes;
	int64_t grace_s = grace ? strtoll(grace, NULL, 10) : 0;
	struct statvfs fs;

	if (dir && !statvfs(dir, &fs)) {
		free_bytes = (int64_t)(fs.f_bavail * fs.f_frsize);
		if (free_bytes < bytes)
			say_line("criu: the job has %" PRId64
				 " MiB of memory, and %s has room for %" PRId64
				 " MiB",
				 bytes >> 20, dir, free_bytes >> 20);
	}
	if (grace_s && bytes / BYTES_PER_S > grace_s)
		say_line("criu: the job has %" PRId64
			 " MiB of memory, which may take longer to save than "
			 "the grace of %" PRId64 " s: --checkpoint=TIME",
			 bytes >> 20, grace_s);
}

void look_at_job(pid_t top, bool is_inside)
{
	struct look look = {.findings = 0};
	struct tree tree;
	ssize_t len;

	(void)is_inside;
	len = readlink("/proc/self/ns/user", look.user_ns,
		       sizeof(look.user_ns) - 1);
	look.user_ns[len > 0 ? len : 0] = '\0';
	if (!tree_below(&tree, top))
		return;
	for (size_t i = 0; i < tree.count; i++) {
		look.process = &tree.list[i];
		look_at_process(&look);
	}
	if (look.findings > SAID_MAX)
		say_line("criu: and %u more", look.findings - SAID_MAX);
	look_at_size(&look);
	tree_free(&tree);
}
