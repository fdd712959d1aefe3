/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.c: the job's processes, as /proc shows them. */
#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "methods/criu/tree.h"

bool tree_status(pid_t pid, const char *key, char *value, size_t size)
{
	char path[64], line[512];
	size_t len = strlen(key);
	bool is_found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file && !is_found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, len) != 0 || line[len] != ':')
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(value, size, "%s",
			 line + len + 1 + strspn(line + len + 1, " \t"));
		is_found = true;
	}
	if (file)
		fclose(file);
	return is_found;
}

static bool read_process(struct tree_process *process, pid_t pid)
{
	char value[256];
	const char *last;

	*process = (struct tree_process){.pid = pid, .inner = pid};
	if (!tree_status(pid, "PPid", value, sizeof(value)))
		return false;
	process->parent = (pid_t)atoi(value);
	if (tree_status(pid, "State", value, sizeof(value)))
		process->state = value[0];
	if (tree_status(pid, "Name", value, sizeof(value)))
		snprintf(process->name, sizeof(process->name), "%.31s", value);
	/* The last number is that of the innermost namespace. */
	if (tree_status(pid, "NSpid", value, sizeof(value))) {
		last = strrchr(value, '\t');
		process->inner = (pid_t)atoi(last ? last + 1 : value);
	}
	return true;
}

static bool add(struct tree *tree, const struct tree_process *process)
{
	struct tree_process *list =
		reallocarray(tree->list, tree->count + 1, sizeof(*list));

	if (!list)
		return false;
	list[tree->count++] = *process;
	tree->list = list;
	return true;
}

static bool is_below(const struct tree *tree, pid_t top,
		     const struct tree_process *process)
{
	if (process->parent == top)
		return true;
	for (size_t i = 0; i < tree->count; i++)
		if (tree->list[i].pid == process->parent)
			return true;
	return false;
}

static bool has(const struct tree *tree, pid_t pid)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->list[i].pid == pid)
			return true;
	return false;
}

bool tree_below(struct tree *tree, pid_t top)
{
	struct tree_process process;
	const struct dirent *entry;
	size_t before;
	DIR *dir;

	*tree = (struct tree){.count = 0};
	/* A child may have a lower number than its parent: again, until none is
	 * new. */
	do {
		before = tree->count;
		dir = opendir("/proc");
		while (dir && (entry = readdir(dir))) {
			pid_t pid = (pid_t)atoi(entry->d_name);

			if (pid <= 0 || has(tree, pid) ||
			    !read_process(&process, pid) ||
			    !is_below(tree, top, &process))
				continue;
			if (!add(tree, &process)) {
				closedir(dir);
				return false;
			}
		}
		if (dir)
			closedir(dir);
	} while (tree->count > before);
	return true;
}

void tree_free(struct tree *tree)
{
	free(tree->list);
	*tree = (struct tree){.count = 0};
}

void tree_signal(const struct tree *tree, int signum)
{
	for (size_t i = 0; i < tree->count; i++)
		kill(tree->list[i].pid, signum);
}

static void read_info(struct tree_fd *fd)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)fd->pid,
		 fd->fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "pos: %" SCNd64, &fd->position);
		sscanf(line, "flags: %o", &fd->flags);
	}
	if (file)
		fclose(file);
}

bool tree_descriptors(pid_t pid,
		      bool (*each)(const struct tree_fd *fd, void *arg),
		      void *arg)
{
	struct tree_fd fd = {.pid = pid};
	const struct dirent *entry;
	char dir_path[64], path[400];
	bool goes_on = true;
	ssize_t len;
	DIR *dir;

	snprintf(dir_path, sizeof(dir_path), "/proc/%d/fd", (int)pid);
	dir = opendir(dir_path);
	while (dir && goes_on && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir_path, entry->d_name);
		len = readlink(path, fd.path, sizeof(fd.path) - 1);
		if (len < 0)
			continue;
		fd.path[len] = '\0';
		fd.fd = atoi(entry->d_name);
		fd.flags = 0;
		fd.position = 0;
		read_info(&fd);
		goes_on = each(&fd, arg);
	}
	if (dir)
		closedir(dir);
	return goes_on;
}
