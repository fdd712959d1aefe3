/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * space.h: the namespaces in which a job lives, so that its process ids are
 * free wherever it is restored: of users, processes, mounts and time.  They are
 * the owner's own; the administrator does nothing for them.
 */
#ifndef CRIU_SPACE_H
#define CRIU_SPACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Make them; the next child of this process is the first process in them, with
 * all capabilities there.
 *
 * monotonic_ns  what CLOCK_MONOTONIC is to show now; 0: what it shows
 *
 * 0, or -1 with errno.
 */
int space_make(int64_t monotonic_ns);

/* In that child: have /proc show the processes of the space. */
int space_mount_proc(void);

/* Can they be made here?  Else errno says why not. */
bool space_is_possible(void);

/* Join those of a process; the next child of this one is in them. */
int space_join(pid_t pid);

/* Reopen descriptors 0, 1 and 2 by their paths: a file that was opened outside
 * can't be restored. */
void space_reopen_output(void);

/* Keep the capability to restore processes over the next exec, and no other
 * one.  0, or -1 with errno. */
int space_keep_capability(void);

/* The next process gets the id after this one, or the next that is free. */
void space_set_last_pid(pid_t pid);

#endif
