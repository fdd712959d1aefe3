/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log.h: the command log. */
#ifndef LOG_H
#define LOG_H

struct call;

int command_log(struct call *call);

#endif
