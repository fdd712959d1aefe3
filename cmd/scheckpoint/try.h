/* SPDX-License-Identifier: GPL-2.0-or-later */
/* try.h: the command "try", and the trial of "doctor". */
#ifndef TRY_H
#define TRY_H

#include <stdbool.h>

#include "requeue/policy/checks.h"

struct call;

int command_try(struct call *call);

/* Rehearse a small job of our own that has its store in dir.  Returns as
 * rehearse() does. */
int try_small_job(const struct call *call, const char *dir, bool is_silent,
		  struct checks *checks);

#endif
