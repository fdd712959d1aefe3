/* SPDX-License-Identifier: GPL-2.0-or-later */
/* job_state.h: a job's state in slurmctld, reduced to what decisions need. */
#ifndef JOB_STATE_H
#define JOB_STATE_H

enum job_state {
	STATE_RUNNING, /* or SUSPENDED: slurmctld hasn't booked its end */
	STATE_PENDING, /* also PENDING,COMPLETING: it was requeued */
	STATE_TIMEOUT,
	STATE_PREEMPTED,
	STATE_NODE_FAIL,
	STATE_CANCELLED,
	STATE_COMPLETED,
	STATE_FAILED,
	STATE_OTHER_END, /* DEADLINE, BOOT_FAIL, OUT_OF_MEMORY, REVOKED, ... */
	STATE_UNKNOWN,	 /* slurmctld could not be queried, or no such job */
};

/*
 * The state that Slurm spells so: "RUNNING", "PENDING,COMPLETING".  Words
 * after a comma change nothing, but REVOKED ends the job on this cluster.
 * STATE_OTHER_END for every other name.  Pure, thread-safe.
 */
enum job_state job_state_from_name(const char *name);

#endif
