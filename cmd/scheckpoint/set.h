/* SPDX-License-Identifier: GPL-2.0-or-later */
/* set.h: change a setting of a job that was submitted already. */
#ifndef SET_H
#define SET_H

struct call;

int command_set(struct call *call);

#endif
