/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.h: how jobs are getting on. */
#ifndef STATUS_H
#define STATUS_H

struct call;

int command_status(struct call *call);

#endif
