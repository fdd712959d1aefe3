/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list.h: the versions in a store. */
#ifndef LIST_H
#define LIST_H

struct call;

int command_list(struct call *call);

#endif
