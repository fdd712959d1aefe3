/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch.h: how a helper is started: with an environment of its own, without
 * descriptors of other files, and, where root starts it, as the owner for good.
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

/* Close all descriptors from `first` on.  Async-signal-safe. */
void launch_close_from(int first);

/* Exec a helper in this process, which runs as the user already.  Returns only
 * on failure: errno says why. */
void launch_exec(const char *path, const struct launch_fds *fds);

/*
 * Fork, drop every id for good, exec settle, and wait for it.  Settle writes a
 * byte now and then as long as it has a reason to go on.  It is killed where it
 * gives no sign for LAUNCH_SILENCE_MS.  It has LAUNCH_WORK_MS in all, or less
 * where UnkillableStepTimeout is short.  That is counted from when slurmctld
 * was away last, by settle's own word, but never from later than when Slurm
 * began to end the job, which slurmstepd knows by itself: so the step can't
 * become unkillable, whatever settle says.  A settle that another process has
 * killed is started again within that time, LAUNCH_ATTEMPTS times in all; so is
 * one without a sign of life, with brief->is_blind set.  A failure is written
 * to slurmd's log.
 *
 * path     of the helper
 * user     the job's owner
 * memo_fd  see memo.h; -1: none
 * group    of the batch task, from ending_find()
 */
#define LAUNCH_SILENCE_MS 25000
#define LAUNCH_WORK_MS	  45000
#define LAUNCH_ATTEMPTS	  3
void launch_settle(const char *path, const struct launch_user *user,
		   struct brief *brief, int memo_fd, const char *group);

#endif
