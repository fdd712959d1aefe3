/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h: one run of the job as a state machine.  The supervisor tells it what
 * has happened and when (an event), and it replies with what to do now
 * (orders).  It makes no system call and reads no clock, so that a test plays
 * a day in no time.
 *
 * Times are milliseconds since the epoch; 0 means "unknown" or "never".
 */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/policy/decision.h"
#include "requeue/policy/job_state.h"

/*
 * A request goes COMPUTING, HOOK (if there is one), SAVING, SAVED.  From SAVING
 * it goes to UNCAUGHT where no program catches the signal, and back as soon as
 * one does.  When the script has ended: COLLECTING (if there are files), ENDED.
 */
enum run_phase {
	RUN_COMPUTING,	/* nothing is requested */
	RUN_HOOK,	/* a request begins: the user's hook runs */
	RUN_SAVING,	/* the programs are signalled; they save, and end */
	RUN_UNCAUGHT,	/* no program catches the signal: they compute on */
	RUN_SAVED,	/* all signalled programs have ended; the script has
			   not */
	RUN_KILLING,	/* out of time: all processes were killed */
	RUN_COLLECTING, /* the script has ended: files go into the store */
	RUN_ENDED,	/* no event changes anything any more */
};

enum run_event_kind {
	RUN_EV_START,	       /* the script is about to start */
	RUN_EV_TICK,	       /* the wake-up that was ordered, or another */
	RUN_EV_REPLY,	       /* slurmctld has replied: see view */
	RUN_EV_NO_REPLY,       /* a query has failed */
	RUN_EV_SIGNAL,	       /* the supervisor got signum */
	RUN_EV_PREEMPT_NOTICE, /* Slurm has signalled srun steps: perhaps a
				  preemption has begun */
	RUN_EV_SAVE_NOW,       /* the owner wants a save: scheckpoint now */
	RUN_EV_REQUEUE,	       /* the owner wants it: scheckpoint requeue */
	/* what orders lead to */
	RUN_EV_HOOK_ENDED,     /* the hook of a request has ended */
	RUN_EV_DELIVERED,      /* the programs were signalled: see count */
	RUN_EV_PROGRAMS_ENDED, /* all signalled programs have ended */
	RUN_EV_SCRIPT_ENDED,   /* the job script has ended: see has_others */
	RUN_EV_SAVED,	       /* a save is over: see saved_ms */
	RUN_EV_COLLECTED,      /* the files are in the store, or won't be */
};

/* The part of slurmctld's reply that a run depends on. */
struct run_view {
	enum job_state state;
	bool is_preempting;
	bool is_vacating;      /* an operator wants it to leave its nodes */
	bool term_reaches_all; /* Slurm's SIGTERM reaches every process */
	bool is_node_down;     /* its node was set down, or has failed */
	int64_t end_ms;	       /* 0: no limit */
};

struct run_event {
	enum run_event_kind kind;
	int64_t now_ms;
	int signum;	      /* RUN_EV_SIGNAL */
	bool reaches_all;     /* RUN_EV_SIGNAL: the script has got it, too */
	unsigned count;	      /* RUN_EV_DELIVERED: programs signalled, in all
				 looks of this run */
	int64_t saved_ms;     /* RUN_EV_SAVED: when the program last saved by
				 itself; 0: that is this save */
	struct run_view view; /* RUN_EV_REPLY */
	bool has_others;      /* RUN_EV_SCRIPT_ENDED: processes are left */
};

/* What to do now, in this order. */
struct run_orders {
	bool freeze;		/* freeze what would start the next piece of
				   work: a request may follow */
	bool thaw;		/* none follows */
	int forward;		/* signal for the script; 0 none */
	bool freeze_again;	/* SIGCONT has thawed what was frozen */
	bool announce_uncaught; /* tell the user that no program catches it */
	bool kill_frozen;	/* kill what is frozen */
	bool kill;		/* kill every process of the job */
	bool finish;		/* record the end, and exit as the script did */
	bool query;		/* query slurmctld for the job */
	bool query_reach;	/* and whether its SIGTERM reaches all */
	bool announce;		/* a request begins: tell the user */
	bool acknowledge;	/* and tell the operator who wants it */
	bool hook;		/* start the hook */
	bool deliver;		/* signal the programs that catch the signal */
	bool look_again;	/* signal those that catch it by now */
	bool save;		/* request a save; the run goes on */
	bool save_now;		/* and whatever was saved last */
	bool collect;		/* take the files into the store */
	int64_t wake_ms;	/* when to send RUN_EV_TICK; 0 no need */
};

struct run {
	/* settings */
	int64_t grace_ms;
	int64_t interval_ms; /* between saves while the run goes on; 0 none */
	int64_t poll_ms;     /* query for a preemption this often; 0 never */
	bool has_hook;
	bool has_files;

	enum run_phase phase;
	int64_t start_ms;
	int64_t end_ms;	 /* of the run, by the last reply; 0 none, unknown */
	int64_t last_ms; /* of the last event */
	bool is_script_gone;

	/* queries */
	bool is_querying;     /* one is under way */
	bool is_term_queried; /* its reply tells the cause of a SIGTERM */
	int64_t query_ms;     /* when to make the next; 0 not planned */
	int64_t turn_ms;      /* a SIGURG leads to none before */
	int64_t reply_ms;     /* of the last reply */
	unsigned failures;    /* in a row */
	unsigned calls;	      /* in all, for the journal */

	/* The job has been suspended, perhaps: no other time counts until a
	 * reply has told for how long. */
	bool is_resumed;
	int64_t resumed_query_ms; /* when to query for that; 0 was done */
	/* The clock has jumped, or end_ms can't be true: the same. */
	bool is_doubted;
	int64_t doubted_ms; /* when that was found */

	/* how Slurm ends the run */
	bool is_over;	     /* by its reply; its SIGTERM has not come */
	bool has_term;	     /* its SIGTERM has come */
	bool is_cancelled;   /* it was a cancellation */
	bool skips_delivery; /* that SIGTERM has reached every process */

	/* the request, or the last one */
	int64_t frozen_until_ms; /* without one yet; 0 nothing is frozen */
	enum cause cause;
	bool is_made;	       /* a program got it */
	int64_t request_ms;    /* when it was decided */
	int64_t hook_until_ms; /* when the hook has had its time */
	int64_t give_up_ms;    /* when to kill; 0 leave that to Slurm */
	int64_t look_ms;       /* next look for programs that catch it */
	unsigned looks;
	/* No program got the request, and the time is up: those that it passed
	 * over, as their runtime alone catches the signal, get it now. */
	bool is_last;
	bool is_cut; /* the run has computed to its end */

	/* saves while the run goes on, and the files at its end */
	bool is_saving;		  /* a save is under way */
	bool wants_save;	  /* the owner wants one, as soon as it can */
	int64_t save_ms;	  /* the next by interval; 0 none */
	int64_t collect_until_ms; /* when collecting has had its time */
};

/* grace_s as of --checkpoint; the other settings are 0 or false. */
void run_init(struct run *run, int64_t grace_s);

/*
 * Pass an event to the run; *orders is filled in.  Pure but for *run.  The
 * events that orders lead to must not be passed before all orders are carried
 * out.
 */
void run_step(struct run *run, const struct run_event *event,
	      struct run_orders *orders);

/* When the run will be requested to save, as far as is known; 0: not known. */
int64_t run_request_at_ms(const struct run *run);
/* The same for a run with these times, all in one unit. */
int64_t run_request_of(int64_t start, int64_t end, int64_t grace);

#endif
