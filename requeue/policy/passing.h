/* SPDX-License-Identifier: GPL-2.0-or-later */
/* passing.h: whether a shell script passes a signal on to its programs. */
#ifndef PASSING_H
#define PASSING_H

#include <stdbool.h>

/*
 * Does the script, in a trap for the signal or elsewhere, kill what it waits
 * for?  While it is in "wait" its trap runs at once, so that the programs get
 * what it sends and mustn't be signalled as well.  A kill that only checks
 * (kill -0), one of the shell itself, or of a helper that it doesn't wait for,
 * passes nothing on.
 *
 * It is a guess.  doc/design.md, "Signals", says how often it is right.
 */
bool passing_is_done(const char *script, int signum);

#endif
