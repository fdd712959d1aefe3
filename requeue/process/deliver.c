/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deliver.c: stop what would start more, look again, then signal.
 *
 * Stopping comes first because a shell whose program ends at once would be
 * at its next command before anybody could stop it.  Between the look and
 * the stop it may have started something, hence the second look.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "requeue/process/deliver.h"
#include "requeue/process/picture.h"
#include "requeue/process/pid.h"

/* A shell that is found anew at every look is stopped, too; but a tree that
 * grows without end must not hold us for ever. */
#define LOOKS_MAX      16
#define STOP_WAIT_MS   200
#define KILL_LOOKS_MAX 64

struct entry {
	struct delivery_item item;
	/* The signalled shell above, which waits for what is below it. */
	pid_t guard;
	uint64_t guard_ticks;
	/* The nearest one above that is stopped. */
	pid_t stopper;
	uint64_t freezer_ticks;
	bool is_branch_ended; /* its end was seen to by end_branches() */
	bool is_unwatched;    /* stopped, and so are all above it */
	bool has_exit_trap;
	bool is_gone;
	bool is_killed;
};

struct entries {
	struct entry *list;
	size_t count;
	size_t told;
};

struct delivery {
	struct entries signalled;
	struct entries passed;
	struct entries stopped;
	struct entries sruns;
	struct entries awaited;
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
	free(d->stopped.list);
	free(d->sruns.list);
	free(d->awaited.list);
	free(d);
}

/* ------------------------------------------------------------ entries */

static struct entry *find(const struct entries *entries, pid_t pid,
			  uint64_t start_ticks)
{
	for (size_t i = 0; i < entries->count; i++)
		if (entries->list[i].item.pid == pid &&
		    entries->list[i].item.start_ticks == start_ticks)
			return &entries->list[i];
	return NULL;
}

static struct entry *add(struct entries *entries, pid_t pid,
			 uint64_t start_ticks)
{
	size_t count = entries->count;
	struct entry *entry;

	/* The room doubles whenever the count is a power of two. */
	if (!(count & (count - 1))) {
		size_t room = count ? count * 2 : 1;

		entry = realloc(entries->list, room * sizeof(*entry));
		if (!entry)
			return NULL;
		entries->list = entry;
	}
	entry = &entries->list[entries->count++];
	*entry = (struct entry){
		.item = {.pid = pid, .start_ticks = start_ticks, .reason = ""}};
	return entry;
}

static const struct delivery_item *next(struct entries *entries)
{
	if (entries->told == entries->count)
		return NULL;
	return &entries->list[entries->told++].item;
}

static bool is_entry_alive(struct entry *entry)
{
	if (!entry->is_gone &&
	    !pid_is_alive(entry->item.pid, entry->item.start_ticks))
		entry->is_gone = true;
	return !entry->is_gone;
}

static size_t count_alive(struct entries *entries)
{
	size_t alive = 0;

	for (size_t i = 0; i < entries->count; i++)
		alive += is_entry_alive(&entries->list[i]);
	return alive;
}

/* --------------------------------------------------------------- looks */

/* One look: the picture, and what was chosen. */
struct look {
	struct procs procs;
	struct choice *choices;
};

static void look_free(struct look *look)
{
	procs_free(&look->procs);
	free(look->choices);
	look->choices = NULL;
}

static void mark_known(struct procs *procs, const struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		const struct delivery_item *item = &entries->list[i].item;
		struct proc *proc =
			procs_find(procs, item->pid, item->start_ticks);

		if (proc)
			proc->is_signalled = true;
	}
}

/* Returns 0, -1 with errno; the caller frees the look in any case. */
static int look_take(struct look *look, const struct delivery *d,
		     const struct delivery_order *order, bool is_hasty)
{
	const struct choose_order choose_order = {
		.signum = order->signum,
		.launchers = order->launchers,
		.exclude = order->exclude,
		.exclude_count = order->exclude_count,
		.is_hooked = order->is_hooked,
		.target = order->target,
	};

	look->choices = NULL;
	if ((is_hasty ? picture_take_in_haste
		      : picture_take)(&look->procs, order->root, order->signum))
		return -1;
	look->choices = calloc(look->procs.count + 1, sizeof(*look->choices));
	if (!look->choices)
		return -1;
	mark_known(&look->procs, &d->signalled);
	mark_known(&look->procs, &d->sruns);
	choose(&look->procs, &choose_order, look->choices);
	return 0;
}

/* Who is stopped above it, and whether anybody would notice its end. */
static void remember_frozen(struct entry *entry, const struct look *look,
			    size_t i)
{
	const struct proc *list = look->procs.list;

	/* A reader must stay, and an EXIT trap must come last. */
	entry->is_unwatched = !list[i].stdin_pipe && !entry->has_exit_trap;
	for (i = list[i].parent; i != PROCS_NONE; i = list[i].parent) {
		if (look->choices[i].action != CHOICE_FREEZE) {
			entry->is_unwatched = false;
		} else if (!entry->stopper) {
			entry->stopper = list[i].pid;
			entry->freezer_ticks = list[i].start_ticks;
		}
	}
}

static struct entry *remember(struct entries *entries, const struct look *look,
			      size_t i)
{
	const struct proc *proc = &look->procs.list[i];
	const struct choice *choice = &look->choices[i];
	struct entry *entry = add(entries, proc->pid, proc->start_ticks);

	if (!entry)
		return NULL;
	choose_name(proc, entry->item.name, sizeof(entry->item.name));
	entry->item.kind = choice->kind;
	entry->item.reason = choice->reason;
	entry->has_exit_trap = choice->has_exit_trap;
	remember_frozen(entry, look, i);
	if (choice->signalled_above != PROCS_NONE) {
		const struct proc *guard =
			&look->procs.list[choice->signalled_above];

		entry->guard = guard->pid;
		entry->guard_ticks = guard->start_ticks;
	}
	return entry;
}

/* --------------------------------------------------------------- stops */

static bool is_stopped(const struct entry *entry)
{
	char state = 'X';

	return pid_start_ticks(entry->item.pid, &state) !=
		       entry->item.start_ticks ||
	       strchr("TtZXx", state);
}

/* SIGSTOP takes effect when the process next runs: until then it may still
 * fork. */
static void wait_until_frozen(const struct entries *stopped, size_t first)
{
	const struct timespec pause = {.tv_nsec = 1000 * 1000};

	for (int ms = 0; ms < STOP_WAIT_MS && first < stopped->count; ms++) {
		while (first < stopped->count &&
		       is_stopped(&stopped->list[first]))
			first++;
		if (first < stopped->count)
			nanosleep(&pause, NULL);
	}
}

/*
 * Stop all that are chosen and weren't yet.  Returns how many, -1 with errno
 * if there was no memory.
 *
 * A shell with job control, which gives each child a group, must not see that
 * its child has stopped: when it goes on, it would go to its next command.
 */
static int freeze_chosen(struct delivery *d, const struct look *look)
{
	size_t first = d->stopped.count;

	for (size_t i = 0; i < look->procs.count; i++) {
		const struct proc *proc = &look->procs.list[i];

		if (look->choices[i].action != CHOICE_FREEZE ||
		    find(&d->stopped, proc->pid, proc->start_ticks))
			continue;
		if (proc->group == proc->pid)
			wait_until_frozen(&d->stopped, first);
		if (pid_kill(proc->pid, proc->start_ticks, SIGSTOP))
			continue;
		if (!remember(&d->stopped, look, i)) {
			pid_kill(proc->pid, proc->start_ticks, SIGCONT);
			return -1;
		}
	}
	wait_until_frozen(&d->stopped, first);
	return (int)(d->stopped.count - first);
}

/*
 * Look and stop until there is nothing new to stop, the first time in haste:
 * a shell may be about to go on.  The caller frees the look in any case.
 */
static int freeze_feeders(struct delivery *d,
			  const struct delivery_order *order, struct look *look)
{
	bool is_new = !d->stopped.count;

	for (int looks = 0; looks < LOOKS_MAX; looks++) {
		int stopped;

		look_free(look);
		if (look_take(look, d, order, is_new && looks == 0))
			return -1;
		stopped = freeze_chosen(d, look);
		if (stopped < 0)
			return -1;
		if (!stopped && !look->procs.is_hasty)
			break;
	}
	return 0;
}

/* Nobody heard after all: let those go that this delivery has stopped.  A
 * shell with job control that wakes before the one that it waits for would
 * take that for a stopped job, and go on: hence the last one first. */
static void thaw_frozen(struct delivery *d, size_t first)
{
	for (size_t i = d->stopped.count; i-- > first;)
		pid_kill(d->stopped.list[i].item.pid,
			 d->stopped.list[i].item.start_ticks, SIGCONT);
	d->stopped.count = first;
	if (d->stopped.told > first)
		d->stopped.told = first;
}

/* ------------------------------------------------------------ delivery */

static int signal_chosen(struct delivery *d, const struct look *look,
			 int signum, bool is_sent)
{
	for (size_t i = 0; i < look->procs.count; i++) {
		const struct proc *proc = &look->procs.list[i];
		enum choice_action action = look->choices[i].action;
		struct entry *entry;

		if ((action != CHOICE_SIGNAL && action != CHOICE_AWAIT) ||
		    proc->is_signalled)
			continue;
		/* Remember it first: it must never get it twice. */
		entry = remember(&d->signalled, look, i);
		if (!entry)
			return -1;
		entry->item.is_sent = action == CHOICE_SIGNAL;
		if (entry->item.is_sent && is_sent &&
		    pid_kill(proc->pid, proc->start_ticks, signum))
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
		    !remember(&d->sruns, look, i))
			return -1;
	return 0;
}

static int note_passed(struct delivery *d, const struct look *look)
{
	for (size_t i = 0; i < look->procs.count; i++) {
		const struct proc *proc = &look->procs.list[i];

		if (look->choices[i].action != CHOICE_PASS)
			continue;
		if (!find(&d->passed, proc->pid, proc->start_ticks) &&
		    !remember(&d->passed, look, i))
			return -1;
	}
	return 0;
}

static int deliver(struct delivery *d, const struct delivery_order *order,
		   bool is_sent)
{
	size_t first_frozen = d->stopped.count;
	struct look look = {0};
	int status = -1;

	if (order->goes_on ? look_take(&look, d, order, false)
			   : freeze_feeders(d, order, &look))
		goto out;
	if (signal_chosen(d, &look, order->signum, is_sent) ||
	    note_sruns(d, &look) || note_passed(d, &look))
		goto out;
	status = 0;
out:
	if (!d->signalled.count && !d->sruns.count)
		thaw_frozen(d, first_frozen);
	look_free(&look);
	return status;
}

int delivery_make(struct delivery *d, const struct delivery_order *order)
{
	return deliver(d, order, true);
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

/* ------------------------------------------------------------ questions */

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

bool delivery_has_killed(const struct delivery *d, pid_t pid)
{
	for (size_t i = 0; i < d->stopped.count; i++)
		if (d->stopped.list[i].item.pid == pid &&
		    d->stopped.list[i].is_killed)
			return true;
	return false;
}

const struct delivery_item *delivery_next_signalled(struct delivery *d)
{
	return next(&d->signalled);
}

const struct delivery_item *delivery_next_passed(struct delivery *d)
{
	return next(&d->passed);
}

const struct delivery_item *delivery_next_frozen(struct delivery *d)
{
	return next(&d->stopped);
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

	if (start_ticks && !find(&d->awaited, pid, start_ticks))
		add(&d->awaited, pid, start_ticks);
}

/* Does anything live that this shell's trap waits for? */
static bool is_guard_busy(const struct entry *stopped, struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		struct entry *entry = &entries->list[i];

		if (entry->guard == stopped->guard &&
		    entry->guard_ticks == stopped->guard_ticks &&
		    is_entry_alive(entry))
			return true;
	}
	return false;
}

/*
 * A shell with an EXIT trap dies of TERM at once, but copies home before it
 * what it must: it gets the time, if there is any.  It sees the TERM before
 * it sees that its program has ended, because it was stopped until then.
 */
static void kill_frozen(struct delivery *d, struct entry *stopped)
{
	pid_t pid = stopped->item.pid;
	uint64_t start_ticks = stopped->item.start_ticks;

	if (stopped->is_gone)
		return;
	stopped->is_gone = true;
	if (stopped->has_exit_trap && add(&d->awaited, pid, start_ticks)) {
		pid_kill(pid, start_ticks, SIGTERM);
		pid_kill(pid, start_ticks, SIGCONT);
	} else {
		stopped->is_killed = !pid_kill(pid, start_ticks, SIGKILL);
	}
}

/*
 * A stopped shell whose program has ended would go on at the next SIGCONT,
 * before anybody could stop it again.  Where nobody is above it but other
 * stopped ones, nobody misses it: end it now.  (A launcher that misses one
 * of its own kills the others.)
 */
static void end_branches(struct delivery *d, struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		struct entry *entry = &entries->list[i], *above;

		if (entry->is_branch_ended || is_entry_alive(entry))
			continue;
		entry->is_branch_ended = true;
		above = find(&d->stopped, entry->stopper, entry->freezer_ticks);
		while (above) {
			if (above->is_unwatched)
				kill_frozen(d, above);
			above = find(&d->stopped, above->stopper,
				     above->freezer_ticks);
		}
	}
}

size_t delivery_waiting(struct delivery *d)
{
	end_branches(d, &d->signalled);
	end_branches(d, &d->sruns);
	for (size_t i = 0; i < d->stopped.count; i++) {
		struct entry *stopped = &d->stopped.list[i];

		if (stopped->guard && !stopped->is_gone &&
		    !is_guard_busy(stopped, &d->signalled) &&
		    !is_guard_busy(stopped, &d->sruns))
			kill_frozen(d, stopped);
	}
	return count_alive(&d->signalled) + count_alive(&d->awaited);
}

/* ----------------------------------------------------------- the stopped */

void delivery_freeze_again(struct delivery *d)
{
	for (size_t i = 0; i < d->stopped.count; i++)
		if (!d->stopped.list[i].is_gone)
			pid_kill(d->stopped.list[i].item.pid,
				 d->stopped.list[i].item.start_ticks, SIGSTOP);
}

void delivery_kill_frozen(struct delivery *d)
{
	for (size_t i = 0; i < d->stopped.count; i++)
		kill_frozen(d, &d->stopped.list[i]);
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
			    find(&killed, proc->pid, proc->start_ticks))
				continue;
			is_new = true;
			pid_kill(proc->pid, proc->start_ticks, SIGKILL);
			add(&killed, proc->pid, proc->start_ticks);
		}
		procs_free(&procs);
	}
	free(killed.list);
}
