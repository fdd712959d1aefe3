/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agents.h: signals for the programs of the job's srun steps: a step of ours
 * with one task on each node, the helper deliver, which signals those programs
 * and writes a line for each to the supervisor.
 */
#ifndef AGENTS_H
#define AGENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/settings/site.h"

/* They must have looked within this time; else Slurm signals all steps. */
#define AGENTS_START_MS 10000

/* All zeros: never started. */
struct agents {
	int fd; /* what they write; SIGIO says that there is something */
	unsigned nodes;	    /* of the job; 0: fd is not open */
	unsigned looked;    /* nodes on which the first look is done */
	unsigned stepless;  /* of them, without a step of the job */
	unsigned signalled; /* programs that got the signal, on all nodes */
	unsigned watched;   /* nodes that tell what was written there */
	unsigned files;	    /* written on them */
	char file[128];	    /* the name of one; "": none */
	uint64_t digest;    /* of all; see watch.h */
	unsigned writers;   /* nodes on which files were written */
	unsigned digests;   /* of them, those that have told a digest */
	int64_t started_ms;
	char line[512]; /* the beginning of a line not yet whole */
	size_t used;
};

/* One line of an agent: a program was signalled, or passed over. */
struct agents_news {
	bool is_signalled; /* else passed over */
	int pid;
	char node[64];
	char name[64];
	char why[128];
};

/*
 * Start the step.
 *
 * agents     all zeros, or ended by agents_end()
 * store_dir  tells this job from one of another cluster with the same number
 *
 * Returns the pid of its srun, which the caller reaps, or -1 with errno.
 */
struct agents_order {
	uint32_t job_id;
	unsigned nodes; /* of the job */
	int signum;
	const struct site *site;
	const char *store_dir, *work_dir;
	bool takes_runtimes;	   /* see choose.h */
	const char *deaf, *savers; /* likewise */
};
pid_t agents_start(struct agents *agents, const struct agents_order *order,
		   int64_t now_ms);

/* The next program of which they tell; false: no more for now.  Does not block.
 */
bool agents_read(struct agents *agents, struct agents_news *news);

/* Is the first look done on every node? */
bool agents_have_looked(const struct agents *agents);

/* Has every node told what was written there since its first look? */
bool agents_have_watched(const struct agents *agents);

/* Close what they write to; what they have not written yet is lost. */
void agents_end(struct agents *agents);

#endif
