/* SPDX-License-Identifier: GPL-2.0-or-later */
/* restore.h: put the files of a version back. */
#ifndef RESTORE_H
#define RESTORE_H

struct call;

int command_restore(struct call *call);

#endif
