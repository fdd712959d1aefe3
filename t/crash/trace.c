/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.c: run a piece of code in a child and do something to one of its
 * system calls: stop it there for good or for a while, or make it fail.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash.h"

#ifndef __x86_64__
#error "the crash harness knows the registers of x86-64 only"
#endif

static const struct {
	long number;
	const char *name;
} calls[] = {
	{SYS_openat, "openat"},
	{SYS_open, "open"},
	{SYS_read, "read"},
	{SYS_pread64, "pread"},
	{SYS_write, "write"},
	{SYS_close, "close"},
	{SYS_fsync, "fsync"},
	{SYS_fdatasync, "fdatasync"},
	{SYS_sync_file_range, "sync_file_range"},
	{SYS_renameat, "renameat"},
	{SYS_renameat2, "renameat2"},
	{SYS_rename, "rename"},
	{SYS_linkat, "linkat"},
	{SYS_unlinkat, "unlinkat"},
	{SYS_unlink, "unlink"},
	{SYS_mkdirat, "mkdirat"},
	{SYS_mkdir, "mkdir"},
	{SYS_newfstatat, "fstatat"},
	{SYS_fstat, "fstat"},
	{SYS_stat, "stat"},
	{SYS_getdents64, "getdents"},
	{SYS_fadvise64, "fadvise"},
	{SYS_copy_file_range, "copy_file_range"},
	{SYS_ioctl, "ioctl"},
	{SYS_fcntl, "fcntl"},
	{SYS_getrandom, "getrandom"},
	{SYS_fchmod, "fchmod"},
	{SYS_lseek, "lseek"},
	{SYS_getcwd, "getcwd"},
};

/* NULL: no call that storage can make fail. */
static const char *call_name(long number)
{
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].number == number)
			return calls[i].name;
	return NULL;
}

bool trace_changes(const char *call)
{
	static const char *const looks[] = {
		"read",	 "pread", "fstatat",   "fstat",	  "stat",  "getdents",
		"ioctl", "fcntl", "getrandom", "fadvise", "lseek", "getcwd"};
	size_t i;

	for (i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (!call || !strcmp(call, looks[i]))
			return false;
	return true;
}

static bool is_transfer(long number)
{
	return number == SYS_read || number == SYS_write ||
	       number == SYS_pread64;
}

/* To the next stop at a system call; false: the child has ended. */
static bool next_stop(pid_t pid, int *status)
{
	int pass_on = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, pass_on) < 0 ||
		    waitpid(pid, status, __WALL) != pid)
			return false;
		if (!WIFSTOPPED(*status))
			return false;
		if (WSTOPSIG(*status) == (SIGTRAP | 0x80))
			return true;
		pass_on = WSTOPSIG(*status);
	}
}

static void end_child(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, __WALL);
}

static void tell_sync(pid_t pid, const struct user_regs_struct *regs,
		      const struct stop *stop)
{
	char path[64];

	if (!stop->synced ||
	    (regs->orig_rax != SYS_fsync && regs->orig_rax != SYS_fdatasync))
		return;
	if ((long)regs->rax != 0)
		return;
	snprintf(path, sizeof(path), "/proc/%d/fd/%lld", (int)pid,
		 (long long)regs->rdi);
	stop->synced(path, stop->arg);
}

/* What is to be done before the call; true: the child is gone. */
static bool apply_before(pid_t pid, struct user_regs_struct *regs,
			 const struct stop *stop, struct course *course)
{
	course->is_reached = true;
	course->call = call_name((long)regs->orig_rax);
	switch (stop->kind) {
	case STOP_KILL_BEFORE:
		course->is_applied = true;
		end_child(pid);
		return true;
	case STOP_PAUSE_BEFORE:
		course->is_applied = true;
		stop->look(stop->arg);
		break;
	case STOP_FAIL:
		course->is_applied = course->call != NULL;
		if (!course->is_applied)
			break;
		regs->orig_rax = (unsigned long long)-1;
		ptrace(PTRACE_SETREGS, pid, NULL, regs);
		break;
	case STOP_SHORT:
		course->is_applied = is_transfer((long)regs->orig_rax) &&
				     regs->rdx > 1;
		if (!course->is_applied)
			break;
		regs->rdx /= 2;
		ptrace(PTRACE_SETREGS, pid, NULL, regs);
		break;
	default:
		break;
	}
	return false;
}

/* What is to be done after the call; true: the child is gone. */
static bool apply_after(pid_t pid, struct user_regs_struct *regs,
			const struct stop *stop, struct course *course)
{
	switch (stop->kind) {
	case STOP_KILL_AFTER:
		course->is_applied = true;
		end_child(pid);
		return true;
	case STOP_PAUSE_AFTER:
		course->is_applied = true;
		stop->look(stop->arg);
		break;
	case STOP_LOSE:
		course->is_applied = course->call && (long)regs->rax >= 0;
		if (!course->is_applied)
			break;
		/* fall through */
	case STOP_FAIL:
		if (!course->is_applied)
			break;
		regs->rax = (unsigned long long)-(long)stop->errnum;
		ptrace(PTRACE_SETREGS, pid, NULL, regs);
		break;
	default:
		break;
	}
	return false;
}

static int follow(pid_t pid, const struct stop *stop, struct course *course)
{
	struct user_regs_struct regs;
	int status = 0;

	while (next_stop(pid, &status)) {
		bool is_it;

		ptrace(PTRACE_GETREGS, pid, NULL, &regs);
		if (regs.orig_rax == SYS_exit_group) {
			course->is_ended = true;
			end_child(pid);
			return 0;
		}
		is_it = ++course->calls == stop->at;
		if (is_it && apply_before(pid, &regs, stop, course))
			return 0;
		if (!next_stop(pid, &status))
			break;
		ptrace(PTRACE_GETREGS, pid, NULL, &regs);
		tell_sync(pid, &regs, stop);
		if (is_it && apply_after(pid, &regs, stop, course))
			return 0;
		if (stop->kind == STOP_LOOK &&
		    trace_changes(call_name((long)regs.orig_rax)))
			stop->look(stop->arg);
	}
	fprintf(stderr, "# the child ended with status %#x\n", status);
	return -1;
}

int trace_run(void (*body)(void *arg), void *arg, const struct stop *stop,
	      struct course *course)
{
	int status;
	pid_t pid;

	memset(course, 0, sizeof(*course));
	pid = fork();
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(125);
		raise(SIGSTOP);
		body(arg);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, __WALL) != pid ||
	    !WIFSTOPPED(status)) {
		fprintf(stderr, "# a child could not be traced: %s\n",
			strerror(errno));
		return -1;
	}
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	       PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	return follow(pid, stop, course);
}
