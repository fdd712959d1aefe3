/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h: one run of the job as a state machine.  It is told what happened and
 * when, and answers with what to do next; it makes no system call and reads
 * no clock, so that a day can be played in a test in no time.
 *
 * Times are milliseconds since the epoch; 0 means "unknown" or "never".
 */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/policy/decision.h"
#include "requeue/policy/job_state.h"

enum run_phase {
	RUN_COMPUTING,	/* no request is pending */
	RUN_HOOK,	/* a request begins: the user's hook runs first */
	RUN_SAVING,	/* a request was made; waiting for those who heard it */
	RUN_UNCAUGHT,	/* asked, but nobody hears: the job computes on */
	RUN_SAVED,	/* all who heard have ended; the script has not */
	RUN_STOPPING,	/* out of time: everything was killed */
	RUN_COLLECTING, /* the script has ended: files go into the store */
	RUN_ENDED,
};

enum run_event_kind {
	RUN_EV_START,	       /* the script is about to start */
	RUN_EV_TICK,	       /* the wake-up that was ordered, or any other */
	RUN_EV_REPLY,	       /* slurmctld answered: see view */
	RUN_EV_NO_REPLY,       /* it could not be asked */
	RUN_EV_SIGNAL,	       /* we got signum */
	RUN_EV_DELIVERED,      /* the ordered delivery is done: see count */
	RUN_EV_PROGRAMS_ENDED, /* all that were signalled have ended */
	RUN_EV_SCRIPT_ENDED,   /* the user's script has ended */
	RUN_EV_HOOK_ENDED,     /* the hook of a request has ended */
	RUN_EV_SAVED,	       /* an ordered save is done: see saved_ms */
	RUN_EV_NOW,	       /* the owner asks for a state: scheckpoint now */
	RUN_EV_REQUEUE,	       /* the owner asks: scheckpoint requeue */
	RUN_EV_NOTICE,	       /* perhaps a preemption has begun, and Slurm has
				  told srun's steps: look */
	RUN_EV_COLLECTED,      /* the files are in the store, or won't be */
};

/* The part of slurmctld's answer that a run depends on. */
struct run_view {
	enum job_state state;
	bool is_preempting;
	bool is_vacating;      /* an operator wants it to leave its nodes */
	bool term_reaches_all; /* Slurm's TERM went to every process */
	int64_t end_ms;	       /* 0: no limit */
};

struct run_event {
	enum run_event_kind kind;
	int64_t now_ms;
	int signum;	      /* RUN_EV_SIGNAL */
	unsigned count;	      /* RUN_EV_DELIVERED: signalled, in all looks */
	int64_t saved_ms;     /* RUN_EV_SAVED: time of the newest state */
	struct run_view view; /* RUN_EV_REPLY */
	bool has_others;      /* RUN_EV_SCRIPT_ENDED: programs are left */
};

/* What to do now; wake_ms is when to send the next RUN_EV_TICK. */
struct run_orders {
	bool query;		/* ask slurmctld for the job */
	bool hook;		/* start the hook for a request */
	bool save;		/* ask for a state; the run goes on */
	bool collect;		/* take the files into the store */
	bool freeze;		/* first of all: stop what would start the next
				   piece of work; a request may follow */
	bool thaw;		/* none does */
	bool query_reach;	/* and whether its TERM reaches all */
	bool announce;		/* a request begins: say it */
	bool acknowledge;	/* and let the operator who asked know */
	bool deliver;		/* signal those who hear: cause says why */
	bool look_again;	/* signal those who have come to hear since */
	bool announce_uncaught; /* tell the user that nobody heard */
	bool freeze_again;	/* SIGCONT woke what we had stopped */
	bool kill_frozen;	/* kill what we had stopped */
	bool kill;		/* kill everything */
	bool finish;		/* record the end and exit as the script did */
	int forward;		/* signal for the script, 0 none */
	int64_t wake_ms;	/* 0: no need */
};

struct run {
	/* settings */
	int64_t grace_ms;

	int64_t interval_ms; /* between states while it runs; 0 none */
	int64_t poll_ms;     /* look for a preemption this often; 0 never */
	bool has_hook;
	bool has_files;

	/* state */
	enum run_phase phase;
	int64_t start_ms;
	int64_t end_ms;	  /* of this run, as last heard; 0 unknown or none */
	int64_t reply_ms; /* when slurmctld last answered */
	int64_t frozen_until_ms; /* work is held up, for so long at most */
	bool is_querying;	 /* a question is under way */
	bool is_term_queried;	 /* its answer tells why TERM came */
	bool is_woken;		 /* from a suspension, perhaps: no moment counts
				    until slurmctld has told how long it was */
	int64_t woken_ms;	 /* when to ask that; 0 asked */
	bool is_doubted;	 /* the clock has jumped: the same, once */
	int64_t doubted_ms;	 /* when that was */
	int64_t last_ms;	 /* when something happened last */
	bool has_term;		 /* Slurm has begun to end the run */
	bool is_over;	     /* it has, by its answer: no TERM has come yet */
	int64_t query_ms;    /* when to ask (again) */
	unsigned failures;   /* questions in a row without an answer */
	enum cause cause;    /* of the pending or last request */
	bool is_cancelled;   /* the TERM was a cancellation */
	bool skips_delivery; /* Slurm's TERM has reached everyone already */
	bool is_script_gone;
	bool is_made;	    /* a request reached somebody */
	int64_t request_ms; /* when it was decided */
	int64_t give_up_ms; /* when to stop waiting; 0 never by ourselves */
	int64_t look_ms;    /* next look for programs that hear */
	unsigned looks;
	int64_t hook_until_ms;	  /* when the hook has had its time */
	int64_t save_ms;	  /* next state by interval; 0 none */
	int64_t collect_until_ms; /* when collecting has had its time */
	bool is_saving;		  /* a state is being saved, the run goes on */
	bool is_stopped;	  /* the run was ended by us, out of time */
	unsigned calls;		  /* questions asked, for the journal */
};

/* grace_s as of --checkpoint; the other settings are 0 or false. */
void run_init(struct run *run, int64_t grace_s);

/*
 * Tell the run what happened; *orders is filled.  Pure but for *run.
 */
void run_step(struct run *run, const struct run_event *event,
	      struct run_orders *orders);

/* When the run is asked to save, from what is known; 0: not known. */
int64_t run_request_at_ms(const struct run *run);

#endif
