/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * choose.c: go down the tree to the first process that catches the signal, then
 * back up to those that would start the next piece of work.
 */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/choose.h"
#include "requeue/policy/handmade.h"
#include "requeue/policy/launchers.h"
#include "requeue/policy/passing.h"
#include "requeue/policy/shells.h"
#include "requeue/policy/traps.h"
#include "requeue/policy/workers.h"

/* What is known of a process on the way down. */
struct view {
	const struct procs *procs;
	const struct choose_order *order;
	struct choice *choices;
	bool *is_covered; /* a process above takes care of it */
	bool *has_passer; /* that process is a script that passes it on */
};

static bool is_excluded(const struct choose_order *order, pid_t pid)
{
	for (size_t i = 0; i < order->exclude_count; i++)
		if (order->exclude[i] > 0 && order->exclude[i] == pid)
			return true;
	return false;
}

static bool is_gone(const struct proc *proc)
{
	return proc->state == 'Z' || proc->state == 'X' || proc->state == 'x';
}

static const char *argv0(const struct proc *proc)
{
	return proc->argc ? proc->argv[0] : "";
}

static void set(struct choice *choice, enum choice_action action,
		const char *reason)
{
	choice->action = action;
	choice->reason = reason;
}

/*
 * bash with nothing but an EXIT trap catches every signal that would end it,
 * runs the trap and dies of the signal.  This tells it from a bash whose trap
 * for one signal stands in a file that isn't known.
 */
static bool catches_all(const struct proc *proc)
{
	return procs_has(proc->caught, SIGVTALRM) &&
	       procs_has(proc->caught, SIGXFSZ);
}

/* Signals that bash itself catches now and then: INT while it waits for a
 * program, ALRM while it reads with a time-out. */
static bool is_own_of_shells(int signum)
{
	return signum == SIGINT || signum == SIGALRM;
}

static bool is_shell_trapping(const struct proc *proc, int signum)
{
	const char *exe = shells_base(proc->exe);

	if (!procs_has(proc->caught, signum))
		return false;
	if (proc->script && traps_has(proc->script, signum))
		return true;
	return (!strcmp(exe, "bash") || !strcmp(exe, "dash")) &&
	       !catches_all(proc) && !is_own_of_shells(signum);
}

/* Was it signalled in an earlier run, with nothing left of that? */
static bool is_deaf(const struct view *view, const struct proc *proc)
{
	char name[PROCS_NAME_MAX];

	choose_name(proc, name, sizeof(name));
	return choose_is_listed(name, view->order->deaf);
}

static const char left_nothing[] =
	"got it in an earlier run, ended, and left nothing that is saved";

/* Judge a process by the user's choice of a target.  False: the target says
 * nothing of it. */
static bool judge_target(const struct view *view, size_t i, bool is_shell)
{
	enum choose_target target = view->order->target;
	struct choice *choice = &view->choices[i];

	if (target == CHOOSE_TASKS) {
		if (is_shell)
			choice->kind = CHOICE_SHELL;
		set(choice, CHOICE_PASS, "only srun's tasks are to get it");
		return true;
	}
	if ((target != CHOOSE_SCRIPT && target != CHOOSE_ALL) ||
	    view->procs->list[i].parent != PROCS_NONE)
		return false;
	if (is_shell)
		choice->kind = CHOICE_SHELL;
	set(choice, CHOICE_SIGNAL, "is the job script");
	view->is_covered[i] = target == CHOOSE_SCRIPT;
	return true;
}

static void judge_shell(const struct view *view, size_t i)
{
	const struct proc *proc = &view->procs->list[i];
	struct choice *choice = &view->choices[i];
	int signum = view->order->signum;

	choice->kind = CHOICE_SHELL;
	choice->has_exit_trap = procs_has(proc->caught, SIGTERM) &&
				catches_all(proc) && proc->script &&
				!traps_has(proc->script, SIGTERM) &&
				!handmade_submits(proc->script, HANDMADE_EXIT);
	if (!is_shell_trapping(proc, signum)) {
		set(choice, CHOICE_PASS,
		    procs_has(proc->caught, signum)
			    ? "has no trap for it, and would die"
			    : "a shell without a trap for it");
		return;
	}
	/* The job is requeued: it would multiply. */
	if (proc->script && handmade_submits(proc->script, signum)) {
		set(choice, CHOICE_PASS, "its trap for it submits a job");
		return;
	}
	if (is_deaf(view, proc)) {
		set(choice, CHOICE_PASS, left_nothing);
		choice->is_withheld = true;
		return;
	}
	set(choice, CHOICE_SIGNAL, "has a trap for it");
	/* A trap runs when the program in the foreground has ended, so the
	 * program must get the signal, too.  A script that passes it on itself
	 * is in "wait", and its trap runs at once. */
	if (proc->script && passing_is_done(proc->script, signum)) {
		choice->reason = "has a trap for it, and passes it on";
		view->is_covered[i] = true;
		view->has_passer[i] = true;
	}
}

static bool judge_launcher(const struct view *view, size_t i)
{
	struct choice *choice = &view->choices[i];

	switch (launchers_kind(&view->procs->list[i], view->order->launchers)) {
	case LAUNCHER_NONE:
		return false;
	case LAUNCHER_SRUN:
		choice->kind = CHOICE_SRUN;
		set(choice, CHOICE_PASS, "its tasks are signalled instead");
		view->is_covered[i] = true; /* its own helper process */
		return true;
	default:
		choice->kind = CHOICE_LAUNCHER;
		set(choice, CHOICE_PASS, "a launcher: would kill its programs");
		return true;
	}
}

/* Does its runtime catch the signal, and is no more known of it? */
static bool is_runtimes(const struct view *view, const struct proc *proc)
{
	char name[PROCS_NAME_MAX];

	choose_name(proc, name, sizeof(name));
	return runtimes_catches(proc->runtime, view->order->signum) &&
	       !view->order->takes_runtimes &&
	       !choose_is_listed(name, view->order->savers);
}

/* Why a program that catches the signal doesn't get it; NULL: it does. */
static const char *why_not(const struct view *view, size_t i)
{
	const struct proc *list = view->procs->list;
	const struct proc *parent =
		list[i].parent == PROCS_NONE ? NULL : &list[list[i].parent];

	if (workers_is_worker(&list[i], parent))
		return "a worker of a program that does not catch it";
	if (is_runtimes(view, &list[i]))
		return runtimes_reason(list[i].runtime);
	return is_deaf(view, &list[i]) ? left_nothing : NULL;
}

/* A runtime catches signals of its own for every program. */
static const char *uncaught(const struct proc *proc)
{
	if (proc->runtime == RUNTIME_NONE && procs_has(proc->caught, SIGUSR1))
		return CHOICE_UNCAUGHT_USR1;
	if (proc->runtime == RUNTIME_NONE && procs_has(proc->caught, SIGUSR2))
		return CHOICE_UNCAUGHT_USR2;
	return CHOICE_UNCAUGHT;
}

static void judge_program(const struct view *view, size_t i)
{
	const struct proc *proc = &view->procs->list[i];
	struct choice *choice = &view->choices[i];
	int signum = view->order->signum;
	bool catches = procs_has(proc->caught, signum);
	const char *reason = NULL;

	if (catches || procs_has(proc->awaited, signum))
		reason = why_not(view, i);
	choice->is_withheld = reason != NULL;
	if (reason)
		set(choice, CHOICE_PASS, reason);
	else if (catches)
		set(choice, CHOICE_SIGNAL, "catches it");
	else if (procs_has(proc->awaited, signum))
		set(choice, CHOICE_SIGNAL, "waits for it");
	else if (procs_has(proc->ignored, signum))
		set(choice, CHOICE_PASS, "ignores it");
	else
		set(choice, CHOICE_PASS, uncaught(proc));
	if (choice->action == CHOICE_SIGNAL)
		view->is_covered[i] = true;
}

/* Take over from the parent, which was judged before. */
static void inherit(const struct view *view, size_t i)
{
	size_t parent = view->procs->list[i].parent;
	const struct choice *above;

	if (parent == PROCS_NONE)
		return;
	above = &view->choices[parent];
	view->is_covered[i] = view->is_covered[parent];
	view->has_passer[i] = view->has_passer[parent];
	view->choices[i].signalled_above = above->signalled_above;
	if (above->kind == CHOICE_SHELL && above->action == CHOICE_SIGNAL)
		view->choices[i].signalled_above = parent;
}

/* Should it get the signal from a script above?  What is below it is its
 * own. */
static void judge_covered(const struct view *view, size_t i)
{
	const struct proc *proc = &view->procs->list[i];
	int signum = view->order->signum;

	if (!view->has_passer[i] || is_gone(proc) || proc->is_foreign ||
	    is_excluded(view->order, proc->pid) ||
	    shells_is_shell(proc->exe, argv0(proc), proc->comm) ||
	    launchers_kind(proc, view->order->launchers) != LAUNCHER_NONE ||
	    !(procs_has(proc->caught, signum) ||
	      procs_has(proc->awaited, signum)) ||
	    why_not(view, i))
		return;
	view->choices[i].is_passed_on = true;
	view->has_passer[i] = false;
}

static void judge(const struct view *view, size_t i)
{
	const struct proc *proc = &view->procs->list[i];
	struct choice *choice = &view->choices[i];
	bool is_shell = shells_is_shell(proc->exe, argv0(proc), proc->comm);

	inherit(view, i);
	if (view->is_covered[i]) {
		judge_covered(view, i);
		return;
	}
	if (is_excluded(view->order, proc->pid)) {
		view->is_covered[i] = true;
		return;
	}
	if (is_gone(proc))
		return;
	if (proc->is_foreign) {
		set(choice, CHOICE_PASS, "belongs to another user");
		return;
	}
	if (!is_shell && judge_launcher(view, i))
		; /* whatever the target: a signal would kill its programs */
	else if (judge_target(view, i, is_shell))
		;
	else if (is_shell)
		judge_shell(view, i);
	else
		judge_program(view, i);
	/* Its handler may have been removed since. */
	if (proc->is_signalled && choice->kind != CHOICE_SRUN) {
		set(choice, CHOICE_SIGNAL, "has got it");
		view->is_covered[i] |= !is_shell;
	}
}

/* ---------------------------------------------------------- pipelines */

/* A pipeline longer than this is taken for one that reads itself. */
#define PIPELINE_MAX 64

struct pipe_end {
	uint64_t inode;
	bool is_catcher;
	size_t writer;
};

struct pipe_ends {
	struct pipe_end *list;
	size_t count;
};

/* Of several writers, one that catches the signal comes first. */
static int by_inode(const void *left, const void *right)
{
	const struct pipe_end *a = left, *b = right;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return (int)b->is_catcher - (int)a->is_catcher;
}

static void add_end(struct pipe_ends *ends, uint64_t inode, size_t writer,
		    bool is_catcher)
{
	if (inode)
		ends->list[ends->count++] =
			(struct pipe_end){inode, is_catcher, writer};
}

static bool is_above(const struct procs *procs, size_t above, size_t i)
{
	for (; i != PROCS_NONE; i = procs->list[i].parent)
		if (i == above)
			return true;
	return false;
}

/* A process that writes what this one reads, and is neither above nor below
 * it; NULL: there is none. */
static const struct pipe_end *find_writer(const struct view *view,
					  const struct pipe_ends *ends,
					  size_t reader)
{
	uint64_t inode = view->procs->list[reader].stdin_pipe;
	size_t low = 0, high = ends->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (ends->list[mid].inode < inode)
			low = mid + 1;
		else
			high = mid;
	}
	for (; inode && low < ends->count && ends->list[low].inode == inode;
	     low++) {
		size_t writer = ends->list[low].writer;

		if (!is_above(view->procs, writer, reader) &&
		    !is_above(view->procs, reader, writer))
			return &ends->list[low];
	}
	return NULL;
}

/* Does a process upstream catch the signal, in a pipeline that has a head? */
static bool has_catcher_upstream(const struct view *view,
				 const struct pipe_ends *ends, size_t reader)
{
	bool has_catcher = false;

	for (int length = 0; length < PIPELINE_MAX; length++) {
		const struct pipe_end *end = find_writer(view, ends, reader);

		if (!end)
			return has_catcher;
		has_catcher |= end->is_catcher;
		reader = end->writer;
	}
	return false;
}

/*
 * A process that reads, perhaps through others, what a catcher writes must
 * outlive it: else the catcher dies of the broken pipe while it saves.
 */
static void spare_readers(const struct view *view, struct pipe_ends *ends)
{
	const struct procs *procs = view->procs;

	for (size_t i = 0; i < procs->count; i++) {
		const struct proc *proc = &procs->list[i];
		bool catches = view->choices[i].action == CHOICE_SIGNAL ||
			       view->choices[i].kind == CHOICE_SRUN;

		if (is_gone(proc))
			continue;
		add_end(ends, proc->stdout_pipe, i, catches);
		if (proc->stderr_pipe != proc->stdout_pipe)
			add_end(ends, proc->stderr_pipe, i, catches);
	}
	if (!ends->count)
		return;
	qsort(ends->list, ends->count, sizeof(*ends->list), by_inode);
	for (size_t i = 0; i < procs->count; i++)
		if (view->choices[i].action == CHOICE_SIGNAL &&
		    !procs->list[i].is_signalled &&
		    has_catcher_upstream(view, ends, i))
			set(&view->choices[i], CHOICE_PASS,
			    "reads what another one writes that gets it");
}

/* ----------------------------------------------------------------- hook */

static bool is_catcher(const struct choice *choice)
{
	return choice->action == CHOICE_SIGNAL ||
	       choice->action == CHOICE_AWAIT || choice->kind == CHOICE_SRUN;
}

static bool has_catcher_at_all(const struct view *view)
{
	for (size_t i = 0; i < view->procs->count; i++)
		if (is_catcher(&view->choices[i]))
			return true;
	return false;
}

/* Parents stand before their children, so that the topmost come first. */
static void await_programs(const struct view *view)
{
	const struct procs *procs = view->procs;

	for (size_t i = 0; i < procs->count; i++) {
		size_t parent = procs->list[i].parent;

		view->is_covered[i] = parent != PROCS_NONE &&
				      view->is_covered[parent];
		if (view->is_covered[i] ||
		    view->choices[i].kind != CHOICE_PROGRAM ||
		    is_gone(&procs->list[i]) || procs->list[i].is_foreign)
			continue;
		view->is_covered[i] = true;
		if (!is_excluded(view->order, procs->list[i].pid))
			set(&view->choices[i], CHOICE_AWAIT,
			    "was asked by the hook");
	}
}

/* ---------------------------------------------------------- way back up */

/* Does it debug a process below it?  That would stand still with it. */
static bool is_tracer(const struct view *view, size_t i)
{
	for (size_t n = i + 1; n < view->procs->count; n++)
		if (view->procs->list[n].tracer == view->procs->list[i].pid)
			return true;
	return false;
}

/*
 * A shell and a driver in any other language go on to the next command when a
 * program of theirs has ended.  Launchers must live on: they forward output,
 * and end with their programs.
 */
static bool is_feeder(const struct view *view, size_t i)
{
	const struct choice *choice = &view->choices[i];

	if (choice->action != CHOICE_PASS)
		return false;
	if (choice->kind == CHOICE_SHELL)
		return true;
	if (choice->kind == CHOICE_PROGRAM)
		return !view->procs->list[i].is_foreign && !is_tracer(view, i);
	return choice->kind == CHOICE_LAUNCHER &&
	       launchers_kind(&view->procs->list[i], view->order->launchers) ==
		       LAUNCHER_FEEDER;
}

/* Freeze the feeders with a catcher below them.  Returns how many catchers
 * haven't been signalled before. */
static size_t freeze_feeders(const struct view *view, bool *has_catcher)
{
	const struct procs *procs = view->procs;
	size_t found = 0;

	for (size_t i = procs->count; i-- > 0;) {
		const struct proc *proc = &procs->list[i];
		struct choice *choice = &view->choices[i];
		bool catches = is_catcher(choice);

		if (has_catcher[i] && is_feeder(view, i))
			set(choice, CHOICE_FREEZE,
			    !strcmp(choice->reason, CHOICE_SUBMITS)
				    ? CHOICE_SUBMITS
				    : "would start the next piece of work");
		found += catches && !proc->is_signalled;
		if (proc->parent != PROCS_NONE)
			has_catcher[proc->parent] |= catches || has_catcher[i];
	}
	return found;
}

/* Freeze the shells whose trap submits a job, and what they have started for
 * it. */
static void freeze_submitters(const struct view *view)
{
	for (size_t i = 0; i < view->procs->count; i++) {
		size_t parent = view->procs->list[i].parent;
		struct choice *choice = &view->choices[i];
		bool is_below =
			parent != PROCS_NONE &&
			view->choices[parent].action == CHOICE_FREEZE &&
			!strcmp(view->choices[parent].reason, CHOICE_SUBMITS);

		if (is_gone(&view->procs->list[i]) ||
		    view->procs->list[i].is_foreign || is_catcher(choice) ||
		    is_excluded(view->order, view->procs->list[i].pid))
			continue;
		if (is_below || !strcmp(choice->reason, CHOICE_SUBMITS))
			set(choice, CHOICE_FREEZE, CHOICE_SUBMITS);
	}
}

/* ------------------------------------------------- traps that must wait */

/* Does its shell wait for it without "wait"?  A shell without job control
 * starts what goes into the background with SIGINT ignored; one with it, in a
 * process group of its own. */
static bool is_in_foreground(const struct proc *proc)
{
	return !procs_has(proc->ignored, SIGINT) && proc->group != proc->pid;
}

static void note_waits(const struct view *view, const bool *has_catcher)
{
	for (size_t i = 0; i < view->procs->count; i++) {
		const struct proc *proc = &view->procs->list[i];
		const struct choice *above;

		if (proc->parent == PROCS_NONE || is_gone(proc) ||
		    is_catcher(&view->choices[i]) || has_catcher[i] ||
		    is_excluded(view->order, proc->pid) ||
		    !is_in_foreground(proc))
			continue;
		above = &view->choices[proc->parent];
		if (above->kind == CHOICE_SHELL &&
		    above->action == CHOICE_SIGNAL &&
		    !view->is_covered[proc->parent])
			view->choices[proc->parent].behind = i;
	}
}

size_t choose(const struct procs *procs, const struct choose_order *order,
	      struct choice *choices)
{
	struct view view = {procs, order, choices, NULL, NULL};
	size_t count = procs->count, found = 0;
	bool *has_catcher = calloc(count + 1, sizeof(*has_catcher));
	struct pipe_ends ends = {
		.list = calloc(2 * count + 1, sizeof(*ends.list)),
	};

	view.is_covered = calloc(count + 1, sizeof(*view.is_covered));
	view.has_passer = calloc(count + 1, sizeof(*view.has_passer));
	for (size_t i = 0; i < count; i++)
		choices[i] = (struct choice){.reason = "",
					     .signalled_above = PROCS_NONE,
					     .behind = PROCS_NONE};
	if (!has_catcher || !ends.list || !view.is_covered || !view.has_passer)
		goto out;
	for (size_t i = 0; i < count; i++)
		judge(&view, i);
	spare_readers(&view, &ends);
	if (order->is_hooked && !has_catcher_at_all(&view))
		await_programs(&view);
	found = freeze_feeders(&view, has_catcher);
	if (order->freezes_submitters)
		freeze_submitters(&view);
	note_waits(&view, has_catcher);
out:
	free(has_catcher);
	free(ends.list);
	free(view.is_covered);
	free(view.has_passer);
	return found;
}

bool choose_is_listed(const char *name, const char *names)
{
	size_t len = strlen(name);

	for (const char *at = names; len && at && *at;) {
		size_t word = strcspn(at, ",");

		if (word == len && !strncmp(at, name, len))
			return true;
		at += word + (at[word] != '\0');
	}
	return false;
}

void choose_name(const struct proc *proc, char *name, size_t size)
{
	const char *argv_0 = argv0(proc), *best = launchers_interpreted(proc);
	bool is_text;
	size_t arg;

	if (shells_is_shell(proc->exe, argv_0, proc->comm)) {
		arg = shells_script_arg(proc->argc, proc->argv, &is_text);
		if (arg && !is_text)
			best = shells_base(proc->argv[arg]);
	}
	/* The kernel's name is cut at 15 characters. */
	if (!best && strlen(proc->comm) < sizeof(proc->comm) - 1)
		best = proc->comm;
	if (!best &&
	    !strncmp(shells_base(proc->exe), proc->comm, strlen(proc->comm)))
		best = shells_base(proc->exe);
	if (!best || !*best)
		best = proc->comm;
	/* slurmd's copy of the script has a name that tells the user nothing.
	 */
	snprintf(name, size, "%s",
		 strcmp(best, "slurm_script") ? best : "the job script");
	for (char *c = name; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
}
