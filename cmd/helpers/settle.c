/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle: what the plugin runs as the job's owner when a run has ended; see
 * requeue/settle/settle.h.  It reads its brief from descriptor 3, and writes a
 * byte to descriptor 4 now and then, so that its parent knows that it lives.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "requeue/settings/brief.h"
#include "requeue/slurm/ctl.h"
#include "requeue/settle/settle.h"

static void beat(bool is_waiting)
{
	const char byte = is_waiting ? BRIEF_BEAT_WAITING : BRIEF_BEAT;

	if (write(BRIEF_REPLY_FD, &byte, 1) < 0)
		return; /* the parent has gone: go on all the same */
}

/* The real group is a foreign one until now, so that the kernel lets no process
 * of the owner's trace this one: see drop_ids() in spank/launch.c. */
static int take_group(void)
{
	gid_t gid = getegid();

	return getgid() == gid ? 0 : setresgid(gid, gid, gid);
}

int main(void)
{
	char err[SETTINGS_ERROR_LEN];
	struct brief brief;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (take_group())
		return 126;
	signal(SIGPIPE, SIG_IGN);
	if (brief_read(BRIEF_FD, &brief, NULL, err, sizeof(err)))
		return 65;
	ctl_init();
	return settle_run(&brief, beat) ? 75 : 0;
}
