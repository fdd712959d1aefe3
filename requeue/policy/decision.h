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

enum cause {
	CAUSE_NONE = 0, /* no request was made */
	CAUSE_LIMIT,
	CAUSE_PREEMPT,
	CAUSE_OPERATOR,
	CAUSE_INTERVAL,
	CAUSE_SELF, /* the --checkpoint-exit code */
	CAUSE_UNKNOWN,
};
const char *cause_name(enum cause cause);
enum cause cause_from_name(const char *name); /* CAUSE_UNKNOWN for others */

/* The job's state in slurmctld at settle, reduced to what matters. */
enum job_state {
	STATE_RUNNING, /* or SUSPENDED: the batch script's end not booked */
	STATE_PENDING, /* also PENDING|COMPLETING: requeued by someone */
	STATE_TIMEOUT,
	STATE_PREEMPTED,
	STATE_NODE_FAIL,
	STATE_CANCELLED,
	STATE_COMPLETED,
	STATE_FAILED,
	STATE_OTHER_END, /* DEADLINE, BOOT_FAIL, OUT_OF_MEMORY, REVOKED, ... */
	STATE_UNKNOWN,	 /* slurmctld could not be asked, or no such job */
};

/* How the script ended. */
enum ending {
	END_EXIT,	/* code is the exit code */
	END_SIGNAL,	/* code is the signal */
	END_SUPERVISOR, /* nothing recorded: the supervisor was killed */
	END_STORE,	/* the run could not start: the store is unusable */
	END_GONE,	/* nor could this one: the store is no more */
	END_FROM,	/* nor this one: nothing to begin from */
	END_REPEAT,	/* the job had ended before; nothing was started */
};

/* What a run is said to have ended with that could not use its store: with
 * these words its owner was asked to mend it. */
#define DECISION_UNUSABLE "the checkpoint directory can't be used"

/* One run, as the journal has it (all runs of the job, oldest first). */
struct run_record {
	unsigned run;
	int64_t started_s; /* epoch: start of the program; 0 unknown */
	int64_t ended_s;   /* epoch; 0 unknown */
	enum ending ending;
	int code;
	enum cause cause;  /* of the last request that was *made*; of an
			      earlier run: the cause that its plan names */
	int64_t request_s; /* epoch, of that request; 0 none */
	bool has_complied; /* a program that heard the request ended by
			     itself within the grace */
	bool is_done;	   /* "scheckpoint done" */
	bool is_oom;	   /* the memory cgroup counted an OOM kill */
	bool is_node_fail; /* ended by node failure */
	bool is_cut;	   /* computed to its end, as nothing had heard the
			      request, and was stopped by the supervisor */
	unsigned versions; /* versions committed in this run */
	int64_t saved_s;   /* epoch: newest of them; 0 none */
	double progress;   /* of the newest version, or told; <0 none */
	uint32_t restored; /* version that it began from; 0 none */
	bool is_elsewhere; /* that of another store, --checkpoint-from */
	double restored_progress; /* of that version; <0 none */
	int64_t limit_min;	  /* the limit that this run had; 0 unlimited */
	int64_t restart_cost_s;	  /* from start until the program was going
				     on again; 0 unknown */
};

struct decision_input {
	enum job_state state;
	bool is_preempting;	       /* preempt_time is set */
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

enum action {
	ACT_LEAVE, /* nothing is done */
	ACT_REQUEUE,
	ACT_REQUEUE_HOLD,
	ACT_ADJUST, /* already PENDING: limit and begin time only */
};
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
	char reason[256];    /* a sentence: what happened and, for a hold,
				the remedy */
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
