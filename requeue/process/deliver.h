/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deliver.h: bring a signal to the programs that hear it, and see them end.
 */
#ifndef REQUEUE_DELIVER_H
#define REQUEUE_DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/policy/choose.h"

/* Who was signalled, who was stopped, who is awaited. */
struct delivery;

struct delivery_item {
	pid_t pid;
	char name[PROCS_NAME_MAX];
	enum choice_kind kind;
	const char *reason; /* static */
	bool is_sent;	    /* got the signal; false: only awaited */
	uint64_t start_ticks;
};

struct delivery_order {
	enum choose_target target;
	pid_t root; /* itself never signalled */
	int signum;
	const char *launchers; /* more names, comma-separated; may be "" */
	const pid_t *exclude;  /* our own helpers; 0 entries are ignored */
	size_t exclude_count;
	bool is_hooked; /* see choose.h; who is awaited counts as signalled */
	bool goes_on;	/* a state is asked for, no end: stop nothing */
};

/* NULL: no memory. */
struct delivery *delivery_new(void);
void delivery_free(struct delivery *d); /* may be NULL */

/*
 * Signal those that hear it, as choose() says; first those are stopped that
 * would start the next piece of work.  Call it again to reach who didn't
 * hear yet: no process gets the signal twice.  If nobody hears it, nothing
 * is stopped.
 *
 * Returns 0, or -1 with errno when there was no memory or no /proc; what was
 * done until then stays known.
 */
int delivery_make(struct delivery *d, const struct delivery_order *order);

/*
 * The same when the signal has reached everybody by other hands: those that
 * hear it count as signalled, nothing is sent but the stops.
 */
int delivery_note(struct delivery *d, const struct delivery_order *order);

/*
 * Only the stops, before the programs are asked in some other way: whatever
 * would start the next piece of work is stopped, and srun clients are known
 * even if they have ended when delivery_make() looks.  0, or -1 with errno.
 */
int delivery_freeze(struct delivery *d, const struct delivery_order *order);

/* Nobody heard after all: what was stopped goes on; srun clients are forgotten.
 */
void delivery_thaw(struct delivery *d);

/* Signalled so far. */
size_t delivery_count(const struct delivery *d);

/*
 * How many of the signalled and awaited still live (a zombie doesn't).
 * Ends what was stopped and need not wait for delivery_kill_frozen(): below a
 * shell that traps the signal, once all else below that shell has ended (its
 * trap waits for it); and shells that nobody watches, once a program below
 * has ended (they would go on at a SIGCONT).
 */
size_t delivery_waiting(struct delivery *d);

/* Was this one signalled, and nobody else? */
bool delivery_is_alone(const struct delivery *d, pid_t pid);

/* Was this one stopped, and killed as it stood? */
bool delivery_has_killed(const struct delivery *d, pid_t pid);

/* Each new one once, NULL at the end; valid until the next delivery. */
const struct delivery_item *delivery_next_signalled(struct delivery *d);
const struct delivery_item *delivery_next_passed(struct delivery *d);
const struct delivery_item *delivery_next_frozen(struct delivery *d);

/* srun clients that were found; their tasks are to be signalled otherwise.
 * Returns how many were put into pids. */
size_t delivery_sruns(const struct delivery *d, pid_t *pids, size_t max);

/* Was one found, whether it still lives or not? */
bool delivery_has_srun(const struct delivery *d);

/* Count this one as waited for, too. */
void delivery_await(struct delivery *d, pid_t pid);

/* Stop again what was stopped: somebody sent SIGCONT to all. */
void delivery_freeze_again(struct delivery *d);

/*
 * End what was stopped; its children fall to the subreaper.  It is SIGKILL
 * but for shells that have an EXIT trap (and none for TERM): they get TERM,
 * run the trap and nothing else, and are awaited.
 */
void delivery_kill_frozen(struct delivery *d);

/* SIGKILL for all below root, until there are no new ones. */
void delivery_kill_all(pid_t root);

#endif
