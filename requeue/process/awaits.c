/* SPDX-License-Identifier: GPL-2.0-or-later */
/* awaits.c: which blocked signals a process takes by sigwait() or signalfd. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "requeue/policy/procs.h"
#include "requeue/process/awaits.h"
#include "requeue/process/procfs.h"

#define THREADS_MAX	4096
#define DESCRIPTORS_MAX 4096

/* The set a thread waits for in sigwait() and its kin, 0 if it doesn't.
 * While it waits, the kernel takes the set out of SigBlk. */
static uint64_t thread_awaits(pid_t pid, int dir, const char *tid)
{
	char path[PROCFS_PATH_MAX], text[256];
	unsigned long long address;
	uint64_t set = 0;
	long number;
	struct iovec here = {&set, sizeof(set)}, there;

	snprintf(path, sizeof(path), "task/%.20s/syscall", tid);
	if (procfs_read(dir, path, text, sizeof(text)) <= 0 ||
	    sscanf(text, "%ld %llx", &number, &address) != 2 ||
	    number != SYS_rt_sigtimedwait)
		return 0;
	there.iov_base = (void *)(uintptr_t)address;
	there.iov_len = sizeof(set);
	if (process_vm_readv(pid, &here, 1, &there, 1, 0) != sizeof(set))
		return 0;
	return set;
}

/* Where memory can't be read, wchan tells that a thread sleeps in
 * sigwait(), and the set of the signals is taken from what the other threads
 * block. */
static bool is_sigwaiting(int dir, const char *tid)
{
	char path[PROCFS_PATH_MAX], text[64];

	snprintf(path, sizeof(path), "task/%.20s/wchan", tid);
	return procfs_read(dir, path, text, sizeof(text)) > 0 &&
	       strstr(text, "do_sigtimedwait");
}

static uint64_t thread_mask(int dir, const char *tid)
{
	char path[PROCFS_PATH_MAX], text[PROCFS_STATUS_BYTES];

	snprintf(path, sizeof(path), "task/%.20s/status", tid);
	if (procfs_read(dir, path, text, sizeof(text)) <= 0)
		return 0;
	return procfs_mask(text, "\nSigBlk:");
}

uint64_t awaits_of_threads(pid_t pid, int dir, int signum)
{
	DIR *tasks = procfs_dir(dir, "task");
	uint64_t set = 0, blocked_else = 0;
	bool has_unread = false;
	struct dirent *entry;
	int count = 0;

	if (!tasks)
		return 0;
	while ((entry = readdir(tasks)) && count++ < THREADS_MAX &&
	       !procs_has(set, signum)) {
		uint64_t one;

		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		one = thread_awaits(pid, dir, entry->d_name);
		set |= one;
		if (one)
			continue;
		if (is_sigwaiting(dir, entry->d_name))
			has_unread = true;
		else
			blocked_else |= thread_mask(dir, entry->d_name);
	}
	closedir(tasks);
	return has_unread ? set | blocked_else : set;
}

/* All sets of its signalfds, as far as they are blocked. */
uint64_t awaits_of_descriptors(int dir, uint64_t blocked)
{
	DIR *list = procfs_dir(dir, "fd");
	char path[PROCFS_PATH_MAX], text[1024];
	struct dirent *entry;
	uint64_t set = 0;
	int count = 0;

	if (!list)
		return 0;
	while ((entry = readdir(list)) && count++ < DESCRIPTORS_MAX) {
		snprintf(path, sizeof(path), "fd/%.20s", entry->d_name);
		if (!procfs_link(dir, path, text, sizeof(text)) ||
		    !strstr(text, "[signalfd]"))
			continue;
		snprintf(path, sizeof(path), "fdinfo/%.20s", entry->d_name);
		if (procfs_read(dir, path, text, sizeof(text)) > 0)
			set |= procfs_mask(text, "sigmask:");
	}
	closedir(list);
	return set & blocked;
}
