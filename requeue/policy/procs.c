/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procs.c: the picture of a job's processes: add, find, free. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/procs.h"

#define ARGS_MAX 1024

int procs_set_args(struct proc *proc, char *text, size_t len)
{
	size_t argc = 0;

	for (size_t at = 0; at < len; at += strlen(text + at) + 1)
		argc++;
	if (argc > ARGS_MAX)
		argc = ARGS_MAX;
	proc->argv = calloc(argc + 1, sizeof(*proc->argv));
	if (!proc->argv || !argc) {
		free(text);
		return proc->argv ? 0 : -1;
	}
	/* The first string owns the memory of all. */
	for (size_t at = 0; proc->argc < argc; at += strlen(text + at) + 1)
		proc->argv[proc->argc++] = text + at;
	return 0;
}

struct proc *procs_add(struct procs *procs, pid_t pid, pid_t ppid,
		       const char *const *argv)
{
	struct proc *proc;

	if (!(procs->count & (procs->count - 1)) || !procs->count) {
		size_t room = procs->count ? procs->count * 2 : 1;
		struct proc *list = realloc(procs->list, room * sizeof(*list));

		if (!list)
			return NULL;
		procs->list = list;
	}
	proc = &procs->list[procs->count++];
	*proc = (struct proc){
		.pid = pid, .ppid = ppid, .parent = PROCS_NONE, .state = 'S'};
	for (size_t i = 0; i + 1 < procs->count; i++)
		if (argv && procs->list[i].pid == ppid)
			proc->parent = i;
	if (argv) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);

		for (size_t i = 0; out && argv[i]; i++)
			fwrite(argv[i], 1, strlen(argv[i]) + 1, out);
		if (out && !fclose(out))
			procs_set_args(proc, text, len);
	}
	return proc;
}

static int by_pid(const void *left, const void *right, void *arg)
{
	const struct proc *list = arg;
	pid_t a = list[*(const size_t *)left].pid;
	pid_t b = list[*(const size_t *)right].pid;

	return a < b ? -1 : a > b;
}

int procs_sort(struct procs *procs)
{
	procs->by_pid = calloc(procs->count + 1, sizeof(*procs->by_pid));
	if (!procs->by_pid)
		return -1;
	for (size_t i = 0; i < procs->count; i++)
		procs->by_pid[i] = i;
	qsort_r(procs->by_pid, procs->count, sizeof(*procs->by_pid), by_pid,
		procs->list);
	return 0;
}

struct proc *procs_find(const struct procs *procs, pid_t pid,
			uint64_t start_ticks)
{
	size_t low = 0, high = procs->count;
	struct proc *found;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (procs->list[procs->by_pid[mid]].pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == procs->count)
		return NULL;
	found = &procs->list[procs->by_pid[low]];
	return found->pid == pid && found->start_ticks == start_ticks ? found
								      : NULL;
}

void procs_free(struct procs *procs)
{
	for (size_t i = 0; i < procs->count; i++) {
		struct proc *proc = &procs->list[i];

		if (proc->argv)
			free(proc->argv[0]);
		free(proc->argv);
		free(proc->script);
	}
	free(procs->list);
	free(procs->by_pid);
	*procs = (struct procs){0};
}
