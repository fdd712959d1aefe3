/* SPDX-License-Identifier: GPL-2.0-or-later */
/* look.h: what of a job can't be saved is said before it costs anything. */
#ifndef CRIU_LOOK_H
#define CRIU_LOOK_H

#include <stdbool.h>
#include <sys/types.h>

/* Look at all processes below one, and say in the job's output what can't be
 * saved. */
void look_at_job(pid_t top, bool is_inside);

#endif
