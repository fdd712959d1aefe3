/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notice.c: a signal handler that only sets a flag, for loops that poll.
 */
#include <errno.h>
#include <signal.h>

#include "lib/ckptstate.h"
#include "lib/status.h"

/* This is the one global of the library, as a handler has no argument that
 * could lead to another place. */
static volatile sig_atomic_t is_pending;

static void note_signal(int signum)
{
	(void)signum;
	is_pending = 1;
}

enum ckpt_status ckpt_notice_install(int signum, struct ckpt_error *err)
{
	struct sigaction action = {.sa_handler = note_signal,
				   .sa_flags = SA_RESTART};

	sigemptyset(&action.sa_mask);
	if (sigaction(signum, &action, NULL) == 0)
		return CKPT_OK;
	return ckpt_fail(err, CKPT_EINVAL, errno, "signal %d can't be caught",
			 signum);
}

bool ckpt_notice_pending(void)
{
	return is_pending;
}

void ckpt_notice_clear(void)
{
	is_pending = 0;
}
