/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * steps.h: requests for the programs of the job's srun steps.  Their srun
 * clients, which stand below the job script, are never signalled: an srun that
 * is signalled kills its tasks.  Agents on the nodes signal the tasks.
 */
#ifndef STEPS_H
#define STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/process/deliver.h"
#include "requeue/supervise/agents.h"
#include "requeue/supervise/context.h"

/* What is known of the programs of srun steps. */
enum steps_state {
	STEPS_NONE,	 /* the job has had no srun step so far */
	STEPS_LOOKING,	 /* agents look for them on their nodes */
	STEPS_SIGNALLED, /* some catch the signal, and got it */
	STEPS_UNCAUGHT,	 /* none catches it, or none could be reached */
};

/* All zeros: none was looked for. */
struct steps {
	enum steps_state state;
	struct agents agents;
	unsigned passed_named; /* named to the user as passed over */
	bool is_hooked;	       /* the hook has requested them: none is missed */
};

/*
 * Start to bring the signal to the programs of srun steps, if the delivery has
 * found an srun; state says what follows.  Called again, it does nothing while
 * agents are at it.
 *
 * is_first_look  of this request
 */
void steps_request(struct steps *steps, struct context *ctx,
		   struct delivery *delivery, bool is_first_look);

/* Await the sruns that the delivery has found: an srun ends when its tasks do,
 * so it counts as a program that was signalled. */
void steps_await(struct delivery *delivery);

/*
 * Read what the agents have written; called each time the loop turns.
 *
 * Returns true where state has changed from LOOKING, or from UNCAUGHT to
 * SIGNALLED.  If it is SIGNALLED now, the caller lets the delivery find the
 * sruns again, and calls steps_await().
 */
bool steps_look(struct steps *steps, struct context *ctx);

/* How long the loop may sleep before the next steps_look(); -1: until
 * something happens. */
int64_t steps_wait_ms(const struct steps *steps, const struct context *ctx);

/* CHILD_AGENTS or CHILD_STEPS has ended; returns as steps_look(). */
bool steps_child_ended(struct steps *steps, struct context *ctx,
		       enum child child, int wait_status);

/*
 * The run ends: wait until the agents have told what was written on their
 * nodes, a moment after the last program there has ended; 2 s at most.
 */
void steps_await_agents(struct steps *steps, struct context *ctx);

/* Is it known what the programs of the steps wrote?  Also true where there
 * were none. */
bool steps_are_watched(const struct steps *steps);

/* End the agents' step, if it runs; returns as steps_look(). */
bool steps_stop(struct steps *steps, struct context *ctx);

/* Does a script of the job start steps that no srun waits for?  Looks at the
 * shells that run on this node. */
bool steps_may_be_async(void);

/* Does an srun of the job run on this node? */
bool steps_are_running(const struct context *ctx);

/* Have Slurm kill the programs of all steps: they outlive an srun that is
 * killed. */
void steps_kill(const struct context *ctx);

#endif
