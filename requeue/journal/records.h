/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * records.h: every kind of record that the supervisor and settle write to the
 * journal of a run, and that they and scheckpoint read there.
 *
 * doc/slurm-checkpoint-journal.5 tells what the members mean.  They are read
 * by other versions of this program: a member keeps its name and meaning for
 * ever, and a new one needs a row in records.c and a line in the page.
 *
 * Times are seconds since the epoch, limits are minutes.  The library's own
 * records are in lib/kinds.h.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include "lib/store.h"
#include "requeue/policy/run_record.h"

/* The run begins: written before its program starts. */
struct record_run {
	int64_t run;
	int64_t job;
	int64_t restart; /* slurmctld's restart count */
	const char *node;
	int64_t start_s;       /* 0 unknown */
	int64_t submitted_min; /* limit as submitted; 0 none */
	int64_t restored;      /* version; 0 none */
	const char *from;      /* whose store that is of; NULL: the job's own */
	double restored_progress; /* of that version; -1 none */
	int64_t passed;		  /* newest version passed over; 0 none */
	const char *passed_why;
	int64_t grace_s;
	const char *grace_why; /* NULL: it was given */
	int64_t total_s;       /* 0 unknown */
	int64_t can_save;      /* and go on: 1 or 0 */
	int64_t pid;	       /* of the supervisor */
	const char *output;
	/* Only read: what the view tells today. */
	int64_t limit_min;    /* -1 unknown */
	int64_t end_s;	      /* 0 unknown */
	bool has_missed;      /* as in record_view */
	int64_t completing_s; /* as in record_view */
};

/* What slurmctld first said of the run. */
struct record_view {
	int64_t limit_min; /* 0 unlimited; -1 unknown */
	int64_t time_min_min;
	int64_t end_s;		/* of the run; 0: it has none */
	int64_t call_timeout_s; /* of a call to slurmctld */
	bool has_exact_min;	/* see plan_has_exact_min() */
	bool is_quick_to_end;	/* one node, and no epilog */
	bool can_requeue;	/* Requeue=1 */
	int64_t queued_s;	/* Slurm put the job in the queue; 0 unknown */
	int64_t ordered_min;	/* a limit that was set meanwhile; -1 none */
	int64_t submitted_min;	/* limit as submitted; 0 none */
	bool has_missed;	/* it began later than was planned, */
	int64_t completing_s;	/* after a COMPLETING of this; 0 unknown */
};

/* The end of the run, known for the first time or changed. */
struct record_deadline {
	int64_t end_s;
};

/* The owner has changed settings. */
struct record_set {
	int64_t grace_s; /* -1 unknown */
	int64_t total_s; /* 0 not given; -1 unknown */
};

/* The job is asked to save. */
struct record_request {
	enum cause cause;
	bool is_made;  /* a program caught it, or may have */
	bool has_term; /* Slurm has begun to end the run */
	const char *text;
};

/* A program was signalled, or one was passed over, in this or another node. */
struct record_program {
	int64_t pid;
	const char *node; /* NULL: the supervisor's */
	const char *name;
	int64_t signal;	 /* of "signal"; 0: the hook asked it */
	const char *why; /* of "passed" */
};

/* The hook has ended. */
struct record_hook {
	int64_t status; /* as waitpid() has it */
};

/* The script has ended.  exit is -1 where signal isn't 0. */
struct record_finish {
	int64_t signal; /* 0 none */
	int64_t exit;	/* -1 none */
	bool has_store_failed;
	bool is_repeat; /* the job had ended before: nothing was started */
	bool has_complied;
	bool is_cut;
	bool is_oom;
	int64_t save_ms; /* as in run_record; 0 unknown */
	int64_t calls;	 /* to slurmctld; -1 not counted */
	/* what the store told then, for a settle that can't read it */
	bool is_done;
	int64_t versions;
	int64_t saved_s;
	double progress; /* -1 none */
	/* of files that were written after the request */
	enum evidence evidence;
	int64_t files;
	const char *file;   /* the newest of them; NULL none */
	const char *digest; /* of names and contents, in hex; NULL unknown */
};

/* What settle is about to do. */
struct record_plan {
	enum action action;
	enum cause cause;
	const char *state;
	int64_t restart;
	int64_t old_limit_min;
	int64_t limit_min; /* of the next run; 0: as it is */
	int64_t time_min_min;
	int64_t ordered_min; /* a limit that was set meanwhile; -1 none */
	int64_t delay_s;
	int64_t begin_s;
	int64_t remaining_s; /* -1 unknown */
	int64_t used_s;	     /* -1 unknown */
	int64_t stalls;
	int64_t versions;
	int64_t version;  /* the newest of them; 0 none */
	int64_t bytes;	  /* of that */
	int64_t failed_s; /* last save that failed, and none since; 0 none */
	const char *failed_why;
	int64_t saved_s;
	double progress; /* -1 none */
	bool is_done;
	bool has_ended;
	int64_t code;
	const char *reason;
};

/* What settle has done. */
struct record_settled {
	enum action action;
	const char *state;
	int64_t limit_min;    /* that the job was left with; -1 unknown */
	int64_t time_min_min; /* likewise; 0 none */
	int64_t begin_s;      /* likewise; -1 unknown */
	int64_t calls;
	const char *text;
};

/* What was asked for, as the run began; for people. */
struct record_settings {
	const char *text; /* as of settings_encode(), without the token */
};

/* The version from which the run began gets a strike. */
struct record_strike {
	int64_t version; /* 0 none */
};

/* A version was saved.  Only read: its manifest tells today. */
struct record_version {
	int64_t version; /* 0 none */
	int64_t bytes;
};

enum record_kind {
	RECORD_RUN,
	RECORD_VIEW,
	RECORD_DEADLINE,
	RECORD_SET,
	RECORD_REQUEST,
	RECORD_TERM, /* Slurm has begun to end the run; no members */
	RECORD_SIGNAL,
	RECORD_PASSED,
	RECORD_HOOK,
	RECORD_FINISH,
	RECORD_PLAN,
	RECORD_SETTLED,
	RECORD_SETTINGS,
	RECORD_STRIKE,
	RECORD_VERSION,
	RECORD_KINDS
};
extern const struct ckpt_kind record_kinds[RECORD_KINDS];

/* One record.  A writer leaves time_s alone, and sets what is none to the value
 * that says so: 0 isn't always it. */
struct record {
	enum record_kind kind;
	int64_t time_s; /* when it was written, as it says; 0 unknown */
	union {
		struct record_run run;
		struct record_view view;
		struct record_deadline deadline;
		struct record_set set;
		struct record_request request;
		struct record_program program; /* RECORD_SIGNAL, _PASSED */
		struct record_hook hook;
		struct record_finish finish;
		struct record_plan plan;
		struct record_settled settled;
		struct record_settings settings;
		struct record_strike strike;
		struct record_version version;
	};
};

/* As ckpt_kind_encode(); ckpt_record_free() frees it. */
struct ckpt_record *record_encode(const struct record *record);

/* As ckpt_kind_decode(): texts are borrowed from rec.  False: it is of no kind
 * of these; then the struct is untouched. */
bool record_decode(struct record *record, const struct ckpt_record *rec);

#endif
