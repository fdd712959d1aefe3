/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oom.c: what the memory cgroup says of kills for lack of memory. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/oom.h"

/* Value of the line "oom_kill N", 0 where there is none. */
static uint64_t read_count(const char *path)
{
	char line[256];
	uint64_t count = 0;
	FILE *file = fopen(path, "re");

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "oom_kill %" SCNu64, &count) == 1)
			break;
	fclose(file);
	return count;
}

/* A process is in task_N of its step: v1 counts a kill where the process
 * was, v2 in every group above it. */
static uint64_t count_in(const char *root, const char *group, const char *file)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s%s/%s", root, group,
			     file) >= sizeof(path))
		return 0;
	return read_count(path);
}

uint64_t oom_kills(void)
{
	char line[4096], *group, *end;
	uint64_t count = 0;
	FILE *file = fopen("/proc/self/cgroup", "re");

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		end = strchr(line, ':');
		group = end ? strchr(end + 1, ':') : NULL;
		if (!group)
			continue;
		*group++ = '\0';
		if (!strcmp(end, ":memory"))
			count += count_in("/sys/fs/cgroup/memory", group,
					  "memory.oom_control");
		else if (!strcmp(end, ":"))
			count += count_in("/sys/fs/cgroup", group,
					  "memory.events");
	}
	fclose(file);
	return count;
}
