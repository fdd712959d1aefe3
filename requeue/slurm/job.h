/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * job.h: what slurmctld says of a job, and its one text form: a line
 * "key=value" for each field, which the helper rpc prints and client.c reads.
 *
 * All functions are pure but for memory, and thread-safe.
 */
#ifndef JOB_H
#define JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/policy/job_state.h"
#include "requeue/policy/run.h"

#define JOB_PATH_MAX 4096
#define JOB_NO_TASK  UINT32_MAX

/* How a job learns that its preemption, with a grace time, has begun. */
enum job_notice {
	JOB_NOTICE_NONE,   /* there is no such grace time, or none is known */
	JOB_NOTICE_STEPS,  /* srun steps get TERM, the batch script nothing */
	JOB_NOTICE_SIGNAL, /* the batch script gets the signal of --signal */
};

/* Times are seconds since the epoch, 0 for none; limits are minutes, 0 for
 * none.  Times are slurmctld's own until job_convert_times(). */
struct job {
	uint32_t job_id;
	uint32_t array_job_id;	/* 0: not an array */
	uint32_t array_task_id; /* JOB_NO_TASK: not an array, or several */
	uint32_t user_id;
	uint32_t restart_count;
	/* job_set_state() sets these three */
	enum job_state state;
	bool is_suspended;
	char state_name[64]; /* as Slurm spells it: PENDING,COMPLETING */
	char reason[128];    /* why it is pending, as Slurm spells it; or "" */
	bool is_held;
	bool can_requeue;
	int64_t now_s; /* slurmctld's clock as it replied */
	int64_t submit_s;
	int64_t start_s;
	int64_t end_s;	 /* as the present limit has it, or ctl_fit_end() */
	int64_t begin_s; /* earliest start while pending */
	int64_t preempt_s;
	int64_t limit_min;
	int64_t time_min_min;
	bool is_vacating; /* an operator wants this run to leave its nodes */
	/* The first component of a heterogeneous job.  Slurm requeues all
	 * components together: end_s is the earliest end of them. */
	bool is_het;
	bool is_het_alike; /* all components have the same limit */
	char cluster[128];
	char nodes[1024];
	char name[256];
	/* Tasks of an array that have not begun: "3-99%2"; "": the job is one
	 * task, or none. */
	char array_tasks[64];
	char partition[128];
	char qos[128];		/* "": none */
	char reservation[1100]; /* "": none; as requested, with commas */
	char work_dir[JOB_PATH_MAX];
	char std_err[JOB_PATH_MAX];
	char *comment; /* owned; NULL: none, or no memory for it */

	/* From slurmctld's configuration, where it was queried too; else 0. */
	bool term_reaches_all; /* Slurm's TERM reaches every process */
	bool is_node_down;     /* of a pending job: its run's node is down */
	enum job_notice notice;
	int64_t requeue_delay_s; /* see ctl_requeue_delay() */
	int64_t call_timeout_s;	 /* see ctl_call_timeout() */
	bool is_quick_to_end;	 /* one node, and no epilog */
	char version[32];	 /* of slurmctld, "22.05.8"; "" unknown */
};

/* Free what the job holds and set all of it to 0. */
void job_forget(struct job *job);

/* Set the state from its name, as Slurm spells it. */
void job_set_state(struct job *job, const char *name);

/*
 * The text of a job: state, comment and what else has a line in job.c; of the
 * comment only our part.  Every text is cleaned of control characters, so that
 * each stays on its line.  Allocated; NULL where memory runs out.
 */
char *job_encode(const struct job *job);

/*
 * Read that text.  Unknown keys are ignored; fields without a line are 0 or
 * "", array_task_id is JOB_NO_TASK.
 *
 * job  all zeros, or filled before; job_forget() frees what it holds
 *
 * False: the text has no state, so it is no job's; the state is STATE_UNKNOWN.
 */
bool job_decode(struct job *job, const char *text);

/* Convert the job's times to a clock that is skew_s behind slurmctld's; times
 * that are 0 stay 0. */
void job_convert_times(struct job *job, int64_t skew_s);

/* What a run depends on, of a job with converted times. */
struct run_view job_view(const struct job *job);

/* Does Slurm expedite the job (--requeue=expedite) after a node's failure?  It
 * then refuses its owner's changes. */
bool job_is_expedited(const struct job *job);

/* May the job still want its versions?  True while it is pending, running,
 * suspended or completing. */
bool job_is_alive(const struct job *job);

#endif
