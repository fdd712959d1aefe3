/* SPDX-License-Identifier: GPL-2.0-or-later */
/* done.h: scheckpoint done. */
#ifndef DONE_H
#define DONE_H

struct call;

int command_done(struct call *call);

#endif
