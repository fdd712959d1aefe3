/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sentinel.c: the preemption notice. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "requeue/process/pid.h"
#include "requeue/slurm/srun.h"
#include "requeue/supervise/clock.h"
#include "requeue/supervise/sentinel.h"

/* Sentinels in a row that may end early before slurmctld is polled. */
#define SHORT_LIVED_MAX 3
/* One that has lived longer than this did not end early. */
#define LIVED_MS	30000
/* Up to 10 s more are added, by chance, to keep many jobs apart. */
#define POLL_MS		55000

int64_t sentinel_start(struct sentinel *sentinel, struct context *ctx)
{
	char path[OPTION_PATH_LEN + 16], pid[16], start[24];
	const char *const command[] = {path, pid, start, NULL};
	const struct srun_step step = {
		.job_id = ctx->begin.job_id,
		.name = "preempt-notice",
		.node = ctx->begin.brief->node,
		.out_fd = -1,
		.command = command,
	};
	pid_t srun;

	if (ctx->notice != JOB_NOTICE_STEPS ||
	    ctx->children.pid[CHILD_SENTINEL] || ctx->run.poll_ms ||
	    ctx->run.phase != RUN_COMPUTING)
		return 0;
	if (sentinel->short_lived >= SHORT_LIVED_MAX)
		return POLL_MS + getpid() % 1000 * 10;
	snprintf(path, sizeof(path), "%s/notice", ctx->begin.site.helpers);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	snprintf(start, sizeof(start), "%" PRIu64,
		 pid_start_ticks(getpid(), NULL));
	sentinel->short_lived++; /* until it is known to have lived */
	sentinel->started_ms = clock_now_ms();
	srun = srun_start(&step);
	ctx->children.pid[CHILD_SENTINEL] = srun > 0 ? srun : 0;
	return 0;
}

void sentinel_ended(struct sentinel *sentinel, struct context *ctx)
{
	ctx->children.pid[CHILD_SENTINEL] = 0;
	if (clock_now_ms() - sentinel->started_ms > LIVED_MS)
		sentinel->short_lived = 0;
	events_post_kind(&ctx->events, RUN_EV_PREEMPT_NOTICE);
}
