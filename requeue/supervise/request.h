/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.h: the request: the job's programs are asked to save and to end,
 * by the hook and by the signal, and are awaited.
 *
 * A run has one request at a time; where no program catches the signal, a
 * later one may follow it.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/process/deliver.h"
#include "requeue/supervise/context.h"
#include "requeue/supervise/jobscript.h"
#include "requeue/supervise/steps.h"
#include "requeue/supervise/witness.h"

/* All zeros: nothing was requested. */
struct request {
	struct delivery *delivery; /* NULL: none yet; owned */
	int64_t delivered_ms;	   /* when the first program got it; 0 none */
	struct steps steps;	   /* the programs of srun steps */
	bool has_looked;	   /* for programs, in this request */
	bool is_hooked;		   /* the hook has run and exited with 0 */
	bool has_poller;   /* a program has polled, and was told to save */
	bool has_complied; /* all that got the signal have ended */
	int64_t ended_ms;  /* when that was */
	struct witness witness;
};

/* Freeze what would start the next piece of work; a request may follow. */
void request_freeze(struct request *request, struct context *ctx);

/* No request follows: thaw it. */
void request_thaw(struct request *request, struct context *ctx);

/* A SIGCONT has thawed it: freeze it again. */
void request_freeze_again(struct request *request);

/* Time is over, and all processes are about to be killed: note what has ended
 * by itself, and what was written. */
void request_give_up(struct request *request, struct context *ctx,
		     const struct jobscript *script);

/* The programs have ended: kill what is frozen. */
void request_kill_frozen(struct request *request, struct context *ctx);

/*
 * SIGTERM has come, and slurmctld is queried for its cause.  Whatever the
 * reply is, this is a request: a program that polls (scheckpoint requested)
 * is told so at once.
 */
void request_foresee(struct context *ctx);

/* A request begins: record it, tell the user. */
void request_announce(struct request *request, struct context *ctx);

/* Tell the operator who wants the node, in the job's comment, that the job
 * was requested to save. */
void request_acknowledge(struct context *ctx);

/* Freeze, then start the hook.  Posts RUN_EV_HOOK_ENDED where there is none
 * to start. */
void request_hook(struct request *request, struct context *ctx);

/* The hook of a request has ended. */
void request_hook_ended(struct request *request, struct context *ctx,
			bool is_good);

/*
 * Signal the programs that catch the signal; called again, those that have
 * come to catch it since.  Posts RUN_EV_DELIVERED, at once or when the agents
 * on the nodes have looked.
 */
void request_deliver(struct request *request, struct context *ctx);

/* Tell the user that no program catches the signal, and what helps. */
void request_uncaught(struct request *request, struct context *ctx);

/* Read what the agents say of the steps' programs; may post
 * RUN_EV_DELIVERED. */
void request_look_at_steps(struct request *request, struct context *ctx);

/* Have all programs ended that got the signal?  Posts RUN_EV_PROGRAMS_ENDED. */
void request_look_at_programs(struct request *request, struct context *ctx);

/* The run has ended: what shows that it saved after the request. */
struct testimony request_witness(struct request *request, struct context *ctx);

/* Tell the user that the job ended as requested, but nothing shows that it
 * saved, where was looked, and what helps. */
void request_report_nothing(const struct request *request,
			    const struct context *ctx,
			    const struct testimony *seen);

/*
 * Tell the user that the programs had to be killed, though they had saved and
 * were quiet since; false: they weren't, and nothing is said.
 *
 * seen  as request_witness() returned it
 */
bool request_has_hung(const struct request *request, const struct context *ctx,
		      const struct testimony *seen);

/* How long the loop may sleep before the next look; -1: until something
 * happens. */
int64_t request_wait_ms(const struct request *request,
			const struct context *ctx);

/* CHILD_AGENTS or CHILD_STEPS has ended; may post RUN_EV_DELIVERED. */
void request_child_ended(struct request *request, struct context *ctx,
			 enum child child, int wait_status);

/* The script has ended: say what that means for the request, and take note of
 * a program that has polled meanwhile. */
void request_script_ended(struct request *request, struct context *ctx,
			  const struct jobscript *script);

/* Has the job done what was requested, as far as signals and polls show it?
 * To be read when the run is over. */
bool request_has_complied(const struct request *request,
			  const struct context *ctx,
			  const struct jobscript *script);

/* The run is over: end the agents, free what the request holds. */
void request_end(struct request *request, struct context *ctx);

#endif
