/* SPDX-License-Identifier: GPL-2.0-or-later */
/* look.c: one look at the processes: the picture, and what was chosen. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "requeue/process/look.h"
#include "requeue/process/marks.h"
#include "requeue/process/picture.h"
#include "requeue/process/procfs.h"

void look_free(struct look *look)
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

/*
 * Look for the runtimes of the programs that are chosen.  Only theirs, since it
 * costs a look at the executable.  True: one was found, so that the choice may
 * be another now.
 */
static bool find_runtimes(struct look *look)
{
	bool is_found = false;

	for (size_t i = 0; i < look->procs.count; i++) {
		struct proc *proc = &look->procs.list[i];
		char path[PROCFS_PATH_MAX];
		int dir;

		if (look->choices[i].action != CHOICE_SIGNAL ||
		    look->choices[i].kind != CHOICE_PROGRAM ||
		    proc->is_signalled || proc->runtime)
			continue;
		snprintf(path, sizeof(path), "/proc/%d", (int)proc->pid);
		dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue;
		proc->runtime = marks_runtime(proc, dir);
		is_found |= proc->runtime != RUNTIME_NONE;
		close(dir);
	}
	return is_found;
}

int look_take(struct look *look, pid_t root, const struct choose_order *order,
	      const struct look_known *known, bool is_hasty)
{
	int status = is_hasty ? picture_take_in_haste(&look->procs, root,
						      order->signum)
			      : picture_take(&look->procs, root, order->signum);

	look->choices = NULL;
	if (status)
		return -1;
	look->choices = calloc(look->procs.count + 1, sizeof(*look->choices));
	if (!look->choices)
		return -1;
	mark_known(&look->procs, known->signalled);
	mark_known(&look->procs, known->sruns);
	mark_known(&look->procs, known->passed_on);
	do
		choose(&look->procs, order, look->choices);
	while (!order->takes_runtimes && find_runtimes(look));
	return 0;
}

/* What is frozen above it, and whether a process would notice its end. */
static void remember_frozen(struct entry *entry, const struct look *look,
			    size_t i)
{
	const struct proc *list = look->procs.list;

	/* It must live on as a reader, and its EXIT trap comes last. */
	entry->is_unwatched = !list[i].stdin_pipe && !entry->has_exit_trap;
	for (i = list[i].parent; i != PROCS_NONE; i = list[i].parent) {
		if (look->choices[i].action != CHOICE_FREEZE) {
			entry->is_unwatched = false;
		} else if (!entry->freezer) {
			entry->freezer = list[i].pid;
			entry->freezer_ticks = list[i].start_ticks;
		}
	}
}

/* The program for which a signalled shell waits. */
static void remember_behind(struct delivery_item *item, const struct look *look,
			    size_t behind)
{
	const struct proc *proc;

	if (behind == PROCS_NONE)
		return;
	proc = &look->procs.list[behind];
	item->behind_pid = proc->pid;
	item->behind_ticks = proc->start_ticks;
	choose_name(proc, item->behind_name, sizeof(item->behind_name));
}

struct entry *look_remember(const struct look *look, size_t i,
			    struct entries *entries)
{
	const struct proc *proc = &look->procs.list[i];
	const struct choice *choice = &look->choices[i];
	struct entry *entry =
		entries_add(entries, proc->pid, proc->start_ticks);

	if (!entry)
		return NULL;
	choose_name(proc, entry->item.name, sizeof(entry->item.name));
	entry->item.kind = choice->kind;
	entry->item.reason = choice->reason;
	entry->item.is_withheld = choice->is_withheld;
	entry->has_exit_trap = choice->has_exit_trap;
	remember_behind(&entry->item, look, choice->behind);
	remember_frozen(entry, look, i);
	if (choice->signalled_above != PROCS_NONE) {
		const struct proc *guard =
			&look->procs.list[choice->signalled_above];

		entry->guard = guard->pid;
		entry->guard_ticks = guard->start_ticks;
	}
	return entry;
}
