/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oom.c: what the memory cgroup says of kills for lack of memory. */
#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "requeue/process/oom.h"

/* A SLUID is 13 characters behind the "s"; a shorter name may be a word. */
#define SLUID_LEAST 8

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

/* "job_2", or from Slurm 26.05 on the job's SLUID, "s" and what is no word. */
static bool is_job(const char *name, size_t len)
{
	if (len > 4 && !strncmp(name, "job_", 4))
		return strspn(name + 4, "0123456789") == len - 4;
	if (len < SLUID_LEAST || name[0] != 's')
		return false;
	for (size_t i = 1; i < len; i++)
		if (!isalnum((unsigned char)name[i]))
			return false;
	return true;
}

/*
 * The end of the step's own part of a group's path, ".../job_2/step_batch";
 * NULL where it is no job's.  Outside of a job's own group others' kills count
 * as well.
 */
static char *find_step_end(char *group)
{
	char *step = strstr(group, "/step_"), *job = step;

	while (job && job > group && job[-1] != '/')
		job--;
	return step && is_job(job, (size_t)(step - job))
		       ? step + 1 + strcspn(step + 1, "/")
		       : NULL;
}

/*
 * The file of the group itself, or of the nearest one above it that has such a
 * file: under v2 memory is often counted for the step only.
 */
static bool find_file(const char *root, char *group, const char *step_end,
		      const char *file, char path[OOM_PATH_MAX])
{
	while (true) {
		if (snprintf(path, OOM_PATH_MAX, "%s%s/%s", root, group, file) <
			    OOM_PATH_MAX &&
		    !access(path, R_OK))
			return true;
		if (group + strlen(group) <= step_end)
			return false;
		*strrchr(group, '/') = '\0';
	}
}

/* "4:memory:/slurm/uid_1/job_2/step_batch/task_0", under v2 "0::/...". */
bool oom_read_line(char *line, const char *root, char path[OOM_PATH_MAX])
{
	char *names = strchr(line, ':'), *step_end, base[OOM_PATH_MAX];
	char *group = names ? strchr(names + 1, ':') : NULL;

	path[0] = '\0';
	if (!group)
		return false;
	*group++ = '\0';
	step_end = find_step_end(group);
	if (!step_end)
		return false;
	if (!strcmp(names, ":"))
		return find_file(root, group, step_end, "memory.events", path);
	snprintf(base, sizeof(base), "%s/memory", root);
	return !strcmp(names, ":memory") &&
	       find_file(base, group, step_end, "memory.oom_control", path);
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
		is_found = oom_read_line(line, "/sys/fs/cgroup", path);
	}
	if (file)
		fclose(file);
	if (!is_found)
		path[0] = '\0';
}
