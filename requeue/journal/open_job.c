/* SPDX-License-Identifier: GPL-2.0-or-later */
/* open_job.c: a job's settings, its site's bounds, and where its store is. */
#include "requeue/journal/open_job.h"

#include <stdbool.h>
#include <stdio.h>

#include "requeue/settings/pattern.h"

/* An epilog's brief has the arguments of plugstack.conf.  Bounds that can't be
 * read refuse the job: they must not pass for a site without any. */
static int read_site(struct site *site, const struct brief *brief, char *err,
		     size_t err_len)
{
	if (brief->restart_count == BRIEF_NO_RUN)
		return site_read_line(site, brief->site_args, err, err_len);
	return site_decode(site, brief->site, err, err_len);
}

static int expand_dir(const struct brief *brief, const struct settings *set,
		      char dir[OPEN_JOB_DIR_LEN], char *err, size_t err_len)
{
	struct pattern_values values = {
		.job = brief->job_id,
		.array_job = brief->array_job_id,
		.array_task = brief->array_task_id == BRIEF_NO_TASK
				      ? 0
				      : brief->array_task_id,
		.name = brief->job_name,
		.user = brief->user,
	};

	return pattern_expand(set->dir, &values, brief->work_dir, dir,
			      OPEN_JOB_DIR_LEN, err, err_len);
}

enum open_job open_job(const struct brief *brief, struct settings *set,
		       struct site *site, char dir[OPEN_JOB_DIR_LEN], char *err,
		       size_t err_len)
{
	char clause[SETTINGS_ERROR_LEN];
	/* The settings serve settle even where the site's bounds don't. */
	bool is_read =
		!settings_decode(set, brief->settings, clause, sizeof(clause));

	dir[0] = '\0';
	site_init(site);
	if (read_site(site, brief, err, err_len))
		return OPEN_JOB_REFUSED;
	if (!is_read) {
		snprintf(err, err_len, "%s", clause);
		return OPEN_JOB_REFUSED;
	}
	if (site_check(site, set, err, err_len))
		return OPEN_JOB_REFUSED;
	if (expand_dir(brief, set, dir, err, err_len))
		return OPEN_JOB_NO_DIR;
	return OPEN_JOB_OK;
}

struct ckpt_identity open_job_identity(const struct brief *brief,
				       const struct settings *set)
{
	return (struct ckpt_identity){
		.cluster = brief->cluster,
		.job = brief->job_id,
		.array_job = brief->array_job_id,
		.array_task = brief->array_task_id,
		.token = set->token,
	};
}
