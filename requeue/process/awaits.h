/* SPDX-License-Identifier: GPL-2.0-or-later */
/* awaits.h: which blocked signals a process takes by sigwait() or signalfd. */
#ifndef AWAITS_H
#define AWAITS_H

#include <stdint.h>
#include <sys/types.h>

/* The set (bit signum - 1) that its threads wait for in sigwait() and its
 * kin; the search ends with the first thread that waits for signum.  dir is a
 * descriptor of /proc/PID. */
uint64_t awaits_of_threads(pid_t pid, int dir, int signum);

/* All sets of its signalfds, as far as they are blocked. */
uint64_t awaits_of_descriptors(int dir, uint64_t blocked);

#endif
