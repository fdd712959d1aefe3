/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agents.h: signals for the programs of the job's srun steps, on every node:
 * one step of the job with a task of the helper deliver on each.
 */
#ifndef AGENTS_H
#define AGENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/settings/settings.h"
#include "requeue/settings/site.h"

/* They must have looked within this; else Slurm is asked to signal all. */
#define AGENTS_START_MS 10000

struct agents {
	pid_t pid; /* srun; 0: none */
	int fd;	   /* what they tell; SIGIO says that there is something */
	unsigned nodes, told;
	unsigned heard; /* programs that got it */
	int64_t started_ms;
	char line[512]; /* the beginning of a line not yet whole */
	size_t used;
};

/* One thing that was told. */
struct agents_news {
	bool is_signalled; /* else passed over */
	int pid;
	char node[64];
	char name[64];
	char why[128];
};

/* Start them.  Returns 0, or -1 with errno. */
int agents_start(struct agents *agents, uint32_t job_id, unsigned nodes,
		 int signum, const struct site *site, const char *store_dir,
		 int64_t now_ms);

/* The next thing that they tell; false: nothing more for now. */
bool agents_read(struct agents *agents, struct agents_news *news);

/* Has every node's first look been told of? */
bool agents_have_looked(const struct agents *agents);

/* srun has ended, or is given up: forget what was open. */
void agents_end(struct agents *agents);

#endif
