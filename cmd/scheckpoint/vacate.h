/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vacate.h: empty nodes of checkpointed jobs. */
#ifndef VACATE_H
#define VACATE_H

struct call;

int command_vacate(struct call *call);

#endif
