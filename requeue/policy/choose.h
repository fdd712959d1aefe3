/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * choose.h: which processes get a signal, and what becomes of the others.
 *
 * A pure function: it looks at a picture of the processes, at nothing else.
 */
#ifndef REQUEUE_CHOOSE_H
#define REQUEUE_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "requeue/policy/procs.h"
#include "requeue/settings/settings.h"

enum choice_action {
	CHOICE_LEAVE,  /* not signalled, and not worth a word */
	CHOICE_PASS,   /* not signalled, and the user may wonder why */
	CHOICE_SIGNAL, /* catches the signal, and takes care of its children */
	CHOICE_FREEZE, /* would start the next piece of work: freeze it first */
	CHOICE_AWAIT,  /* doesn't catch it, but the user's hook has requested it
			*/
};

/* The reason of a shell that isn't signalled, because its trap calls sbatch. */
#define CHOICE_SUBMITS "its trap for it submits a job"

/* The reason of a program that doesn't catch it, perhaps with the signal that
 * it does catch. */
#define CHOICE_UNCAUGHT	     "does not catch it, and would die"
#define CHOICE_UNCAUGHT_USR1 CHOICE_UNCAUGHT "; it catches USR1"
#define CHOICE_UNCAUGHT_USR2 CHOICE_UNCAUGHT "; it catches USR2"

enum choice_kind {
	CHOICE_PROGRAM,
	CHOICE_SHELL,
	CHOICE_LAUNCHER,
	CHOICE_SRUN, /* its tasks are signalled, elsewhere */
};

struct choice {
	enum choice_action action;
	enum choice_kind kind;
	const char *reason; /* static; "" for CHOICE_LEAVE */
	/* It catches the signal, but is not to get it: a worker, one that only
	 * its runtime ends, or one that left nothing in an earlier run. */
	bool is_withheld;
	/* A shell that TERM ends, after its EXIT trap has run. */
	bool has_exit_trap;
	/* It catches the signal, and should get it from the script above: not
	 * signalled, but awaited, because such a script may end while the
	 * program still saves. */
	bool is_passed_on;
	/* The nearest shell above that is signalled; PROCS_NONE: there is none.
	 * It waits for what is frozen below it. */
	size_t signalled_above;
	/* A shell that is signalled runs its trap only when this program, for
	 * which it waits, has ended; PROCS_NONE: it runs it at once. */
	size_t behind;
};

struct choose_order {
	enum choose_target target;
	int signum;
	const char *launchers; /* more names, comma-separated; may be "" */
	const pid_t *exclude;  /* these and all below them don't exist */
	size_t exclude_count;  /* entries of 0 are ignored */
	/* The user's hook has requested the programs to end in its own way:
	 * where none catches the signal, the topmost ones are awaited. */
	bool is_hooked;
	/* Slurm may have signalled all processes: a shell whose trap submits a
	 * job is frozen with all below it, whether a program below catches the
	 * signal or not. */
	bool freezes_submitters;
	/* Programs whose runtime alone catches the signal get it as well: the
	 * user wants it, or the run ends in any case. */
	bool takes_runtimes;
	/* Names with commas, as choose_name() gives them; each may be "".  What
	 * earlier runs have shown of programs that were signalled: */
	const char *deaf;   /* they left nothing; not signalled */
	const char *savers; /* they saved, whatever their runtime */
};

/*
 * Choose for every process of the picture.
 *
 * choices  as many as there are processes, in the same order; filled in.
 *
 * Returns how many are to be signalled that have not been before, and counts
 * srun clients as one each.  If it is 0, nothing is to be frozen either, but
 * for shells whose trap submits a job.
 */
size_t choose(const struct procs *procs, const struct choose_order *order,
	      struct choice *choices);

/* Is the name one of those with commas between them? */
bool choose_is_listed(const char *name, const char *names);

/* The name shown to the user: the program's, or that of the script it
 * interprets. */
void choose_name(const struct proc *proc, char *name, size_t size);

#endif
