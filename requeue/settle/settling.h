/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settling.h: the state of one settle, shared by its files: settle.c opens the
 * job and goes through the steps, decide.c decides, record.c keeps the journal,
 * act.c changes the job, tell.c says what was done, and call.c calls slurmctld.
 */
#ifndef SETTLING_H
#define SETTLING_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/store.h"
#include "requeue/slurm/ctl.h"
#include "requeue/journal/history.h"
#include "requeue/journal/open_job.h"
#include "requeue/settle/settle.h"

struct settle {
	const struct brief *brief;
	void (*beat)(bool is_waiting);
	unsigned run;
	struct settings set;
	struct site site;
	bool has_settings;
	char dir[OPEN_JOB_DIR_LEN]; /* of the store; "" unknown */
	struct ckpt_store *store;   /* NULL: it can't be used */
	char store_problem[256];
	struct history history;
	struct job job;
	struct decision decision;
	struct plan plan;
	int64_t delay_s;
	int64_t skew_s;	    /* slurmctld's clock is ahead by this */
	bool is_requeued;   /* by settle, as slurmctld says */
	bool has_order;	    /* the limit was changed during the run */
	bool is_slow;	    /* a call took long: slurmctld is busy */
	bool is_forbidden;  /* Requeue=0: the job isn't put back */
	int64_t deadline_s; /* see deadline_s(); 0 none yet */
	int64_t old_limit_min;
	struct ctl_change change; /* the one under way */
	char *comment;
	char done[512]; /* what was done, for people */
	unsigned calls;
};

static inline int64_t settling_now_s(void)
{
	return (int64_t)time(NULL);
}

#endif
