/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find.h: the stores that a JOB, JOB_TASK or DIR stands for. */
#ifndef FIND_H
#define FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/store.h"

struct call;
struct job;

struct stores {
	char **dirs; /* each is a store, sorted by name */
	size_t count;
};

/*
 * Find the stores that a JOB, JOB_TASK or DIR stands for: more than one for a
 * whole array, or a directory of stores.
 *
 * what  NULL: the job that we run in, else those in the present directory
 *
 * Returns SAYS_YES, or SAYS_ERROR after saying why: then stores holds those of
 * the job where others were found too, or none.  stores_free() frees it in any
 * case.
 */
int find_stores(const struct call *call, const char *what,
		struct stores *stores);
void stores_free(struct stores *stores);

/*
 * Write where the store of a job is or will be, as its comment, its numbers and
 * its work directory tell.  The owner can write the comment: what opens the
 * store must compare its identity with the job.
 *
 * False: the job stands for several tasks that have not begun, or the comment
 * is wrong; dir is undefined then.
 */
bool job_store(char *dir, size_t size, const struct job *job);
/* Does the store belong to the job?  One without a token may be any job's. */
bool job_has_store(const struct job *job, const struct ckpt_store *store);

/*
 * Open every store that `what` stands for and call each() for it, with a
 * blank line between two.  For CKPT_WRITE the store is opened as settle does,
 * by ckpt_attach(): for no run.  Returns the highest exit code of all.
 */
int each_store(const struct call *call, const char *what, enum ckpt_mode mode,
	       int (*each)(const struct call *call, struct ckpt_store *store));
/* The same for every operand, for writing; without a blank line between. */
int each_operand(const struct call *call,
		 int (*each)(const struct call *call,
			     struct ckpt_store *store));

/* "job 1234", "job 1200_3 (1234)" for an array task, "" where the store is no
 * job's.  Fills a buffer of the caller's and returns it. */
#define JOB_NAME_MAX 80
const char *job_name(char text[JOB_NAME_MAX], const struct ckpt_store *store);

#endif
