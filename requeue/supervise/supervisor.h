/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervisor.h: the state of a supervisor, shared by supervise.c (the loop)
 * and request.c (asking the job's programs to save).
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/supervise/agents.h"
#include "requeue/supervise/begin.h"
#include "requeue/process/deliver.h"
#include "requeue/slurm/client.h"
#include "requeue/policy/run.h"

/* A state that is being saved while the run goes on, step by step. */
enum save_step {
	SAVE_NONE,
	SAVE_HOOK,  /* its hook runs */
	SAVE_FILES, /* its files are waited for, and taken */
};

/* What is known of the programs of srun steps. */
enum steps_state {
	STEPS_NONE,	 /* none were found so far */
	STEPS_LOOKING,	 /* they are being looked for on their nodes */
	STEPS_SIGNALLED, /* some hear, and got it */
	STEPS_UNCAUGHT,	 /* none hears, or none could be reached */
};

struct supervisor {
	struct begin begin; /* store, settings: what the run began with */
	char **job_env;	    /* borrowed */
	struct run run;
	int64_t wake_ms; /* when run.c wants to be woken; 0 never */
	bool is_view_recorded;
	bool is_begun; /* the script was told to go */

	/* children; 0: none */
	pid_t script;
	struct client_query query;
	struct agents agents; /* step that signals the steps' programs */
	pid_t steps_pid;      /* rpc that does it where that can't start */
	pid_t hook_pid;	      /* of a request, or of a save */
	pid_t say_pid;	      /* rpc that says in the comment that we heard */
	pid_t collect_pid;
	pid_t sentinel_pid;  /* srun of the step that ends at a preemption */
	int64_t sentinel_ms; /* when it was started */
	unsigned sentinels;  /* how many were started */
	enum job_notice notice;

	int script_status;
	bool is_script_gone;
	bool is_script_reported;

	/* the request */
	struct delivery *delivery; /* NULL: none yet */
	int64_t delivered_ms;	   /* somebody got it */
	enum steps_state steps;
	unsigned passed_named; /* told of as passed over */
	bool has_looked;       /* once in this request, for hearers */
	bool is_hooked;	       /* the hook ran, and did not fail */
	bool has_poller;       /* a program asked, and was told */
	bool has_complied;     /* all who got the signal have ended */
	bool is_uncollected;   /* the files were there, but couldn't be taken */

	/* the save */
	enum save_step save_step;
	int64_t save_started_ms;
	bool is_now; /* asked for, whatever the interval says */
};

int64_t supervisor_now_ms(void);

/* Tell run.c, and do what it orders. */
void supervisor_step(struct supervisor *s, struct run_event *event);
void supervisor_step_kind(struct supervisor *s, enum run_event_kind kind);

/* -------- request.c -------- */

/* The first moment of a request: say it, record it. */
void request_announce(struct supervisor *s);
/* Stop what would start the next piece of work; a request may follow. */
void request_freeze(struct supervisor *s);
/* Let the operator who asked see that it was heard. */
void request_acknowledge(struct supervisor *s);
/* TERM has come, and slurmctld is asked why: whatever it says, this is a
 * request, and a program that asks (scheckpoint requested) is told so now. */
void request_foresee(struct supervisor *s);
/* Start the hook; without one to start, it counts as ended. */
void request_hook(struct supervisor *s);
/* Signal those that hear; called for later looks too. */
void request_deliver(struct supervisor *s);
void request_uncaught(struct supervisor *s);
/* A state while the run goes on: for an interval, or asked for now. */
void request_save(struct supervisor *s);
/* Take the files when all has ended. */
void request_collect(struct supervisor *s);
/* A child of ours has ended; false: it wasn't one of a request's. */
bool request_child_ended(struct supervisor *s, pid_t pid, int wait_status);
/* Have all that heard ended?  Then the run is told. */
void request_look(struct supervisor *s);
/* Tell the run how many hear by now. */
void request_delivered(struct supervisor *s);
/* The script has ended: had it, by asking, heard a request meanwhile? */
void request_last_word(struct supervisor *s);
/* Are there processes of the job besides our own? */
bool request_has_others(const struct supervisor *s);
/* The children that no signal may reach. */
#define REQUEST_CHILDREN 7
void request_children(const struct supervisor *s, pid_t pids[REQUEST_CHILDREN]);

/* -------- steps.c -------- */

/* If an srun was found: bring the signal to the programs of its step. */
void steps_request(struct supervisor *s);
/* Read what is told of it; called whenever the loop turns. */
void steps_look(struct supervisor *s);
/* How long the loop may sleep before the next steps_look(); -1: no matter. */
int64_t steps_wait_ms(const struct supervisor *s);
bool steps_child_ended(struct supervisor *s, pid_t pid, int wait_status);
void steps_stop(struct supervisor *s);

#endif
