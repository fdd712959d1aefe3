/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * children.h: the supervisor's own children beside the job script: what each
 * is for, and its pid.  The list is also what no signal for the job may reach.
 */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <sys/types.h>

enum child {
	CHILD_QUERY,	 /* rpc that queries slurmctld for the job */
	CHILD_SAY,	 /* rpc that writes into the job's comment */
	CHILD_STEPS,	 /* rpc that has Slurm signal the srun steps */
	CHILD_AGENTS,	 /* srun of the step that signals the srun steps */
	CHILD_SENTINEL,	 /* srun of the step that notices a preemption */
	CHILD_HOOK,	 /* the user's hook */
	CHILD_FILES,	 /* takes files into the store */
	CHILD_WATCH,	 /* sees what the job writes after a request */
	CHILD_WRITER,	 /* writes the journal */
	CHILD_METHOD,	 /* has the method save, discard or continue the job */
	CHILD_TIDY,	 /* removes versions that aren't kept */
	CHILD_BYSTANDER, /* tells who got a signal: bystander.h */
	CHILD_NONE,	 /* how many kinds there are; also "none of these" */
};

/* All zeros: no child. */
struct children {
	pid_t pid[CHILD_NONE]; /* 0: none of this kind */
};

/* What this pid is; CHILD_NONE where it is the script or an orphan of it. */
enum child children_find(const struct children *children, pid_t pid);

/* Kill a child with SIGKILL and reap it; does nothing where there is none. */
void children_kill(struct children *children, enum child child);

#endif
