/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clean.h: remove the versions of a job that is over. */
#ifndef CLEAN_H
#define CLEAN_H

struct call;

int command_clean(struct call *call);

#endif
