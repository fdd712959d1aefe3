/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.c: the tree of the processes below one of ours. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/process/procfs.h"
#include "requeue/process/tree.h"

/* More processes than this below one root are not looked at. */
#define PROCS_MAX 65536
/* With more below the root nothing is gained by haste. */
#define HASTY_MAX 256

struct stems {
	struct stem *list;
	size_t count;
	size_t room;
};

static int add_stem(struct stems *stems, pid_t pid)
{
	if (stems->count == stems->room) {
		size_t room = stems->room ? stems->room * 2 : 1024;
		struct stem *list = realloc(stems->list, room * sizeof(*list));

		if (!list)
			return -1;
		stems->list = list;
		stems->room = room;
	}
	if (procfs_stem(pid, &stems->list[stems->count]))
		stems->count++;
	return 0;
}

static int read_stems(struct stems *stems)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int status = 0;

	if (!dir)
		return -1;
	while (!status && (entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name))
			status = add_stem(stems, (pid_t)atoi(entry->d_name));
	closedir(dir);
	return status;
}

/* Those that one thread has started; -1 if that can't be told. */
static int read_children(struct stems *stems, const char *path)
{
	FILE *in = fopen(path, "re");
	int pid, status = 0;

	if (!in)
		return -1;
	while (!status && stems->count <= HASTY_MAX &&
	       fscanf(in, "%d", &pid) == 1)
		status = add_stem(stems, pid);
	fclose(in);
	return status;
}

static int read_family_of(struct stems *stems, pid_t pid)
{
	char path[PROCFS_PATH_MAX];
	struct dirent *entry;
	int status = 0;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		return -1;
	while (!status && (entry = readdir(tasks))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/children",
			 (int)pid, entry->d_name);
		status = read_children(stems, path);
	}
	closedir(tasks);
	return status;
}

/* Only those below the root, by what the kernel keeps of children; false if it
 * doesn't, or they are many. */
static bool read_family(struct stems *stems, pid_t root)
{
	if (read_family_of(stems, root))
		return false;
	for (size_t i = 0; i < stems->count && stems->count <= HASTY_MAX; i++)
		read_family_of(stems, stems->list[i].pid);
	return stems->count <= HASTY_MAX;
}

static int by_parent(const void *left, const void *right)
{
	const struct stem *a = left, *b = right;

	if (a->ppid != b->ppid)
		return a->ppid < b->ppid ? -1 : 1;
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

/* The first whose parent is ppid; stems are sorted by parent. */
static size_t first_child(const struct stems *stems, pid_t ppid)
{
	size_t low = 0, high = stems->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (stems->list[mid].ppid < ppid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int add_children(struct procs *procs, const struct stems *stems,
			pid_t pid, size_t parent)
{
	for (size_t i = first_child(stems, pid);
	     i < stems->count && stems->list[i].ppid == pid; i++) {
		const struct stem *stem = &stems->list[i];
		struct proc *proc;

		if (procs->count == PROCS_MAX || stem->pid == pid)
			break;
		proc = procs_add(procs, stem->pid, pid, NULL);
		if (!proc)
			return -1;
		proc->parent = parent;
		proc->group = stem->group;
		proc->start_ticks = stem->start_ticks;
		proc->state = stem->state;
		memcpy(proc->comm, stem->comm, sizeof(proc->comm));
	}
	return 0;
}

int tree_read(struct procs *procs, pid_t root, bool is_hasty)
{
	struct stems stems = {0};
	int status = -1;

	procs->is_hasty = is_hasty && read_family(&stems, root);
	if (!procs->is_hasty) {
		stems.count = 0;
		if (read_stems(&stems))
			goto out;
	}
	if (stems.count)
		qsort(stems.list, stems.count, sizeof(*stems.list), by_parent);
	if (add_children(procs, &stems, root, PROCS_NONE))
		goto out;
	/* The list grows while this loop goes through it: breadth first.  Each
	 * number is once in stems, so that nothing can come twice. */
	for (size_t i = 0; i < procs->count; i++)
		if (add_children(procs, &stems, procs->list[i].pid, i))
			goto out;
	status = 0;
out:
	free(stems.list);
	return status;
}
