/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deliver.h: bring a signal to the programs that catch it, and see them end.
 */
#ifndef REQUEUE_DELIVER_H
#define REQUEUE_DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "requeue/policy/choose.h"
#include "requeue/process/entries.h"

/* The signum by which no process is signalled (--checkpoint-signal=none). */
#define DELIVERY_NO_SIGNAL (-1)

/* The processes that were signalled, frozen, passed over, or are awaited. */
struct delivery;

struct delivery_order {
	enum choose_target target;
	pid_t root;	       /* itself never signalled */
	int signum;	       /* or DELIVERY_NO_SIGNAL */
	const char *launchers; /* more names, comma-separated; may be "" */
	const pid_t *exclude;  /* our own helpers; 0 entries are ignored */
	size_t exclude_count;
	bool is_hooked; /* see choose.h; what is awaited counts as signalled */
	bool freezes_submitters; /* see choose.h */
	bool goes_on; /* the programs are to save and go on: freeze nothing */
	/* see choose.h; each may be NULL */
	bool takes_runtimes;
	const char *deaf, *savers;
	/* Called before the first signal is sent by this delivery; may be NULL
	 */
	void (*prepare)(void *arg);
	void *arg;
};

/* NULL: no memory. */
struct delivery *delivery_new(void);
void delivery_free(struct delivery *d); /* may be NULL */

/*
 * Signal the processes that catch it, as choose() says; before that, freeze
 * what would start the next piece of work.  A further call reaches processes
 * that catch it since: no process gets the signal twice.  If no process
 * catches it, nothing stays frozen.
 *
 * Returns 0, or -1 with errno when there was no memory or no /proc; what was
 * done until then stays known.
 */
int delivery_make(struct delivery *d, const struct delivery_order *order);

/*
 * The same where Slurm has sent the signal to all: processes that catch it
 * count as signalled, and nothing is sent but the freeze.
 */
int delivery_note(struct delivery *d, const struct delivery_order *order);

/*
 * Only the freeze, before the programs are requested to save in some other
 * way: what would start the next piece of work is frozen, and srun clients are
 * known even if they have ended when delivery_make() looks.  0, or -1 with
 * errno.
 */
int delivery_freeze(struct delivery *d, const struct delivery_order *order);

/* Thaw what was frozen, as the job goes on; srun clients are forgotten. */
void delivery_thaw(struct delivery *d);

/* Signalled so far. */
size_t delivery_count(const struct delivery *d);

/*
 * How many of the signalled, of the awaited, and of the programs below a
 * script that passes the signal on still live (a zombie doesn't).
 *
 * Kills those of the frozen that can't wait for delivery_kill_frozen(): below
 * a shell that traps the signal, once all else below that shell has ended, as
 * its trap waits for it; and shells above which all is frozen, once a program
 * below has ended, as they would go on at a SIGCONT.  Reads what is written to
 * the frozen, see drain.h.
 */
size_t delivery_waiting(struct delivery *d);

/* Do at most such live on as should have got the signal from a script?  That
 * is a guess: one of them may be a server which the script leaves alone. */
bool delivery_is_passed_on_only(struct delivery *d);

/* Was this process signalled, and no other? */
bool delivery_is_alone(const struct delivery *d, pid_t pid);

/* The first that was signalled; NULL: none was. */
const struct delivery_item *delivery_first_signalled(const struct delivery *d);

/* Does a program catch the signal that is not to get it? */
bool delivery_has_withheld(const struct delivery *d);

/* Was this process frozen, and killed as it was? */
bool delivery_has_killed(const struct delivery *d, pid_t pid);

/* Each new one once, NULL at the end; valid until the next delivery. */
const struct delivery_item *delivery_next_signalled(struct delivery *d);
const struct delivery_item *delivery_next_passed(struct delivery *d);
const struct delivery_item *delivery_next_frozen(struct delivery *d);

/* A shell that got the signal, and whose trap still waits for a program; each
 * once. */
const struct delivery_item *delivery_next_waiting(struct delivery *d);

/* srun clients that were found; their tasks are to be signalled otherwise.
 * Returns how many were put into pids. */
size_t delivery_sruns(const struct delivery *d, pid_t *pids, size_t max);

/* Was one found, whether it still lives or not? */
bool delivery_has_srun(const struct delivery *d);

/* Count this process as waited for, too. */
void delivery_await(struct delivery *d, pid_t pid);

/* Freeze again what was frozen: Slurm or the user has sent SIGCONT to all. */
void delivery_freeze_again(struct delivery *d);

/*
 * Kill what was frozen; its children fall to the subreaper.  It is SIGKILL but
 * for shells that have an EXIT trap (and none for TERM): they get TERM, run the
 * trap and nothing else, and are awaited.
 */
void delivery_kill_frozen(struct delivery *d);

/* SIGKILL for the frozen shells whose trap submits a job, and for what they
 * have started: Slurm's own signal has reached them. */
void delivery_kill_submitters(struct delivery *d);

/* SIGKILL for all below root, until there are no new ones. */
void delivery_kill_all(pid_t root);

#endif
