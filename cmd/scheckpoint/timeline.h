/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline.h: the command timeline. */
#ifndef TIMELINE_H
#define TIMELINE_H

struct call;

int command_timeline(struct call *call);

#endif
