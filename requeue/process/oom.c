/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oom.c: what the memory cgroup says of kills for lack of memory. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "requeue/process/oom.h"

uint64_t oom_count(const char *path)
{
	char line[256];
	uint64_t count = 0;
	FILE *file = path[0] ? fopen(path, "re") : NULL;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "oom_kill %" SCNu64, &count) == 1)
			break;
	fclose(file);
	return count;
}

/* One line of /proc/PID/cgroup: "4:memory:/slurm/uid_1/job_2/...", under v2
 * "0::/...".  Outside of a job's own group others' kills count as well. */
static bool read_line(char *line, char path[OOM_PATH_MAX])
{
	char *names = strchr(line, ':');
	char *group = names ? strchr(names + 1, ':') : NULL;
	const char *root = NULL, *file = NULL;

	if (!group || !strstr(group, "/job_"))
		return false;
	*group++ = '\0';
	if (!strcmp(names, ":memory")) {
		root = "/sys/fs/cgroup/memory";
		file = "memory.oom_control";
	} else if (!strcmp(names, ":")) {
		root = "/sys/fs/cgroup";
		file = "memory.events";
	}
	return root && snprintf(path, OOM_PATH_MAX, "%s%s/%s", root, group,
				file) < OOM_PATH_MAX;
}

void oom_find(pid_t pid, char path[OOM_PATH_MAX])
{
	char name[64], line[OOM_PATH_MAX];
	bool is_found = false;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/cgroup", (int)pid);
	file = fopen(name, "re");
	while (file && !is_found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		is_found = read_line(line, path);
	}
	if (file)
		fclose(file);
	if (!is_found || access(path, R_OK))
		path[0] = '\0';
}
