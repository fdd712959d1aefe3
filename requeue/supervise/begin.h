/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * begin.h: what a run begins with (settings, store, the version to go on
 * from, the word to the script's process) and what it leaves behind.
 */
#ifndef BEGIN_H
#define BEGIN_H

#include "lib/store.h"
#include "requeue/journal/open_job.h"
#include "requeue/settings/brief.h"
#include "requeue/process/oom.h"
#include "requeue/slurm/job.h"
#include "requeue/policy/plan.h"
#include "requeue/policy/run.h"

/* slurmctld's first answer is waited for this long before the script starts;
 * then it starts without knowing its deadline. */
#define BEGIN_REPLY_WAIT_S 5

#define BEGIN_ENV_MAX 8

struct begin {
	const struct brief *brief;
	unsigned run;
	uint32_t job_id;
	struct settings set;
	struct site site;
	char dir[OPEN_JOB_DIR_LEN]; /* of the store */
	struct ckpt_store *store;
	struct ckpt_store *from;     /* --checkpoint-from, while it is in use */
	struct ckpt_version version; /* number 0: none to go on from */
	char restore_dir[4096];	     /* "": none */
	int64_t planned_begin_s;     /* by the run before; 0 none */
	int64_t ended_s;	     /* when the run before ended */
	struct plan_limits left;     /* what it left the job with */
	int64_t start_s;
	char *run_env[BEGIN_ENV_MAX + 1]; /* SLURM_CHECKPOINT_*; owned */
	char oom_path[OOM_PATH_MAX]; /* where OOM kills are counted; "" none */
	uint64_t oom_kills;	     /* counted there at the start */
};

/*
 * Check the settings, take the store over, find the version to go on from.
 *
 * status  on failure: the wait status to end with; why has been said
 *
 * Returns 0, or -1: nothing is to be run, and the script's process was told.
 */
int begin_run(struct begin *begin, const struct brief *brief, int *status);

/* The owner has set something for the run under way: read it, say it. */
void begin_amend(struct begin *begin);

/* slurmctld's first answer, for the journal; tells a restart delay that was
 * too short. */
void begin_record_view(struct begin *begin, const struct job *job);

/* Let the script start: its environment and the word "go"; says the line
 * that tells what will happen when. */
void begin_go(struct begin *begin, const struct run *run);

/* Remove versions beyond --checkpoint-keep, beside the run. */
void begin_tidy(struct begin *begin);

/* Has the memory cgroup counted an OOM kill since the start? */
bool begin_has_oom(const struct begin *begin);

/* Say what was saved, and close the store. */
void begin_end(struct begin *begin, const struct run *run);

#endif
