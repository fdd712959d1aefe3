/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decision.h: what becomes of the job when a run has ended; a pure function
 * of what the journal and slurmctld say.
 */
#ifndef DECISION_H
#define DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "requeue/policy/job_state.h"
#include "requeue/policy/run_record.h"

const char *cause_name(enum cause cause);
enum cause cause_from_name(const char *name); /* CAUSE_UNKNOWN for others */

/* What a run is said to have ended with that could not use its store: with
 * these words its owner was asked to mend it. */
#define DECISION_UNUSABLE "the checkpoint directory can't be used"

struct decision_input {
	enum job_state state;
	bool is_preempting;	       /* preempt_time is set */
	bool is_node_down;	       /* the run's node, if Slurm requeued */
	uint32_t restart_count;	       /* slurmctld's; UINT32_MAX unknown */
	const struct run_record *runs; /* the last is the run that ended */
	size_t count;
	int64_t submit_s; /* or the last requeue; 0 unknown */
	int64_t now_s;
	int64_t grace_s;
	int64_t total_s;	  /* 0: not given */
	int exit_code;		  /* --checkpoint-exit; 0: none */
	unsigned max_runs;	  /* 0: no bound */
	unsigned max_stalls;	  /* 0: never */
	int64_t restore_window_s; /* 300 */
};

/* The words of the journal's finish record. */
const char *evidence_name(enum evidence evidence);
enum evidence evidence_from_name(const char *name); /* unknown for others */

/* The words of the journal's plan and settled records. */
const char *action_name(enum action action);
enum action action_from_name(const char *name); /* ACT_LEAVE for others */

struct decision {
	enum action action;
	enum cause cause;    /* why it goes on; for records and words */
	uint32_t strike;     /* version to give a strike; 0 none */
	bool is_stall;	     /* this run saved nothing */
	unsigned stalls;     /* in a row, this run included */
	unsigned quick_runs; /* in a row that ended by the exit code within
				two minutes; for plan_delay_s().  More where
				slurmctld has put the job into the queue
				within that time: a journal can be lost */
	bool is_full_limit;  /* next run at the submitted limit */
	bool is_success;     /* the job is complete (clean may act) */
	bool has_ended;	     /* final: a later start by slurmctld must not
				run anything */
	/* a sentence: what happened and, for a hold, the remedy */
	char reason[RUN_REASON_MAX];
};

/*
 * Decide.  Pure, thread-safe; in->count >= 1.  See "How a run ends" in
 * doc/design.md; each row of that table is a case of t/unit/decision.c.
 *
 * The answer depends on the job's state, which settle itself changes.  A
 * second settle of the same run therefore takes the plan that the first one
 * recorded; where that is lost, what it finds here is weaker, never stronger:
 * after its own requeue the job is PENDING, which answers ACT_ADJUST.
 * `strike` is given once for a run: look for its record before giving it.
 */
struct decision decide(const struct decision_input *in);

#endif
