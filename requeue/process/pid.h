/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pid.h: one process, by its number and its start time.
 *
 * A number alone may belong to another process by now: the start time, in
 * clock ticks after boot, tells them apart.
 */
#ifndef PID_H
#define PID_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Its start time, and its state as in /proc/PID/stat (state may be NULL); 0
 * where there is no such process: state is untouched. */
uint64_t pid_start_ticks(pid_t pid, char *state);

/* Is it still the same process, and not a zombie? */
bool pid_is_alive(pid_t pid, uint64_t start_ticks);

/*
 * Send signum to the process that started at start_ticks and to no other.
 * Returns 0, or -1 with errno (ESRCH: it has ended).
 */
int pid_kill(pid_t pid, uint64_t start_ticks, int signum);

#endif
