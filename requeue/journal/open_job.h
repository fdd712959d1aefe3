/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open_job.h: what a helper needs before it works for a job: the owner's
 * settings, the site's bounds, and where the store is.
 */
#ifndef OPEN_JOB_H
#define OPEN_JOB_H

#include <stddef.h>

#include "lib/store.h"
#include "requeue/settings/brief.h"
#include "requeue/settings/settings.h"
#include "requeue/settings/site.h"

/* Longest path of a store, its NUL included. */
#define OPEN_JOB_DIR_LEN 4096

enum open_job {
	OPEN_JOB_OK,
	OPEN_JOB_REFUSED, /* settings that can't be read, or that the site
			     doesn't allow */
	OPEN_JOB_NO_DIR,  /* the store's pattern can't be expanded */
};

/*
 * Read the settings and the site's bounds from a brief, check them against each
 * other, and expand the store's path.  The settings may be forged, since they
 * come by the job's environment: sbatch's checks are made once more.
 *
 * set, site  always filled; what can't be read has its default
 * dir        "" unless OPEN_JOB_OK
 * err        a line on what is wrong; else untouched
 *
 * Pure but for what it writes through its arguments; thread-safe.
 */
enum open_job open_job(const struct brief *brief, struct settings *set,
		       struct site *site, char dir[OPEN_JOB_DIR_LEN], char *err,
		       size_t err_len);

/* Whose store it must be.  The strings are those of brief and set. */
struct ckpt_identity open_job_identity(const struct brief *brief,
				       const struct settings *set);

#endif
