/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_jobs.c: the checkpointed jobs that slurmctld knows. */
#include "requeue/slurm/ctl_jobs.h"

#include "requeue/settings/comment.h"
#include "requeue/slurm/compat.h"
#include "requeue/slurm/ctl_libslurm.h"

/* SHOW_ALL: jobs in partitions that are hidden, too. */
#define SHOW (SHOW_ALL | SHOW_DETAIL | SHOW_LOCAL)

static int load(enum ctl_whose whose, uint32_t id, job_info_msg_t **msg)
{
	switch (whose) {
	case CTL_OF_USER:
		return slurm_load_job_user(msg, id, SHOW);
	case CTL_OF_JOB:
		return slurm_load_job(msg, id, SHOW);
	case CTL_OF_ALL:
		break;
	}
	return slurm_load_jobs(0, msg, SHOW);
}

static bool is_ours(const slurm_job_info_t *info)
{
	return !info->het_job_offset && comment_part(info->comment)[0];
}

enum ctl_result ctl_list_jobs(enum ctl_whose whose, uint32_t id,
			      void (*each)(const struct job *job, void *arg),
			      void *arg, char *text)
{
	job_info_msg_t *msg = NULL;

	if (load(whose, id, &msg))
		return ctl_result_of_errno(-1, text);
	for (uint32_t i = 0; i < msg->record_count; i++) {
		struct job job = {0};

		if (!is_ours(&msg->job_array[i]))
			continue;
		ctl_fill_job(&job, &msg->job_array[i]);
		job.now_s = msg->last_update;
		each(&job, arg);
		job_forget(&job);
	}
	slurm_free_job_info_msg(msg);
	return CTL_OK;
}
