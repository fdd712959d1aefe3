/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ending.h: what slurmstepd itself knows of the end of its job, without the
 * word of any process of the owner's: the site's time-outs, and whether Slurm
 * has begun to end the job.
 */
#ifndef SPANK_ENDING_H
#define SPANK_ENDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ENDING_PATH_MAX 1024

/* Seconds after which a step that doesn't end drains its node, by
 * UnkillableStepTimeout; 60, Slurm's default, where that isn't known. */
uint32_t ending_unkillable_s(void);

/* Seconds that one call to slurmctld may take while it is away, by
 * MessageTimeout and, where there is a backup, SlurmctldTimeout; 0 unknown. */
uint32_t ending_call_s(void);

/* Find the cgroup by which Slurm tracks the processes of a task; "" there is
 * none. */
void ending_find(pid_t task, char group[ENDING_PATH_MAX]);

/*
 * The witness: a process of root that does nothing.  When slurmd ends the job,
 * slurmstepd signals the step's processes: SIGTERM, and SIGKILL each second as
 * soon as it counts the time to UnkillableStepTimeout.  The witness is one of
 * these processes, and ends.  No user can signal it.
 */
struct witness {
	pid_t pid; /* 0 none */
	int fd;	   /* readable when the witness has ended */
};

/*
 * Start the witness.
 *
 * group  from ending_find(): it enters that
 *
 * False: there is none, because Slurm would not signal it, or because it can't
 * be started.
 */
bool witness_start(struct witness *witness, const char *group);
/* End it, and reap it. */
void witness_end(struct witness *witness);

#endif
