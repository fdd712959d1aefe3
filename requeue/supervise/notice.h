/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notice.h: how the sentinel's task tells the supervisor that it was told to
 * end: by SIGURG, which does nothing to others, with a value of its own.
 */
#ifndef NOTICE_H
#define NOTICE_H

#include <signal.h>
#include <stdbool.h>

#define NOTICE_VALUE 0x636b70 /* "ckp" */

static inline bool notice_is(const siginfo_t *info)
{
	return info->si_signo == SIGURG && info->si_code == SI_QUEUE &&
	       info->si_value.sival_int == NOTICE_VALUE;
}

#endif
