/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deliver.c: freeze what would start more, look again, then signal.
 *
 * The freeze comes first because a shell whose program ends at once would be
 * at its next command before it could be frozen.  Between the look and the
 * freeze it may have started something: hence the second look.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "requeue/process/deliver.h"
#include "requeue/process/drain.h"
#include "requeue/process/look.h"
#include "requeue/process/picture.h"
#include "requeue/process/pid.h"

/* Each look may find a new shell to freeze; but a tree that grows without end
 * must not keep the supervisor here for ever. */
#define LOOKS_MAX      16
#define FREEZE_WAIT_MS 200
#define KILL_LOOKS_MAX 64

struct delivery {
	struct entries signalled;
	struct entries passed;
	struct entries frozen;
	struct entries sruns;
	struct entries awaited;
	struct entries passed_on; /* should get it from a script */
	struct drain drain;	  /* pipes that the frozen read from */
	size_t drained;		  /* so many of the frozen have theirs in it */
};

struct delivery *delivery_new(void)
{
	return calloc(1, sizeof(struct delivery));
}

void delivery_free(struct delivery *d)
{
	if (!d)
		return;
	free(d->signalled.list);
	free(d->passed.list);
	free(d->frozen.list);
	free(d->sruns.list);
	free(d->awaited.list);
	free(d->passed_on.list);
	drain_end(&d->drain);
	free(d);
}

/* -------------------------------------------------------------- freezing */

static int take_look(struct look *look, const struct delivery *d,
		     const struct delivery_order *order, bool is_hasty)
{
	const struct choose_order choose_order = {
		.signum = order->signum,
		.launchers = order->launchers,
		.exclude = order->exclude,
		.exclude_count = order->exclude_count,
		.is_hooked = order->is_hooked,
		.freezes_submitters = order->freezes_submitters,
		.target = order->target,
		.takes_runtimes = order->takes_runtimes,
		.deaf = order->deaf,
		.savers = order->savers,
	};
	const struct look_known known = {&d->signalled, &d->sruns,
					 &d->passed_on};

	return look_take(look, order->root, &choose_order, &known, is_hasty);
}

static bool is_frozen(const struct entry *entry)
{
	char state = 'X';

	return pid_start_ticks(entry->item.pid, &state) !=
		       entry->item.start_ticks ||
	       strchr("TtZXx", state);
}

/* SIGSTOP takes effect when the process next runs: until then it may still
 * fork. */
static void wait_until_frozen(const struct entries *frozen, size_t first)
{
	const struct timespec pause = {.tv_nsec = 1000 * 1000};

	for (int ms = 0; ms < FREEZE_WAIT_MS && first < frozen->count; ms++) {
		while (first < frozen->count && is_frozen(&frozen->list[first]))
			first++;
		if (first < frozen->count)
			nanosleep(&pause, NULL);
	}
}

/*
 * Freeze all that are chosen and weren't frozen yet.  Returns how many, -1
 * with errno if there was no memory.
 *
 * A shell with job control, which gives each child a process group, must not
 * see that its child is stopped: once thawed, it would go to its next command.
 * So its child is frozen only when the shell is.
 */
static int freeze_chosen(struct delivery *d, const struct look *look)
{
	size_t first = d->frozen.count;

	for (size_t i = 0; i < look->procs.count; i++) {
		const struct proc *proc = &look->procs.list[i];

		if (look->choices[i].action != CHOICE_FREEZE ||
		    entries_find(&d->frozen, proc->pid, proc->start_ticks))
			continue;
		if (proc->group == proc->pid)
			wait_until_frozen(&d->frozen, first);
		if (pid_kill(proc->pid, proc->start_ticks, SIGSTOP))
			continue;
		if (!look_remember(look, i, &d->frozen)) {
			pid_kill(proc->pid, proc->start_ticks, SIGCONT);
			return -1;
		}
	}
	wait_until_frozen(&d->frozen, first);
	return (int)(d->frozen.count - first);
}

/*
 * Look and freeze until a look finds nothing new to freeze, the first time in
 * haste: a shell may be about to go on.  The caller frees the look in any
 * case.
 */
static int freeze_feeders(struct delivery *d,
			  const struct delivery_order *order, struct look *look)
{
	bool is_new = !d->frozen.count;

	for (int looks = 0; looks < LOOKS_MAX; looks++) {
		int frozen;

		look_free(look);
		if (take_look(look, d, order, is_new && looks == 0))
			return -1;
		frozen = freeze_chosen(d, look);
		if (frozen < 0)
			return -1;
		if (!frozen && !look->procs.is_hasty)
			break;
	}
	return 0;
}

/* Thaw what was frozen from first on, the last one first: a shell with job
 * control that wakes before the process that it waits for would take that for
 * a stopped job, and go on. */
static void thaw_frozen(struct delivery *d, size_t first)
{
	for (size_t i = d->frozen.count; i-- > first;)
		pid_kill(d->frozen.list[i].item.pid,
			 d->frozen.list[i].item.start_ticks, SIGCONT);
	entries_cut(&d->frozen, first);
	if (d->drained > first) {
		drain_end(&d->drain);
		d->drained = 0;
	}
}

/* From now on the frozen read nothing any more. */
static void drain_frozen(struct delivery *d)
{
	for (; d->drained < d->frozen.count; d->drained++)
		drain_add(&d->drain, d->frozen.list[d->drained].item.pid);
}

/* ------------------------------------------------------------ delivery */

static bool is_new_choice(const struct look *look, size_t i)
{
	enum choice_action action = look->choices[i].action;

	return (action == CHOICE_SIGNAL || action == CHOICE_AWAIT) &&
	       !look->procs.list[i].is_signalled;
}

static bool has_new_choice(const struct look *look)
{
	for (size_t i = 0; i < look->procs.count; i++)
		if (is_new_choice(look, i))
			return true;
	return false;
}

static int signal_chosen(struct delivery *d, const struct look *look,
			 const struct delivery_order *order, bool is_sent)
{
	if (order->prepare && has_new_choice(look))
		order->prepare(order->arg);
	for (size_t i = 0; i < look->procs.count; i++) {
		const struct proc *proc = &look->procs.list[i];
		enum choice_action action = look->choices[i].action;
		struct entry *entry;

		if (!is_new_choice(look, i))
			continue;
		/* Remember it first: it must never get it twice. */
		entry = look_remember(look, i, &d->signalled);
		if (!entry)
			return -1;
		entry->item.is_sent = action == CHOICE_SIGNAL;
		if (entry->item.is_sent && is_sent &&
		    pid_kill(proc->pid, proc->start_ticks, order->signum))
			d->signalled.count--;
	}
	return 0;
}

static int note_sruns(struct delivery *d, const struct look *look)
{
	for (size_t i = 0; i < look->procs.count; i++)
		if (look->choices[i].kind == CHOICE_SRUN &&
		    look->choices[i].action == CHOICE_PASS &&
		    !look->procs.list[i].is_signalled &&
		    !look_remember(look, i, &d->sruns))
			return -1;
	return 0;
}

/* They get the signal from the script above, and must not get it twice when
 * that has ended. */
static int note_passed_on(struct delivery *d, const struct look *look)
{
	for (size_t i = 0; i < look->procs.count; i++) {
		const struct proc *proc = &look->procs.list[i];

		if (look->choices[i].is_passed_on &&
		    !entries_find(&d->passed_on, proc->pid,
				  proc->start_ticks) &&
		    !look_remember(look, i, &d->passed_on))
			return -1;
	}
	return 0;
}

static int note_passed(struct delivery *d, const struct look *look)
{
	for (size_t i = 0; i < look->procs.count; i++) {
		const struct proc *proc = &look->procs.list[i];

		if (look->choices[i].action != CHOICE_PASS)
			continue;
		if (!entries_find(&d->passed, proc->pid, proc->start_ticks) &&
		    !look_remember(look, i, &d->passed))
			return -1;
	}
	return 0;
}

static int deliver(struct delivery *d, const struct delivery_order *order,
		   bool is_sent)
{
	size_t first_frozen = d->frozen.count;
	struct look look = {0};
	int status = -1;

	if (order->goes_on ? take_look(&look, d, order, false)
			   : freeze_feeders(d, order, &look))
		goto out;
	if (note_passed_on(d, &look) ||
	    signal_chosen(d, &look, order, is_sent) || note_sruns(d, &look) ||
	    note_passed(d, &look))
		goto out;
	status = 0;
out:
	if (!d->signalled.count && !d->sruns.count)
		thaw_frozen(d, first_frozen);
	else
		drain_frozen(d);
	look_free(&look);
	return status;
}

int delivery_make(struct delivery *d, const struct delivery_order *order)
{
	return deliver(d, order, order->signum > 0);
}

int delivery_note(struct delivery *d, const struct delivery_order *order)
{
	return deliver(d, order, false);
}

int delivery_freeze(struct delivery *d, const struct delivery_order *order)
{
	struct look look = {0};
	int status = freeze_feeders(d, order, &look);

	if (!status)
		status = note_sruns(d, &look);
	look_free(&look);
	return status;
}

void delivery_thaw(struct delivery *d)
{
	thaw_frozen(d, 0);
	d->sruns.count = 0;
}

/* -------------------------------------------------------------- queries */

size_t delivery_count(const struct delivery *d)
{
	return d->signalled.count;
}

bool delivery_is_alone(const struct delivery *d, pid_t pid)
{
	return d->signalled.count == 1 &&
	       d->signalled.list[0].item.pid == pid &&
	       d->signalled.list[0].item.is_sent;
}

const struct delivery_item *delivery_first_signalled(const struct delivery *d)
{
	return d->signalled.count ? &d->signalled.list[0].item : NULL;
}

bool delivery_has_withheld(const struct delivery *d)
{
	for (size_t i = 0; i < d->passed.count; i++)
		if (d->passed.list[i].item.is_withheld)
			return true;
	return false;
}

bool delivery_has_killed(const struct delivery *d, pid_t pid)
{
	for (size_t i = 0; i < d->frozen.count; i++)
		if (d->frozen.list[i].item.pid == pid &&
		    d->frozen.list[i].is_killed)
			return true;
	return false;
}

const struct delivery_item *delivery_next_signalled(struct delivery *d)
{
	return entries_next(&d->signalled);
}

const struct delivery_item *delivery_next_passed(struct delivery *d)
{
	return entries_next(&d->passed);
}

const struct delivery_item *delivery_next_frozen(struct delivery *d)
{
	return entries_next(&d->frozen);
}

const struct delivery_item *delivery_next_waiting(struct delivery *d)
{
	for (size_t i = 0; i < d->signalled.count; i++) {
		struct entry *entry = &d->signalled.list[i];
		const struct delivery_item *item = &entry->item;

		if (entry->is_wait_told || !item->behind_pid ||
		    !pid_is_alive(item->behind_pid, item->behind_ticks) ||
		    !entries_is_alive(entry))
			continue;
		entry->is_wait_told = true;
		return item;
	}
	return NULL;
}

size_t delivery_sruns(const struct delivery *d, pid_t *pids, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < d->sruns.count && count < max; i++) {
		const struct delivery_item *item = &d->sruns.list[i].item;

		if (pid_is_alive(item->pid, item->start_ticks))
			pids[count++] = item->pid;
	}
	return count;
}

bool delivery_has_srun(const struct delivery *d)
{
	return d->sruns.count > 0;
}

void delivery_await(struct delivery *d, pid_t pid)
{
	uint64_t start_ticks = pid_start_ticks(pid, NULL);

	if (start_ticks && !entries_find(&d->awaited, pid, start_ticks))
		entries_add(&d->awaited, pid, start_ticks);
}

/* Does anything still live that the shell above this frozen process waits
 * for in its trap? */
static bool is_guard_busy(const struct entry *frozen, struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		struct entry *entry = &entries->list[i];

		if (entry->guard == frozen->guard &&
		    entry->guard_ticks == frozen->guard_ticks &&
		    entries_is_alive(entry))
			return true;
	}
	return false;
}

/*
 * A shell with an EXIT trap dies of TERM at once, but runs the trap before,
 * which may copy results home: it gets what is left of the grace.  It sees the
 * TERM before it sees that its program has ended, because it was frozen until
 * then.
 */
static void kill_frozen(struct delivery *d, struct entry *frozen)
{
	pid_t pid = frozen->item.pid;
	uint64_t start_ticks = frozen->item.start_ticks;

	if (frozen->is_gone)
		return;
	frozen->is_gone = true;
	if (frozen->has_exit_trap &&
	    entries_add(&d->awaited, pid, start_ticks)) {
		pid_kill(pid, start_ticks, SIGTERM);
		pid_kill(pid, start_ticks, SIGCONT);
	} else {
		frozen->is_killed = !pid_kill(pid, start_ticks, SIGKILL);
	}
}

/*
 * Kill the frozen shells above a program that has ended, where all above them
 * are frozen as well and nothing watches their end: such a shell would go on
 * at the next SIGCONT, before it could be frozen again.  (A launcher that
 * loses one of its own kills the others.)
 */
static void end_branches(struct delivery *d, struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		struct entry *entry = &entries->list[i], *above;

		if (entry->is_branch_ended || entries_is_alive(entry))
			continue;
		entry->is_branch_ended = true;
		above = entries_find(&d->frozen, entry->freezer,
				     entry->freezer_ticks);
		while (above) {
			if (above->is_unwatched)
				kill_frozen(d, above);
			above = entries_find(&d->frozen, above->freezer,
					     above->freezer_ticks);
		}
	}
}

size_t delivery_waiting(struct delivery *d)
{
	drain_read(&d->drain);
	end_branches(d, &d->signalled);
	end_branches(d, &d->sruns);
	for (size_t i = 0; i < d->frozen.count; i++) {
		struct entry *frozen = &d->frozen.list[i];

		if (frozen->guard && !frozen->is_gone &&
		    !is_guard_busy(frozen, &d->signalled) &&
		    !is_guard_busy(frozen, &d->sruns))
			kill_frozen(d, frozen);
	}
	return entries_count_alive(&d->signalled) +
	       entries_count_alive(&d->awaited) +
	       entries_count_alive(&d->passed_on);
}

bool delivery_is_passed_on_only(struct delivery *d)
{
	return d->signalled.count && !entries_count_alive(&d->signalled) &&
	       !entries_count_alive(&d->awaited);
}

/* --------------------------------------------------- end of the frozen */

void delivery_freeze_again(struct delivery *d)
{
	for (size_t i = 0; i < d->frozen.count; i++)
		if (!d->frozen.list[i].is_gone)
			pid_kill(d->frozen.list[i].item.pid,
				 d->frozen.list[i].item.start_ticks, SIGSTOP);
}

void delivery_kill_frozen(struct delivery *d)
{
	for (size_t i = 0; i < d->frozen.count; i++)
		kill_frozen(d, &d->frozen.list[i]);
}

void delivery_kill_submitters(struct delivery *d)
{
	for (size_t i = 0; i < d->frozen.count; i++) {
		struct entry *frozen = &d->frozen.list[i];

		if (frozen->is_gone ||
		    strcmp(frozen->item.reason, CHOICE_SUBMITS) != 0)
			continue;
		frozen->is_gone = true;
		frozen->is_killed = !pid_kill(
			frozen->item.pid, frozen->item.start_ticks, SIGKILL);
	}
}

void delivery_kill_all(pid_t root)
{
	struct entries killed = {0};
	bool is_new = true;

	for (int looks = 0; is_new && looks < KILL_LOOKS_MAX; looks++) {
		struct procs procs;

		is_new = false;
		picture_take(&procs, root, 0);
		for (size_t i = 0; i < procs.count; i++) {
			const struct proc *proc = &procs.list[i];

			if (proc->state == 'Z' ||
			    entries_find(&killed, proc->pid, proc->start_ticks))
				continue;
			is_new = true;
			pid_kill(proc->pid, proc->start_ticks, SIGKILL);
			entries_add(&killed, proc->pid, proc->start_ticks);
		}
		procs_free(&procs);
	}
	free(killed.list);
}
