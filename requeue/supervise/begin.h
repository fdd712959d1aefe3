/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * begin.h: what a run begins with: the settings, the store, the version to go
 * on from, and the word by which the script's process starts.
 */
#ifndef BEGIN_H
#define BEGIN_H

#include "lib/store.h"
#include "requeue/journal/open_job.h"
#include "requeue/settings/brief.h"
#include "requeue/process/oom.h"
#include "requeue/slurm/job.h"
#include "requeue/policy/grace.h"
#include "requeue/policy/learned.h"
#include "requeue/policy/plan.h"
#include "requeue/policy/run.h"

/* The first reply of slurmctld is awaited this long; then the script starts
 * without knowing its deadline. */
#define BEGIN_REPLY_WAIT_S 5

#define BEGIN_ENV_MAX 12

/* The method of --checkpoint-method; see method_begin.h. */
struct begin_method {
	bool is_on; /* a method starts the script and saves the job */
	char path[2 * SETTINGS_PATH_LEN]; /* of its executable */
	char versions[64]; /* to restore, the newest first; "": none */
	int64_t wait_s;	   /* how long a start or a restore is awaited */
};

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
	struct ckpt_version passed;  /* the newest passed over; number 0 */
	bool is_unread;		     /* what the store has can't be read */
	char restore_dir[4096];	     /* "": none */
	int64_t planned_begin_s;     /* by the run before; 0 none */
	int64_t ended_s;	     /* when the run before ended */
	struct learned learned;	     /* by the runs before */
	struct grace_lesson lesson;  /* the same of their saves */
	struct begin_method method;
	int64_t grace_ms;	 /* of this run */
	bool has_own_files;	 /* that run saved, as far as is known */
	struct plan_limits left; /* what it left the job with */
	int64_t before_min;	 /* the limit that it had; -1 unknown */
	int64_t start_s;
	bool has_saved_itself; /* files of its own, after a request */
	bool has_said_nothing; /* the user knows that nothing was saved */
	char *run_env[BEGIN_ENV_MAX + 1]; /* SLURM_CHECKPOINT_*; owned */
	char oom_path[OOM_PATH_MAX]; /* where OOM kills are counted; "" none */
	uint64_t oom_kills;	     /* counted there at the start */
};

/*
 * Check the settings, take over the store, find the version to go on from.
 *
 * begin   filled in; what it holds is freed by begin_end()
 * brief   borrowed for as long as begin is used
 * status  on failure: the wait status to end with; the reason has been said
 *
 * Returns 0, or -1: nothing is to be run, and the script's process has ended.
 */
int begin_run(struct begin *begin, const struct brief *brief, int *status);

/* The owner has used "scheckpoint set": read the new settings, record and say
 * them. */
void begin_amend(struct begin *begin);

/* The grace of the run in seconds, rounded up. */
int64_t begin_grace_s(const struct begin *begin);

/* Record slurmctld's first reply; also that the delay of the restart was too
 * short, if it was. */
void begin_record_view(struct begin *begin, const struct job *job);

/* Have the script start, with the variables of this run; say when it will be
 * requested to save. */
void begin_go(struct begin *begin, const struct run *run);

/* Remove versions beyond --checkpoint-keep, in a child that the caller reaps;
 * returns its pid, 0 for none. */
pid_t begin_tidy(struct begin *begin);

/* Has the memory cgroup counted an OOM kill since the start? */
bool begin_has_oom(const struct begin *begin);

/* The run is over: say what was saved (NULL: nothing), write what is queued,
 * free what begin holds. */
void begin_end(struct begin *begin, const struct run *run,
	       const struct ckpt_version *newest);

#endif
