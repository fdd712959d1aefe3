/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monotonic.h: a clock to measure how long something takes. */
#ifndef MONOTONIC_H
#define MONOTONIC_H

#include <stdint.h>

/*
 * Milliseconds of CLOCK_MONOTONIC: no one can set it, its zero has no meaning,
 * and processes of a node may compare what they read.  Async-signal-safe.
 */
int64_t monotonic_ms(void);

#endif
