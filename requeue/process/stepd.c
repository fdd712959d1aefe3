/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stepd.c: which step a slurmstepd serves. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/process/stepd.h"

#define NAME	  "slurmstepd"
#define STEP_PART "/step_"

bool stepd_is_one(const struct stepd_view *view)
{
	return (view->name && !strcmp(view->name, NAME)) ||
	       (view->title &&
		!strncmp(view->title, NAME ": ", sizeof(NAME ": ") - 1));
}

/* A whole title has its closing bracket. */
static bool is_whole(const char *title)
{
	return title && strchr(title, '[') && strchr(title, ']');
}

/* "slurmstepd: [JOB.STEP]", or "[JOB.STEP+PART]" of a heterogeneous job. */
static bool serves_by_title(const char *title, uint32_t job, uint32_t *step)
{
	uint32_t found;
	char end;

	return sscanf(title, NAME ": [%" SCNu32 ".%" SCNu32 "%c", &found, step,
		      &end) == 3 &&
	       (end == ']' || end == '+') && found == job;
}

static bool read_number(const char *text, uint32_t *number)
{
	char *end;
	unsigned long value;

	if (!text || *text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	*number = (uint32_t)value;
	return (!*end || *end == '/') && value <= UINT32_MAX;
}

/* ".../job_1/step_0/user/task_0": the groups of one job have one beginning,
 * whatever the version of Slurm calls it. */
static bool serves_by_cgroup(const struct stepd_view *view, uint32_t *step)
{
	const char *own, *part;

	if (!view->cgroup || !view->own_cgroup)
		return false;
	part = strstr(view->cgroup, STEP_PART);
	own = strstr(view->own_cgroup, STEP_PART);
	return part && own && part - view->cgroup == own - view->own_cgroup &&
	       !strncmp(view->cgroup, view->own_cgroup,
			(size_t)(part - view->cgroup)) &&
	       read_number(part + sizeof(STEP_PART) - 1, step);
}

/* Slurm sets both variables for each task; the batch script has no step. */
static bool serves_by_environment(const struct stepd_view *view, uint32_t job,
				  uint32_t *step)
{
	uint32_t found;

	return read_number(view->job, &found) && found == job &&
	       read_number(view->step, step);
}

bool stepd_serves(const struct stepd_view *view, uint32_t job, uint32_t *step)
{
	if (is_whole(view->title))
		return serves_by_title(view->title, job, step);
	if (view->cgroup && strstr(view->cgroup, STEP_PART))
		return serves_by_cgroup(view, step);
	return serves_by_environment(view, job, step);
}
