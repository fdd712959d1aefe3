/* SPDX-License-Identifier: GPL-2.0-or-later */
/* simple.h: the commands that are one call of the library each. */
#ifndef SIMPLE_H
#define SIMPLE_H

struct call;

int command_progress(struct call *call);
int command_time_left(struct call *call);
int command_requested(struct call *call);
int command_release(struct call *call);

#endif
