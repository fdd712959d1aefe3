/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oom.h: what the memory cgroup says of kills for lack of memory. */
#ifndef OOM_H
#define OOM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define OOM_PATH_MAX 1024

/*
 * The file in which the memory cgroup of a process of a job counts such kills
 * (v1: memory.oom_control, v2: memory.events); "" where the job has no memory
 * cgroup of its own.
 */
void oom_find(pid_t pid, char path[OOM_PATH_MAX]);

/*
 * The same from a line of /proc/PID/cgroup, for groups below root; the line is
 * cut up.  False: it names no memory cgroup of a job.
 */
bool oom_read_line(char *line, const char *root, char path[OOM_PATH_MAX]);

/* The kills counted in that file; 0 where it can't be read. */
uint64_t oom_count(const char *path);

#endif
