/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settling.h: what the parts of settle share: settle.c looks and decides,
 * settle_record.c keeps the journal, settle_act.c carries out and tells, and
 * settle_call.c asks slurmctld for as long as that makes sense.
 */
#ifndef SETTLING_H
#define SETTLING_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/store.h"
#include "requeue/slurm/ctl.h"
#include "requeue/journal/history.h"
#include "requeue/settings/site.h"
#include "requeue/settle/settle.h"

struct settle {
	const struct brief *brief;
	void (*beat)(bool is_waiting);
	unsigned run;
	struct settings set;
	struct site site;
	bool has_settings;
	char dir[4096];
	struct ckpt_store *store; /* NULL: it can't be used */
	char store_problem[256];
	struct history history;
	struct run_record blind; /* stands for the run without a store */
	struct ctl_job job;
	struct decision decision;
	struct plan plan;
	int64_t delay_s;
	int64_t skew_s;	    /* slurmctld's clock is ahead of ours by this */
	bool is_requeued;   /* by us, or so we heard */
	bool has_order;	    /* somebody changed the limit of this run */
	bool is_forbidden;  /* to put it back: Requeue=0 */
	int64_t deadline_s; /* see deadline_s(); 0 none yet */
	int64_t old_limit_min;
	struct ctl_change change; /* the one under way */
	char *comment;
	char done[512]; /* what was done, for people */
	unsigned calls;
	int output_errno;
};

static inline int64_t settling_now_s(void)
{
	return (int64_t)time(NULL);
}

/* -------- settle.c -------- */

/* The runs, oldest first; without a store the one that stands for all. */
const struct run_record *settling_runs(const struct settle *s, size_t *count);
/* Is the job in the queue for the run after this one? */
bool settling_is_next(const struct settle *s);

/* -------- settle_call.c -------- */

/* Show the parent that we live, and whether slurmctld doesn't answer. */
void settling_beat(const struct settle *s, bool is_waiting);
/* From now on a thread shows it during calls. */
void settling_start_pulse(void (*beat)(bool is_waiting));
/* Repeat a call while slurmctld is away, within the bound that holds then;
 * text as in ctl.h. */
enum ctl_result settling_persist(struct settle *s,
				 enum ctl_result (*call)(struct settle *s,
							 char *text),
				 char *text);
/* Load the job so. */
enum ctl_result settling_load(struct settle *s, char *text);

/* -------- settle_record.c -------- */

/* The run as the journal has it, or without one; and what that may lack. */
void settling_complete_run(struct settle *s);
/* The strike that was decided: given once a run, and before the plan is
 * recorded, so that an interruption can't lose it. */
void settling_strike(struct settle *s);
void settling_record_plan(struct settle *s);
void settling_record_settled(struct settle *s);

/* -------- settle_act.c -------- */

/* Carry out what was decided, and note in s->done what was done. */
void settling_act(struct settle *s);
/* The last word in the job's own output, if that is a plain file of the
 * owner's, and in the node's log. */
void settling_write_output(struct settle *s);
void settling_write_syslog(const struct settle *s);

#endif
