/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch.h: how a helper is started: with an environment of its own, no
 * descriptor but its own, and, where root starts it, as the owner for good.
 */
#ifndef SPANK_LAUNCH_H
#define SPANK_LAUNCH_H

#include <stddef.h>
#include <sys/types.h>

struct brief;

struct launch_user {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* supplementary, as Slurm gave them; owned */
	size_t group_count;
};

/* What a helper is given; see brief.h for where it finds them. */
struct launch_fds {
	int brief;
	int reply;
	int memo; /* -1: none */
};

/* Exec a helper in this process, which is the user's already.  Returns only
 * on failure, with errno. */
void launch_exec(const char *path, const struct launch_fds *fds);

/*
 * Fork, drop every id for good, exec settle, and wait for it.  It writes a
 * byte now and then as long as it has a reason to go on; a helper that is
 * silent for LAUNCH_SILENCE_MS is killed and left behind, so that the step
 * can't become unkillable, and so is one that works for LAUNCH_WORK_MS
 * without having to wait for slurmctld.  One that is killed by somebody is
 * started again within that time, LAUNCH_ATTEMPTS times in all; and so is one
 * that was silent, with brief->is_blind set.
 */
#define LAUNCH_SILENCE_MS 25000
#define LAUNCH_WORK_MS	  45000
#define LAUNCH_ATTEMPTS	  3
void launch_settle(const char *path, const struct launch_user *user,
		   struct brief *brief, int memo_fd);

#endif
