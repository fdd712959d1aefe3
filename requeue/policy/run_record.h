/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_record.h: one run of a job, as its journal and its store have it.
 *
 * requeue/journal/history.c fills it; decisions and plans are made from it,
 * and scheckpoint shows it.
 */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

#include <stdbool.h>
#include <stdint.h>

enum cause {
	CAUSE_NONE = 0, /* no request was made */
	CAUSE_LIMIT,
	CAUSE_PREEMPT,
	CAUSE_OPERATOR,
	CAUSE_INTERVAL,
	CAUSE_SELF, /* the --checkpoint-exit code */
	CAUSE_UNKNOWN,
	CAUSE_NODE, /* an administrator set its node down */
};

/* How the script ended. */
enum ending {
	END_EXIT,	/* code is the exit code */
	END_SIGNAL,	/* code is the signal */
	END_SUPERVISOR, /* nothing recorded: the supervisor was killed */
	END_STORE,	/* the run could not start: the store is unusable */
	END_GONE,	/* nor could this one: the store is no more */
	END_FROM,	/* nor this one: nothing to begin from */
	END_METHOD,	/* nor this one: its method can't start it */
	END_REPEAT,	/* the job had ended before; nothing was started */
};

/* What shows that the job saved a state by itself after a request. */
enum evidence {
	EVIDENCE_UNKNOWN, /* it could not be seen what was written */
	EVIDENCE_NONE,	  /* nothing was */
	EVIDENCE_FILES,	  /* files were */
	EVIDENCE_SAME,	  /* files were, with what an earlier run had written */
};

#define RUN_SIGNALLED_MAX 256 /* bytes of names, with the NUL */

/* What becomes of the job after a run. */
enum action {
	ACT_LEAVE, /* nothing is done */
	ACT_REQUEUE,
	ACT_REQUEUE_HOLD,
	ACT_ADJUST, /* already PENDING: limit and begin time only */
};

#define RUN_REASON_MAX 256 /* bytes of a sentence for people, with its NUL */

/* What settle wrote before it acted: a second settle does the same. */
struct recorded_plan {
	bool is_there;
	enum action action;
	enum cause cause;
	int64_t written_s; /* epoch */
	int64_t limit_min; /* of the next run; 0: as it is */
	int64_t time_min_min;
	int64_t begin_s; /* epoch: the next run not before it */
	int64_t delay_s;
	int64_t remaining_s; /* compute time; -1 unknown */
	int64_t used_s;	     /* compute time; -1 unknown */
	bool has_ended;	     /* the job: it is not started again */
	char reason[RUN_REASON_MAX];
};

/*
 * The same run for people: all that its records tell, and which of its
 * versions the store holds today.  A decision rests on less: on requests that
 * were made, and on what the plan counted before versions were pruned.  Only
 * history_load_shown() fills it.
 */
struct run_shown {
	enum cause cause;  /* of its last request, or what its plan names */
	int64_t request_s; /* epoch: the last request; 0 none */
	unsigned requests;
	unsigned versions; /* of this run */
	uint32_t version;  /* the newest of them; 0 none */
	int64_t saved_s;   /* epoch: when that was saved */
	uint64_t bytes;	   /* of that */
	double progress;   /* <0 none */
	bool is_done;
	/* what the next run was given, or else planned to be given; 0 none */
	int64_t next_limit_min;
	int64_t next_begin_s; /* epoch */
	/* the newest version that it passed over at its start; 0 none */
	uint32_t passed;
	char passed_why[128];
	int64_t base;	    /* newest version when it began; -1 unknown */
	char grace_why[96]; /* why its grace is what it is; "": it was given */
	int64_t queued_s;   /* epoch: put into the queue for it; 0 unknown */
	/* how many runs in a row, with this one, have saved nothing */
	unsigned stalls;
};

struct run_record {
	unsigned run;
	int64_t started_s; /* epoch: start of the program; 0 unknown */
	int64_t ended_s;   /* epoch; 0 unknown */
	enum ending ending;
	int code;
	enum cause cause;  /* of the last request that was *made*; of an
			      earlier run: the cause that its plan names */
	int64_t request_s; /* epoch, of that request; 0 none */
	bool has_complied; /* a program that caught the request ended by
			     itself within the grace */
	enum evidence evidence;
	unsigned files;	 /* that were written after the request */
	uint64_t digest; /* of their names and contents; 0 unknown */
	/* Names of the programs that were signalled, with commas. */
	char signalled[RUN_SIGNALLED_MAX];
	bool is_done;	   /* "scheckpoint done" */
	bool is_oom;	   /* the memory cgroup counted an OOM kill */
	bool is_node_fail; /* ended by node failure */
	bool is_cut;	   /* computed to its end, as nothing had caught the
			      request, and was stopped by the supervisor */
	unsigned versions; /* versions committed in this run */
	int64_t saved_s;   /* epoch: newest of them; 0 none */
	uint32_t version;  /* the newest of them; 0 none */
	uint64_t bytes;	   /* of that */
	int64_t failed_s;  /* epoch: last save that failed, where none has
			      succeeded since; 0 none */
	char failed_why[128];
	/* From the request that was made to the end of the run, whether the
	 * save succeeded or not; 0: none was made, or it isn't known. */
	int64_t save_ms;
	double progress;	  /* of the newest version, or told; <0 none */
	uint32_t restored;	  /* version that it began from; 0 none */
	bool is_elsewhere;	  /* that of another store, --checkpoint-from */
	double restored_progress; /* of that version; <0 none */
	int64_t limit_min;	  /* the limit that this run had; 0 unlimited */
	int64_t time_min_min;	  /* the minimum that it had; 0 none */
	int64_t wait_s; /* from when it could begin to its start; -1 unknown */
	int64_t restart_cost_s; /* from start until the program was going
				   on again; 0 unknown */

	bool is_begun;	    /* its supervisor has recorded its start */
	char node[256];	    /* where its supervisor ran; "" unknown */
	int64_t deadline_s; /* epoch: its end as last known; 0 unknown */
	int64_t grace_s;
	int64_t total_s;
	bool can_save; /* and go on; true where it isn't on record */
	struct recorded_plan plan;
	bool is_settled; /* the plan was carried out */
	uint32_t strike; /* version that got one for this run; 0 none */
	struct run_shown shown;
};

/*
 * Did the run save a state by itself: its programs ended as requested, and it
 * isn't known that they left nothing new?  A job that saves into the store has
 * nothing where that failed, whatever it wrote elsewhere.
 */
static inline bool run_record_saved_itself(const struct run_record *run)
{
	return run->has_complied && run->evidence != EVIDENCE_NONE &&
	       run->evidence != EVIDENCE_SAME && !run->failed_s;
}

#endif
