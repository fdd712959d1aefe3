/* SPDX-License-Identifier: GPL-2.0-or-later */
/* history.h: the runs of a job and why each of them ended. */
#ifndef HISTORY_H
#define HISTORY_H

struct call;

int command_history(struct call *call);

#endif
