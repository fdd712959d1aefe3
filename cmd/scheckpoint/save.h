/* SPDX-License-Identifier: GPL-2.0-or-later */
/* save.h: commit files as the next version. */
#ifndef SAVE_H
#define SAVE_H

struct call;

int command_save(struct call *call);

#endif
