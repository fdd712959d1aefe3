/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise: the process that slurmstepd takes for the script.  The plugin
 * starts it in the batch step, as the user; see requeue/supervise/supervise.h.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "requeue/settings/brief.h"
#include "requeue/journal/memo.h"
#include "requeue/process/mimic.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/supervise.h"

int main(void)
{
	char err[SETTINGS_ERROR_LEN];
	struct brief brief;
	sigset_t all;
	char **env = NULL;
	int status;

	/* From here on no signal may be missed. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (brief_read(BRIEF_FD, &brief, &env, err, sizeof(err))) {
		report_line("%s: nothing was started", err);
		return EXIT_FAILURE;
	}
	close(BRIEF_FD);
	memo_use(BRIEF_MEMO_FD);
	/* The script starts when this is closed, so that no child may keep it
	 * open. */
	fcntl(BRIEF_REPLY_FD, F_SETFD, FD_CLOEXEC);
	status = supervise_run(&brief, env);
	free(env);
	return mimic_end(status);
}
